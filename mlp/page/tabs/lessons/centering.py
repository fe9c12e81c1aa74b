"""The lesson on centering: one drawing is read twice, just shrunk and in MNIST's form."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.images.input_image import InputImage, from_drawing
from mlp.images.mnist import Dataset
from mlp.images.plain_shrink import moved, shrunk
from mlp.images.recorded import CANVAS_PX
from mlp.language import tr
from mlp.nn.reader import Reader
from mlp.page.draw.networks import answering
from mlp.page.draw.reading import NETWORK
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.language import slider_format
from mlp.page.script.redraw import redrawn
from mlp.page.style import theme
from mlp.page.style.html import pictures
from mlp.page.visitors.visitor import Visitor


@redrawn("lesson_forms", STROKE, NETWORK)
def compare_forms(visitor: Visitor, data: Dataset) -> None:
    """Draw both inputs with both answers."""
    drawing = this_page().desk.drawing
    if drawing is None:
        drawing = _prepared(_example(data))
        st.caption(tr("This is a test digit: draw one above to take its place."))
    place = st.container()  # the figures are above the sliders that move them, nearer to the canvas
    left, right = st.columns(2)
    across = left.slider(
        tr("Push it left or right"), -1.0, 1.0, 0.0, 0.1, key="push_across", format=slider_format("%.1f")
    )
    down = right.slider(tr("Push it up or down"), -1.0, 1.0, 0.0, 0.1, key="push_down", format=slider_format("%.1f"))
    if across or down:
        drawing = _prepared(moved(drawing.pixels, across, down))
    answerer = answering(visitor)
    inputs = np.stack([shrunk(drawing.pixels), drawing.image])
    probabilities = answerer.reader.predict_proba(inputs)
    forms = [
        (theme.image_url(drawing.pixels), tr("The canvas"), tr("the drawing")),
        (theme.image_url(inputs[0]), tr("Just shrunk"), _answer_text(answerer.reader, probabilities[0])),
        (theme.image_url(inputs[1]), tr("MNIST’s form"), _answer_text(answerer.reader, probabilities[1])),
    ]
    place.html(pictures(forms, "ink-forms") + f'<p class="ink-status">{answerer.caption}</p>')


def _prepared(ink: np.ndarray) -> InputImage:
    drawing = from_drawing(ink)
    assert drawing is not None  # there is ink
    return drawing


def _answer_text(reader: Reader, probabilities: np.ndarray) -> str:
    if not np.isfinite(probabilities).all():
        return tr("no answer")
    best = int(probabilities.argmax())
    name, share = html.escape(reader.names[best]), percent(float(probabilities[best]))
    return tr("reads <b>{name}</b>, {share} sure", name=name, share=share)


def _example(data: Dataset) -> np.ndarray:
    """Return a canvas with a test digit, small and near a corner."""
    split = data.test
    number = int(np.flatnonzero(split.labels == 3)[0])
    large = np.kron(split.images[number].reshape(28, 28), np.ones((4, 4), np.uint8))  # (112, 112)
    return moved(np.pad(large, ((0, CANVAS_PX - len(large)), (0, CANVAS_PX - len(large)))), 0.1, 0.8)
