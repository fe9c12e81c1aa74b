"""What the network is watched with: the visitor's drawing, or a digit that it was not trained on."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mlp.images.drawing import to_mnist
from mlp.images.mnist import Dataset, Split
from mlp.page import state
from mlp.page.draw.canvas import current_ink

KINDS = {"drawing": "My drawing", "test": "A test digit", "validation": "A validation digit"}


@dataclass(frozen=True, eq=False)
class Subject:
    """An image as the network sees it, float32 (28, 28) in 0..1, and what the page calls it."""

    image: np.ndarray
    said: str


def subject_choice(dataset: Dataset) -> None:
    """Draw the choice between the drawing and the digits of the data."""
    # Streamlit forgets what a control was set to once it is out of sight.
    state.looking_at.start(state.looked_at.get())
    kind = st.segmented_control(
        "Looking at", list(KINDS), key=state.looking_at.key, format_func=KINDS.__getitem__, required=True
    )
    if kind in ("test", "validation"):
        last = len(_split(dataset, kind)) - 1
        number = state.digit_number.start(state.digit_looked_at.get()) or 0
        state.digit_number.set(min(number, last))  # the other data may have fewer
        state.digit_looked_at.set(st.number_input("Number", 0, last, key=state.digit_number.key, width=130))
        st.button("Another one", key="another_digit", on_click=_another, args=(last,))
    state.looked_at.set(kind)


def subject(dataset: Dataset) -> Subject:
    """Give what was chosen; a test digit for as long as nothing is drawn."""
    kind = state.looking_at.get()
    if kind not in ("test", "validation"):
        ink = current_ink()
        image = None if ink is None else to_mnist(ink)
        if image is not None:
            return Subject(image, "your drawing")
        return Subject(_pixels(dataset.test, 0), f"test digit 0, {a(dataset.test.labels[0])}, until you draw")
    split = _split(dataset, kind)
    number = min(state.digit_number.get() or 0, len(split) - 1)
    return Subject(_pixels(split, number), f"{kind} digit {number:,}, {a(split.labels[number])}")


def a(digit: int) -> str:
    """Name a digit with its article.

    Examples
    --------
    >>> a(7), a(8)
    ('a 7', 'an 8')
    """
    return f"an {digit}" if digit == 8 else f"a {digit}"


def look_at(kind: str, number: int) -> None:
    """Choose a digit of the test or validation data from elsewhere on the page."""
    state.looking_at.set(kind)
    state.digit_number.set(number)


def _split(dataset: Dataset, kind: str) -> Split:
    return dataset.validation if kind == "validation" else dataset.test


def _pixels(split: Split, number: int) -> np.ndarray:
    return np.multiply(split.images[number].reshape(28, 28), 1 / 255, dtype=np.float32)


def _another(last: int) -> None:
    state.digit_number.set(int(np.random.default_rng().integers(last + 1)))
