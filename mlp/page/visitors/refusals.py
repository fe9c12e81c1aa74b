"""Explain beside a button why its action was refused."""

from typing import Literal

import streamlit as st

from mlp.jobs.limits import BeyondLimit
from mlp.page.session_var import SessionVar
from mlp.page.style.theme import plain

Place = Literal[
    "train",
    "hints",
    "replay",
    "sweep",
    "teach",
    "teach_now",
    "lesson",
    "lab",
    "signs",
    "signs_set",
    "signs_left_out",
    "newcomer",
]

REMEDIES = {
    "numbers to learn": "Choose fewer or narrower layers in the settings.",
    "epochs": "Choose fewer epochs in the settings.",
    "billion weights times images": "Choose fewer epochs, or narrower layers, in the settings.",
    "MB of memory": "Choose narrower layers in the settings, or SGD instead of Adam.",
}


def refusal(place: Place) -> SessionVar[str | None]:
    """Return the reason why a request at a place of the page was refused, until it is shown."""
    return SessionVar(f"refused_{place}", None)


def refuse(place: Place, words: str) -> None:
    """Record, in a callback, why an action was refused and what to do instead."""
    refusal(place).set(words)


def show_refusal(place: Place) -> None:
    """Draw the refusal that was recorded for this place, once."""
    words = refusal(place).get()
    if words:
        st.error(plain(words))
        refusal(place).pop()  # last, so that an interrupted script shows it on its next run


def reason(error: Exception) -> str:
    """Return an error as the end of a sentence for visitors, and at a limit a way to stay within it."""
    if isinstance(error, BeyondLimit):
        return f"{error.bound}. {REMEDIES[error.name]}"
    return f"{error}."
