"""Guess first: an introduction, and a button that leads to the train card, where the visitor draws the guess."""

import streamlit as st

from mlp.page import state
from mlp.page.settings.panel import chosen_settings
from mlp.page.train.data_state import DataState
from mlp.page.train.guess import ask_from_afar, guess_of, is_asked, told
from mlp.page.visitors.visitor import Visitor

SAID = (
    "Guess first. How well will it read validation digits early on, halfway and at the end? Draw your curve in the "
    "empty accuracy chart under Train; the real one grows over it."
)


def choices(visitor: Visitor, _data: DataState) -> tuple[()]:
    """Draw the button."""
    st.button("Draw a guess", key="lab_guess_begin", icon=":material/draw:", on_click=_begin, args=(visitor,))
    return ()


def view(visitor: Visitor, _data: DataState) -> None:
    """Draw the settings of the run to guess, or how far off the guess was."""
    if is_asked(visitor):
        settings = chosen_settings()
        st.html(
            f'<p class="ink-said">Your guess is for a network with {settings.n_parameters:,} numbers to learn, a '
            f"learning rate of {settings.learning_rate:g} and "
            f"{settings.epochs} epoch{'' if settings.epochs == 1 else 's'}.</p>"
        )
    elif visitor.job is not None and (guess := guess_of(visitor)) is not None and visitor.shown_sweep is None:
        st.html(told(guess.curve, visitor.job.snapshot()))


def _begin(visitor: Visitor) -> None:
    ask_from_afar(visitor)
    state.lab_moved.set(True)
