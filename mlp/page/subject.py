"""What the network is watched with: the visitor's drawing, or a digit of the test set."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mlp.images.drawing import to_mnist
from mlp.images.mnist import Split
from mlp.page.drawing import current_ink

KINDS = {"drawing": "My drawing", "test": "A test digit"}


@dataclass(frozen=True, eq=False)
class Subject:
    """An image as the network sees it, float32 (28, 28) in 0..1, and what the page calls it."""

    image: np.ndarray
    said: str


def subject_choice(test: Split) -> None:
    """Draw the choice between the drawing and a test digit."""
    kind = st.segmented_control(
        "Looking at", list(KINDS), default="drawing", key="looking_at", format_func=KINDS.__getitem__, required=True
    )
    if kind == "test":
        st.number_input("Number", 0, len(test) - 1, 0, key="test_digit", width=130)
        st.button("Another one", key="another_test_digit", on_click=_another, args=(len(test),))


def subject(test: Split) -> Subject:
    """Give what was chosen; a test digit for as long as nothing is drawn."""
    number = min(int(st.session_state.get("test_digit", 0)), len(test) - 1)
    if st.session_state.get("looking_at") != "test":
        ink = current_ink()
        image = None if ink is None else to_mnist(ink)
        if image is not None:
            return Subject(image, "your drawing")
        return Subject(_pixels(test, 0), f"test digit 0, a {test.labels[0]}, until you draw")
    return Subject(_pixels(test, number), f"test digit {number:,}, a {test.labels[number]}")


def _pixels(test: Split, number: int) -> np.ndarray:
    return np.multiply(test.images[number].reshape(28, 28), 1 / 255, dtype=np.float32)


def _another(n: int) -> None:
    st.session_state["test_digit"] = int(np.random.default_rng().integers(n))
