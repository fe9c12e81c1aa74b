"""Guess first: the visitor draws the accuracy curve, trains, and compares."""

import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.lab.guess_comparison import BLIND, HANDLES, POINTS, compared, comparison_text
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Sweep, Trial
from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, scroll_to
from mlp.page.style.link import hidable, hidden, linked
from mlp.page.style.plots import PLOT_HTML, empty_plot
from mlp.page.style.redraw import rerun_page
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, smoothed
from mlp.training.settings import Settings

_lab_guess_on = SessionVar[bool]("lab_guess_on", False)
"""Whether the visitor guesses before a run begins."""
_lab_guess_after = SessionVar[int]("lab_guess_after", 0)
"""The number of the run before the guessed one."""
_lab_guess_sweep = SessionVar[Any]("lab_guess_sweep", None)
"""Weak reference to the visitor's sweep at the time of the last request for a guess."""
_lab_guess_asked = SessionVar[int]("lab_guess_asked", 0)
"""Number of requests for a guess from elsewhere on the page."""

_lab_axes = SessionVar[Any]("lab_axes", None)
"""The browser's report on a drawn guess; a control."""

_JS = "export default (component) => inkling.drawGuess(component);"
_CSS = """
div { position: relative; }
.ink-plot, canvas { width: 100%; height: var(--curve); }
.field { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.field > rect { fill: transparent; cursor: crosshair; touch-action: none; }
.field > path { fill: none; stroke: var(--ink); stroke-width: 2; stroke-dasharray: 6 4; stroke-linejoin: round; }
circle { fill: var(--paper); stroke: var(--accent); stroke-width: 2; pointer-events: none; }
circle:focus-visible { outline: none; stroke: var(--ink); stroke-width: 3; r: 7px; }
"""

ROOM = "guess"
LEARNED_POINTS = 250
SMOOTHED_OVER = 4  # points
_NAME = hidable(f"lab-{ROOM}", "Guess first", ".st-key-guess_first, .st-key-lab_guess")
"""Name that hides it."""


def is_on() -> bool:
    """Whether guessing is on: started by a link, the button or a lesson, and not hidden."""
    return _lab_guess_on.start(linked("lab") == ROOM) and is_offered()


def is_offered() -> bool:
    """Whether the link leaves it visible."""
    return _NAME not in hidden()


def ask(visitor: Visitor, settings: Settings | None = None) -> None:
    """Ask for a guess of the run with these settings, or of the next run; for callbacks."""
    _lab_guess_on.set(True)
    state.lab_guess_for.set(settings)
    _lab_guess_after.set(visitor.runs.current)
    _lab_guess_sweep.set(_sweep_of(visitor))
    state.lab_guess_drawn.pop()
    visitor.shown_sweep = None  # to make room for the empty axes


def _sweep_of(visitor: Visitor) -> weakref.ref[Sweep] | None:
    return None if visitor.sweep is None else weakref.ref(visitor.sweep)


def ask_and_scroll(visitor: Visitor, settings: Settings | None = None) -> None:
    """Ask for a guess as `ask` does, from elsewhere on the page, and scroll to the axes."""
    ask(visitor, settings)
    _lab_guess_asked.set(_lab_guess_asked.get() + 1)


def is_asked(visitor: Visitor) -> bool:
    """Whether the axes are empty for a guess: no run has begun since it was asked for."""
    if not is_on() or visitor.runs.current != _lab_guess_after.start(visitor.runs.current):
        return False
    of_lesson = visitor.sweep is not None and visitor.sweep.purpose == "lesson"
    return not of_lesson or _sweep_of(visitor) == _lab_guess_sweep.start(_sweep_of(visitor))


class Guess(NamedTuple):
    """A guessed curve, in epochs, and the settings of its run."""

    curve: Curve
    settings: Settings

    def run_among(self, trials: Sequence[Trial]) -> Trial | None:
        """Return the trial that was guessed, or None."""
        return next((trial for trial in trials if trial.snapshot.settings == self.settings), None)


def guess_of(visitor: Visitor) -> Guess | None:
    """Return the guess if the train card shows its run, alone or in a sweep, else None."""
    if not is_on() or is_asked(visitor) or not state.lab_guess_drawn.get():
        return None
    settings, sweep = state.lab_guess_for.get(), visitor.shown_sweep
    if sweep is not None:
        shown = [trial.snapshot.settings for trial in sweep.trials()]
    else:
        shown = [] if visitor.job is None else [visitor.job.snapshot().settings]
        if settings is None and shown and visitor.runs.current == _lab_guess_after.get() + 1:
            settings = shown[0]
    if settings is None or settings not in shown:
        return None
    return Guess(Curve(np.linspace(0, settings.epochs, POINTS), np.array(state.lab_guess_drawn.get())), settings)


