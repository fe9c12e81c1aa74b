"""Guess first: the visitor draws how well it will learn, then trains, and sees how far off that was."""

import weakref
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.lab.guess import BLIND, HANDLES, POINTS, compared, comparison_text
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Sweep, Trial
from mlp.page import state
from mlp.page.settings import hiding
from mlp.page.settings.link import linked
from mlp.page.style import charts
from mlp.page.style.into_sight import bring_into_sight
from mlp.page.train.guess_axes import guess_axes
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, smoothed
from mlp.training.settings import Settings

ROOM = "guess"
LEARNED_POINTS = 250
SMOOTHED_OVER = 4  # of them


def is_on() -> bool:
    """Whether the visitor guesses: asked for by link, in the lab or by a lesson, and not hidden."""
    return state.lab_guess_on.start(linked("lab") == ROOM) and f"lab-{ROOM}" not in hiding.hidden()


def ask(visitor: Visitor, settings: Settings | None = None) -> None:
    """Let the visitor guess the run with these settings, else the next run; for callbacks."""
    state.lab_guess_on.set(True)
    state.lab_guess_for.set(settings)
    state.lab_guess_after.set(visitor.runs.number)
    state.lab_guess_sweep.set(_sweep_of(visitor))
    state.lab_guess_drawn.pop()
    visitor.shown_sweep = None  # its axes are not to be drawn into


def _sweep_of(visitor: Visitor) -> weakref.ref[Sweep] | None:
    return None if visitor.sweep is None else weakref.ref(visitor.sweep)


def ask_from_afar(visitor: Visitor, settings: Settings | None = None) -> None:
    """The same, from elsewhere on the page: the axes are brought into sight when it is drawn anew."""
    ask(visitor, settings)
    state.lab_guess_asked.set(state.lab_guess_asked.get() + 1)


def is_asked(visitor: Visitor) -> bool:
    """Whether the axes are empty, for a guess: no run has begun since it was asked for."""
    if not is_on() or visitor.runs.number != state.lab_guess_after.start(visitor.runs.number):
        return False
    of_lesson = visitor.sweep is not None and visitor.sweep.name is None
    return not of_lesson or _sweep_of(visitor) == state.lab_guess_sweep.start(_sweep_of(visitor))


class Guess(NamedTuple):
    """A guess, in epochs, and the settings of the run that it is of."""

    curve: Curve
    settings: Settings

    def run_among(self, trials: Sequence[Trial]) -> Trial | None:
        """Return the run that was guessed, None if it is not among these."""
        return next((trial for trial in trials if trial.snapshot.settings == self.settings), None)


def guess_of(visitor: Visitor) -> Guess | None:
    """Return the guess if it is of what the train card shows: the run that is on, or one of several side by side."""
    if not is_on() or is_asked(visitor) or not state.lab_guess_drawn.get():
        return None
    settings, sweep = state.lab_guess_for.get(), visitor.shown_sweep
    if sweep is not None:
        shown = [trial.snapshot.settings for trial in sweep.trials()]
    else:
        shown = [] if visitor.job is None else [visitor.job.snapshot().settings]
        if settings is None and shown and visitor.runs.number == state.lab_guess_after.get() + 1:
            settings = shown[0]
    if settings is None or settings not in shown:
        return None
    return Guess(Curve(np.linspace(0, settings.epochs, POINTS), np.array(state.lab_guess_drawn.get())), settings)


def guess_row(visitor: Visitor) -> None:
    """Draw what is to be done, and the way out; nothing as long as nobody wants to guess."""
    if not is_on():
        return
    asked = is_asked(visitor)
    told = (
        "Draw into the empty axes how well it will read validation digits, then train."
        if asked
        else "This run began before a guess was drawn."
        if not state.lab_guess_drawn.get()
        else "The real curve grows over yours."
        if guess_of(visitor) is not None
        else "These are not the curves that you guessed: start the experiment that your guess is of."
    )
    with st.container(key="lab_guess", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ink-status"><b>Guess first.</b> {told}</p>', width="stretch")
        again = asked and not state.lab_guess_drawn.get()
        st.button(
            "Guess again",
            key="lab_guess_again",
            on_click=ask,
            args=(visitor, state.lab_guess_for.get()),
            disabled=again,
        )
        st.button("No guess", key="lab_guess_end", icon=":material/close:", on_click=_end)
    n_asked = state.lab_guess_asked.get()
    if n_asked or linked("lab") == ROOM:
        bring_into_sight("train_card", f"guess {n_asked}" if n_asked else "link")


def _end() -> None:
    state.lab_guess_on.set(False)
    state.curves_of_lesson.pop()  # which may show its own again


def empty_axes(epochs: int, colors: dict[str, str]) -> None:
    """Draw the axes to be drawn into."""
    heights = state.lab_guess_drawn.get()
    guess_axes(heights, charts.accuracy_axes(epochs, colors), epochs, _said(heights), state.lab_guess_drawn.set)


def told(guess: Curve, now: Snapshot, of: str = "") -> str:
    """Return how far off a guess is, as short HTML of our own; ``of`` names the run if there are several."""
    real = _read_new(now)
    found = compared(tuple(guess.y), real.x / now.settings.epochs, real.y)
    words = "The first measurement is yet to come." if found is None else comparison_text(found)
    return f'<p class="ink-status" role="status"><b>Your guess</b>{of}, dashed. {words}</p>'


def _read_new(now: Snapshot) -> Curve:
    """Return the accuracy on validation images, and in the first epoch on those that are about to be learned.

    The latter are new to it as well then, and are measured at every step; with warps or dropout they are harder.
    """
    validation, learned = now.history.validation_accuracy_curve(), now.history.accuracy_curve(LEARNED_POINTS)
    alike = not now.settings.warp and not now.settings.dropout
    first = (learned.x <= 1) & alike
    x = np.concatenate([validation.x, learned.x[first]])
    y = np.concatenate([validation.y, smoothed(learned.y[first], SMOOTHED_OVER)])
    order = np.argsort(x, kind="stable")
    return Curve(x[order], y[order])


def _said(heights: tuple[float, ...]) -> str:
    if not heights:
        return f"Empty axes: no guess is drawn. Three handles stand at {100 * BLIND:.0f}%, the chance of a blind guess"
    early, on_the_way, end = (f"{100 * heights[point]:.0f}%" for point in HANDLES)
    return f"Your guess: {early} early, {on_the_way} on the way, {end} at the end"
