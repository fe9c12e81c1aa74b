"""Guess first: draw how well it will learn, then train, and see how far off you were."""

import numpy as np
import streamlit as st

from mlp.analysis.lab.guess import compared, in_words
from mlp.page import state
from mlp.page.settings.panel import chosen_settings
from mlp.page.style.theme import plain
from mlp.page.tabs.lab.pictures.guess_axes import guess_axes
from mlp.page.train.data_state import DataState, data_state
from mlp.page.visitors.refusals import reason, refuse, show_refusal
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import smoothed
from mlp.training.run import Run

SAID = (
    "Guess first. How well will it read new digits, early, on the way and at the end? Pull the three handles, then "
    "train: the real curve grows over your guess."
)
LEARNED_POINTS = 120
SMOOTHED_OVER = 4  # of them


def choices(visitor: Visitor, _data: DataState) -> tuple[()]:
    """Draw the buttons."""
    state.lab_guess_after.start(visitor.runs.number)
    show_refusal("lab")
    with st.container(horizontal=True):
        st.button(
            "Train a new network",
            key="lab_train",
            type="primary",
            on_click=_train,
            args=(visitor,),
            disabled=_is_on(visitor),
        )
        st.button("Guess again", key="lab_guess_again", on_click=_again, args=(visitor,), disabled=not _is_on(visitor))
    return ()


def _is_on(visitor: Visitor) -> bool:
    """Whether a run has begun since the guess."""
    return visitor.job is not None and visitor.runs.number != state.lab_guess_after.get()


def view(visitor: Visitor, _data: DataState) -> None:
    """Draw the guess, the curve of the run that was begun after it, and how far off it was."""
    heights = state.lab_guess.get()
    job = visitor.job if _is_on(visitor) else None
    if job is None:
        settings = chosen_settings()
        st.html(
            f'<p class="ink-said">Your guess for a network of {settings.n_parameters:,} numbers with a learning '
            f"rate of {settings.learning_rate:g}: right on new digits, by epoch.</p>"
        )
        guess_axes(heights, [], [], settings.epochs, _said(heights), state.lab_guess.set, locked=False)
        return
    now = job.snapshot()
    curve = now.history.validation_accuracy_curve()
    shares = curve.x / now.settings.epochs
    found = compared(heights, shares, curve.y)
    told = "The first measurement is yet to come." if found is None else in_words(found)
    st.html(f'<p class="ink-said" role="status">{told}</p>')
    learned = now.history.accuracy_curve(LEARNED_POINTS)
    trained = _points(learned.x / now.settings.epochs, smoothed(learned.y, SMOOTHED_OVER))
    real = _points(shares, curve.y)
    guess_axes(
        heights, real, trained, now.settings.epochs, f"{_said(heights)}. {told}", state.lab_guess.set, locked=True
    )
    st.caption("Dashed: your guess. Thick: right on validation digits. Thin: right on the images that it just learned.")


def _points(shares: np.ndarray, accuracies: np.ndarray) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in zip(shares, accuracies, strict=True)]


def _said(heights: tuple[float, ...]) -> str:
    early, on_the_way, end = (f"{100 * height:.0f} %" for height in heights)
    return f"A guess: {early} early, {on_the_way} on the way, {end} at the end"


def _train(visitor: Visitor) -> None:
    try:
        run = Run(chosen_settings())
    except ValueError as error:
        refuse("lab", f"This run cannot start: {plain(reason(error))}")
        return
    state.lab_moved.set(True)
    begin(visitor, run, data_state().source, asked_at="lab")


def _again(visitor: Visitor) -> None:
    state.lab_guess_after.set(visitor.runs.number)