def guess_button(visitor: Visitor) -> None:
    """Draw the button that asks for a guess, beside the accuracy; for a fragment, while nobody guesses."""
    if not is_on():
        st.button(
            "Guess first",
            key="guess_first",
            type="tertiary",
            on_click=_begin,
            args=(visitor,),
            help="Clears the accuracy chart, so that you can draw the curve that you expect of your next run.",
        )


def _begin(visitor: Visitor) -> None:
    ask(visitor)
    rerun_page()


def guess_row(visitor: Visitor, comparison: str) -> None:
    """Draw the instructions or the comparison, HTML, with buttons to guess again or to stop, unless guessing is off."""
    if not is_on():
        return
    asked = is_asked(visitor)
    words = (
        "Draw your guess in the empty chart: how well will it read validation digits? Then train."
        if asked
        else "This run began before you drew a guess."
        if not state.lab_guess_drawn.get()
        else "Your guess is for another run: start that experiment to compare."
    )
    text = f'<p class="ink-status"><b>Guess first.</b> {words}</p>'
    if comparison:
        text = f'<div data-live="guessed">{comparison}</div>'
    with st.container(key="lab_guess", horizontal=True, vertical_alignment="center"):
        st.html(text, width="stretch")
        again = asked and not state.lab_guess_drawn.get()
        st.button(
            "Guess again",
            key="lab_guess_again",
            on_click=_ask_again,
            args=(visitor,),
            disabled=again,
        )
        st.button("No guess", key="lab_guess_end", icon=":material/close:", on_click=_end)
    n_asked = _lab_guess_asked.get()
    if n_asked or linked("lab") == ROOM:
        scroll_to("train_card", f"guess {n_asked}" if n_asked else "link")


def _ask_again(visitor: Visitor) -> None:
    ask(visitor, state.lab_guess_for.get())
    rerun_page()


def _end() -> None:
    _lab_guess_on.set(False)
    rerun_page()


def empty_axes(epochs: int) -> None:
    """Draw the empty axes for a guess: with the pointer as one line, or with the arrow keys on three handles."""
    heights = state.lab_guess_drawn.get()
    data = {
        "plot": empty_plot(epochs),
        "heights": list(heights),
        "handles": list(HANDLES),
        "points": POINTS,
        "blind": BLIND,
        "epochs": epochs,
        "description": _description(heights),
    }
    html = f'<div>{PLOT_HTML}<svg class="field" role="group"></svg></div>'
    component = st.components.v2.component("guess_axes", html=html, js=_JS, css=_CSS)
    component(key=_lab_axes.key, data=data, on_drawn_change=_note_drawn)


def _note_drawn() -> None:
    found: Any = (_lab_axes.get() or {}).get("drawn")
    if not isinstance(found, list | tuple) or len(found) != POINTS:
        return
    if all(isinstance(one, int | float) and 0 <= one <= 1 for one in found):
        state.lab_guess_drawn.set(tuple(float(one) for one in found))
        rerun_page()


def guess_comparison(guess: Curve, now: Snapshot, of: str = "") -> str:
    """Return how far off a guess is, as short HTML; ``of`` names the run if there are several."""
    real = unseen_accuracy(now)
    found = compared(tuple(guess.y), real.x / now.settings.epochs, real.y)
    words = "Nothing is measured yet." if found is None else comparison_text(found)
    text = f"<b>Your guess</b>{of}, dashed. {words}"
    return f'<p class="ink-status">{text}</p>' if now.playing else announced("guessed", text)


def unseen_accuracy(now: Snapshot) -> Curve:
    """Return the accuracy on validation images, and in the first epoch also on each minibatch before it is learned.

    In the first epoch, minibatches are new to the network too, and there is one at every step. With warps or dropout
    they are harder than validation images, so they are left out.
    """
    validation, learned = now.history.measured("accuracy"), now.history.minibatches("accuracy", LEARNED_POINTS)
    alike = not now.settings.warp and not now.settings.dropout
    first = (learned.x <= 1) & alike
    x = np.concatenate([validation.x, learned.x[first]])
    y = np.concatenate([validation.y, smoothed(learned.y[first], SMOOTHED_OVER)])
    order = np.argsort(x, kind="stable")
    return Curve(x[order], y[order])


def _description(heights: tuple[float, ...]) -> str:
    if not heights:
        return f"An empty chart for your guess. Its three handles are at {100 * BLIND:.0f}%, a blind guess"
    early, on_the_way, end = (f"{100 * heights[point]:.0f}%" for point in HANDLES)
    return f"Your guess: {early} early, {on_the_way} on the way, {end} at the end"
