"""Choose the image that the tabs look at: the visitor's drawing, or a test or validation digit."""

from dataclasses import replace

import numpy as np
import streamlit as st

from mlp.images.input_image import InputImage, from_data
from mlp.images.mnist import Dataset
from mlp.language import Later, tr
from mlp.page.live.live_page import this_page
from mlp.page.session_var import ControlVar
from mlp.page.style.theme import plain

_looking_at = ControlVar[str]("looking_at", "drawing")
"""The kind of image to look at, "drawing" or a split of the data; a control."""
_digit_number = ControlVar[int]("digit_number", 0)
"""The number of the test or validation digit to look at; a control."""


def subject_choice(dataset: Dataset) -> None:
    """Draw the choice between the drawing and the digits of the data."""
    labels = {"drawing": tr("My drawing")}
    labels |= {split: tr("A {image}", image=dataset.noun(split)[0]) for split in dataset.splits_to_check}
    _looking_at.set(_looking_at.get() if _looking_at.get() in labels else _looking_at.default)
    with _looking_at.placed():
        kind = st.selectbox(
            tr("Looking at"),
            list(labels),
            key=_looking_at.key,
            format_func=lambda kind: plain(labels[kind]),
            width=190,
            persist_state="session",
            placeholder="",
        )
    if kind in dataset.splits_to_check:
        last = len(getattr(dataset, kind)) - 1
        _digit_number.set(min(_digit_number.get(), last))  # the other split may be smaller
        with _digit_number.placed():
            st.number_input(tr("Number"), 0, last, key=_digit_number.key, width=190, persist_state="session")
        st.button(tr("Another one"), key="another_digit", on_click=_another, args=(last,))


def subject(dataset: Dataset) -> InputImage:
    """Return the chosen image, or a test digit while nothing is drawn."""
    kind, number = _looking_at.get(), _digit_number.get()
    for split in dataset.splits_to_check:
        if kind == split:
            return from_data(dataset, min(number, len(getattr(dataset, split)) - 1), split)
    drawing = this_page().desk.digit
    if drawing is not None:
        return drawing
    digit = from_data(dataset, 0, "test")
    return replace(digit, name=Later("{image}, until you draw", image=digit.name))


def look_at(kind: str, number: int) -> None:
    """Choose a test or validation digit from elsewhere on the page."""
    _looking_at.set(kind)
    _digit_number.set(number)


def _another(last: int) -> None:
    _digit_number.set(int(np.random.default_rng().integers(last + 1)))
