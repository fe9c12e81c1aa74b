"""Say why something cannot be done, beside the button that asked for it."""

from typing import Literal

import streamlit as st

from mlp.jobs.limits import BeyondLimit
from mlp.page import state
from mlp.page.style.theme import plain

Place = Literal[
    "train", "hints", "replay", "sweep", "teach", "teach_now", "lesson", "lab", "signs", "signs_set", "signs_left_out"
]

WAYS_OUT = {
    "numbers to learn": "Choose fewer layers, or narrower ones, in the settings.",
    "epochs": "Choose fewer epochs in the settings.",
    "billion weights times images": "Choose fewer epochs, or narrower layers, in the settings.",
    "MB of memory": "Choose narrower layers in the settings, or SGD in place of Adam.",
}


def refuse(place: Place, words: str) -> None:
    """Note why something cannot be done, and what can be done instead; for callbacks."""
    state.refusal(place).set(words)


def show_refusal(place: Place) -> None:
    """Say, once, why what was asked for here cannot be done."""
    words = state.refusal(place).get()
    if words:
        st.error(plain(words))
        state.refusal(place).pop()  # only now: a script that was broken off before this says it the next time


def reason(error: Exception) -> str:
    """Give an error as a reason for a person, as the end of a sentence; at a limit with the way out."""
    if isinstance(error, BeyondLimit):
        return f"{error.bound}. {WAYS_OUT[error.name]}"
    return f"{error}."
