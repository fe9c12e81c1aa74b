"""Pixels that spoke: those for the answer, and those against it."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.attribution import gradient_times_input, mean_logits, occlusion
from mlp.images.input_image import InputImage, with_article
from mlp.images.mnist import Dataset
from mlp.language import mark, number, tr
from mlp.page.draw.networks import Answerer, answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.session_var import SessionVar
from mlp.page.style import theme
from mlp.page.style.html import pictures
from mlp.page.style.signed_pictures import strongest_url
from mlp.page.style.theme import image_url
from mlp.page.visitors.visitor import Visitor

_evidence_for = SessionVar[str]("evidence_for", mark("its answer"))
"""The digit that pixels speak for; a control."""


REST = mark(
    "The rest comes from biases, and with tanh or sigmoid also from their curve: a gradient is exact only for small "
    "changes, and removing all ink is a large one."
)
"""The part of a logit that gradient times input leaves out."""


def choices(visitor: Visitor, data: Dataset) -> None:
    """Draw the choice of the answer that pixels speak for."""
    subject_choice(data)
    names = answering(visitor).reader.names
    options = [_evidence_for.default, *names]
    if _evidence_for.get() not in options:  # left from another network
        _evidence_for.set(_evidence_for.default)
    st.selectbox(
        tr("Why it is …"),
        options,
        key=_evidence_for.key,
        format_func=lambda name: tr(name) if name == _evidence_for.default else name,
        width=160,
        placeholder="",
    )


def view(visitor: Visitor, data: Dataset) -> None:
    """Draw the pixels that spoke for the chosen answer."""
    evidence(answering(visitor), subject(data), _evidence_for.get())


def evidence(answerer: Answerer, looked_at: InputImage, chosen: str = _evidence_for.default) -> None:
    """Draw gradient × input and occlusion beside an image."""
    reader, image, colors = answerer.reader, answerer.seen(looked_at.image), theme.colors()
    logits = mean_logits(reader, image.reshape(1, -1))[0]
    names = reader.names
    digit = names.index(chosen) if chosen in names else int(logits.argmax())
    direction = np.zeros(len(logits), answerer.network.dtype)
    direction[digit] = 1
    name = html.escape(with_article(names[digit]))
    by_gradient = gradient_times_input(reader, image, direction)
    by_occlusion = occlusion(reader, image, direction)
    text = tr(
        "{caption}; it reads <b>{image}</b> as <b>{answer}</b>. "
        '<span class="ink-for">Orange</span> spoke for {thing}, <span class="ink-against">blue</span> against it.',
        caption=answerer.caption,
        image=html.escape(tr(looked_at.name)),
        answer=html.escape(names[logits.argmax()]),
        thing=name,
    )
    st.html(f'<p class="ink-note">{text}</p>')
    sums = (number(value, "+.1f").replace("-", "−") for value in (by_gradient.sum(), logits[digit]))
    adds = tr(
        "What each pixel’s ink adds to the answer’s score: {part} of {total} in all.", part=next(sums), total=next(sums)
    )
    rest = tr("And the rest?")
    figures = [
        (image_url(image), tr("What it sees"), tr("Ink is bright.")),
        (
            strongest_url(by_gradient, colors),
            tr("What the ink adds"),
            f'{adds}<details class="ink-open"><summary>{rest}</summary><p>{tr(REST)}</p></details>',
        ),
        (
            strongest_url(by_occlusion, colors),
            tr("What it would miss"),
            tr("How much the answer’s score falls when a square of 4 × 4 pixels there is erased."),
        ),
    ]
    against, spoke_for = tr("speaks against"), tr("speaks for")
    scale = f'<div class="ink-scale"><span>{against}</span><i></i><span>{spoke_for}</span></div>'
    st.html(pictures(figures, "ink-evidence") + scale)
