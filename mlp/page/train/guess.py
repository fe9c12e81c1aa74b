"""Guess first: the visitor draws the accuracy curve, trains, and compares."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.guess_comparison import BLIND, HANDLES, POINTS, compared, comparison_text
from mlp.jobs.snapshot import Snapshot
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.script.link import hidable, hidden, linked
from mlp.page.script.redraw import rerun_page
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.plots import PLOT_HTML, empty_plot
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, smoothed
from mlp.training.settings import Settings


class Asked(NamedTuple):
    """A request for a guess of the run with these settings, None for the next run; and what the visitor had before."""

    settings: Settings | None
    run: int
    sweep: int


_asked = SessionVar[Asked | None]("lab_guess_asked", None)
"""The last request; None if nobody guesses."""
_lab_axes = SessionVar[Any]("lab_axes", None)
"""The browser's report on a drawn guess; a control."""

_JS = "export default (component) => inkling.drawGuess(component);"
_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")

EXPERIMENT = "guess"
LEARNED_POINTS = 250
SMOOTHED_OVER = 4  # points
_NAME = hidable(f"lab-{EXPERIMENT}", "Guess first", ".st-key-guess_first, .st-key-lab_guess")
"""Name that hides it."""


def is_offered() -> bool:
    """Whether the link leaves it visible."""
    return _NAME not in hidden()


def asked(visitor: Visitor) -> Asked | None:
    """Return the last request, by a link, the button or a lesson; None if nobody guesses."""
    by_link = Asked(None, visitor.runs.current, visitor.sweep.key) if linked("lab") == EXPERIMENT else None
    return _asked.start(by_link) if is_offered() else None


def ask(visitor: Visitor, settings: Settings | None = None) -> None:
    """Ask for a guess of the run with these settings, or of the next run; for callbacks."""
    _asked.set(Asked(settings, visitor.runs.current, visitor.sweep.key))
    state.lab_guess_drawn.pop()
    visitor.shows_sweep = False  # to make room for the empty axes


def is_asked(visitor: Visitor) -> bool:
    """Whether the axes are empty for a guess: neither a run nor a sweep has begun since it was asked for."""
    last = asked(visitor)
    return last is not None and (visitor.runs.current, visitor.sweep.key) == (last.run, last.sweep)


class Guess(NamedTuple):
    """A guessed curve, in epochs, and the settings of its run."""

    curve: Curve
    settings: Settings


def guess_of(visitor: Visitor) -> Guess | None:
    """Return the guess if the train card shows its run, alone or in a sweep, else None."""
    last = asked(visitor)
    if last is None or is_asked(visitor) or not state.lab_guess_drawn.get():
        return None
    of_curves, settings = [trial.snapshot.settings for trial in visitor.shown.trials()], last.settings
    if settings is None and len(of_curves) == 1 and visitor.runs.current == last.run + 1:
        settings = of_curves[0]
    if settings is None or settings not in of_curves:
        return None
    return Guess(Curve(np.linspace(0, settings.epochs, POINTS), np.array(state.lab_guess_drawn.get())), settings)


def guess_button(visitor: Visitor) -> None:
    """Draw the button that asks for a guess, beside the accuracy; for a fragment, while nobody guesses."""
    if asked(visitor) is None:
        st.button(
            tr("Guess first"),
            key="guess_first",
            type="tertiary",
            on_click=_begin,
            args=(visitor,),
            help=tr("Clears the accuracy chart, so that you can draw the curve that you expect of your next run."),
        )


def _begin(visitor: Visitor, settings: Settings | None = None) -> None:
    ask(visitor, settings)
    rerun_page()


def guess_row(visitor: Visitor, comparison: str) -> None:
    """Draw the instructions or the comparison, HTML, with buttons to guess again or to stop, unless guessing is off."""
    last, waits = asked(visitor), is_asked(visitor)
    if last is None:
        return
    words = (
        tr("Draw your guess in the empty chart: how well will it read validation digits? Then train.")
        if waits
        else tr("This run began before you drew a guess.")
        if not state.lab_guess_drawn.get()
        else tr("Your guess is for another run: start that experiment to compare.")
    )
    text = f'<p class="ink-status"><b>{tr("Guess first.")}</b> {words}</p>'
    if comparison:
        text = f'<div data-live="guessed">{comparison}</div>'
    with st.container(key="lab_guess", horizontal=True, vertical_alignment="center"):
        st.html(text, width="stretch")
        again = waits and not state.lab_guess_drawn.get()
        st.button(
            tr("Guess again"),
            key="lab_guess_again",
            on_click=_begin,
            args=(visitor, last.settings),
            disabled=again,
        )
        st.button(tr("No guess"), key="lab_guess_end", on_click=_end)


def _end() -> None:
    _asked.set(None)
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
    drawn: Any = (_lab_axes.get() or {}).get("drawn")
    if not isinstance(drawn, list | tuple) or len(drawn) != POINTS:
        return
    if all(isinstance(share, int | float) and 0 <= share <= 1 for share in drawn):
        state.lab_guess_drawn.set(tuple(float(share) for share in drawn))
        rerun_page()


def guess_comparison(guess: Curve, snapshot: Snapshot, of: str = "") -> str:
    """Return how far off a guess is, as short HTML; ``of`` names the run if there are several."""
    real = unseen_accuracy(snapshot)
    comparison = compared(tuple(guess.y), real.x / snapshot.settings.epochs, real.y)
    words = tr("Nothing is measured yet.") if comparison is None else comparison_text(comparison)
    text = tr("<b>Your guess</b> of {run}, dashed.", run=of) if of else tr("<b>Your guess</b>, dashed.")
    text += f" {words}"
    return f'<p class="ink-status">{text}</p>' if snapshot.playing else announced("guessed", text)


def unseen_accuracy(snapshot: Snapshot) -> Curve:
    """Return the accuracy on validation images, and in the first epoch also on each minibatch before it is learned.

    In the first epoch, minibatches are new to the network too, and there is one at every step. With warps or dropout
    they are harder than validation images, so they are left out.
    """
    history = snapshot.history
    validation, learned = history.measured("accuracy"), history.minibatches("accuracy", LEARNED_POINTS)
    alike = not snapshot.settings.warp and not snapshot.settings.dropout
    first = (learned.x <= 1) & alike
    x = np.concatenate([validation.x, learned.x[first]])
    y = np.concatenate([validation.y, smoothed(learned.y[first], SMOOTHED_OVER)])
    order = np.argsort(x, kind="stable")
    return Curve(x[order], y[order])


def _description(heights: tuple[float, ...]) -> str:
    if not heights:
        return tr("An empty chart for your guess. Its three handles are at {blind:.0%}, a blind guess", blind=BLIND)
    early, later, end = (heights[point] for point in HANDLES)
    text = mark("Your guess: {early:.0%} early, {later:.0%} on the way, {end:.0%} at the end")
    return tr(text, early=early, later=later, end=end)
