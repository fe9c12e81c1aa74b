"""Read one drawing twice: merely shrunk, and in MNIST's form."""

import html

import numpy as np
import streamlit as st

from mlp.images.drawing import to_mnist
from mlp.images.plain_shrink import moved, shrunk
from mlp.page.draw.canvas import CANVAS_PX, current_ink
from mlp.page.draw.networks import reader
from mlp.page.style import theme
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor


def compare_forms(visitor: Visitor, data: DataState) -> None:
    """Draw both inputs and both answers; for a fragment that follows the strokes."""
    ink = current_ink()
    if ink is None or not ink.any():
        ink = _example(data)
        st.caption("Nothing is drawn yet, so here is a digit from the test images. Draw one above to take its place.")
    left, right = st.columns(2)
    across = left.slider("Push it left or right", -1.0, 1.0, 0.0, 0.1, key="push_across", format="%.1f")
    down = right.slider("Push it up or down", -1.0, 1.0, 0.0, 0.1, key="push_down", format="%.1f")
    if across or down:
        ink = moved(ink, across, down)
    now = reader(visitor)
    centred = to_mnist(ink)
    assert centred is not None  # there is ink
    inputs = np.stack([shrunk(ink), centred])
    probabilities = now.network.predict_proba(inputs)
    st.html(
        '<div class="ink-forms">'
        + _form("The canvas", ink, None)
        + _form("Merely shrunk", inputs[0], probabilities[0])
        + _form("MNIST’s form", inputs[1], probabilities[1])
        + f"</div>{theme.chips([now.said])}"
    )


def _form(title: str, pixels: np.ndarray, probabilities: np.ndarray | None) -> str:
    if probabilities is None:
        said = "what is drawn"
    elif not np.isfinite(probabilities).all():
        said = "no answer"
    else:
        digit = int(probabilities.argmax())
        said = f"reads <b>{digit}</b>, {probabilities[digit] * 100:.0f} % sure"
    return (
        f'<figure><img src="{theme.image_url(pixels)}" alt="{html.escape(title)}"><figcaption><strong>'
        f"{html.escape(title)}</strong><br>{said}</figcaption></figure>"
    )


def _example(data: DataState) -> np.ndarray:
    """Put a test digit on a canvas, small and near a corner."""
    split = data.dataset.test
    number = int(np.flatnonzero(split.labels == 3)[0])
    large = np.kron(split.images[number].reshape(28, 28), np.ones((4, 4), np.uint8))  # (112, 112)
    return moved(np.pad(large, ((0, CANVAS_PX - len(large)), (0, CANVAS_PX - len(large)))), 0.1, 0.8)
