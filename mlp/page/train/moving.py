"""The moving parts of the train card for the live channel: curves, progress, the strip of readings, texts."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Trial
from mlp.page.live.tabs import Parts, Tab
from mlp.page.style.plots import QUANTITIES, Plot, run_plot, shown
from mlp.page.train import guess, overlay
from mlp.page.train.curve_words import curve_description
from mlp.page.train.guess import Guess
from mlp.page.train.large_number import large_number
from mlp.page.train.run_words import accuracy_summary, loss_summary, progress
from mlp.page.train.speed import strip
from mlp.page.train.spoken import spoken_progress, spoken_sweep
from mlp.page.train.synthetic_accuracy import synthetic_accuracy_text
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, History, Quantity

SWEEP = "sweep"
"""The chart of a sweep in the tab *Runs*."""
SWEEP_S = 1.0
"""Minimum time between two charts of a sweep, whose runs each announce their slices."""


class View(NamedTuple):
    """The choices of a tab's session that affect the moving parts."""

    speed: str
    with_synthetic: bool
    guess: Guess | None
    is_guessed: bool
    """Whether the accuracy chart is empty for a guess."""
    slow_start: bool
    """Whether a first run will start slowly."""
    drawn: tuple[int, int] | None
    """The number of the run and the step that the script has drawn; None without a run."""


def plot_of(quantity: Quantity, visitor: Visitor, now: Snapshot | None, view: View, epochs: int) -> Plot:
    """Return one of the run's plots, of a script or the live channel; ``epochs`` is the width of empty axes."""
    return shown(
        run_plot(
            quantity,
            History(1) if now is None else now.history,
            epochs if now is None else now.settings.epochs,
            [(f"run {run.number}", run.snapshot.history) for run in visitor.runs.shown_runs()],
            with_synthetic=view.with_synthetic and now is not None,
            guess=None if now is None or view.guess is None else view.guess.curve,
        ),
        curve_description(quantity, now),
        at=None if now is None else (visitor.runs.current, now.step),
        playing=now is not None and now.playing,
    )


def run_parts(visitor: Visitor, view: View, tab: Tab) -> Parts:
    """Return the moving parts of the run, or of the sweep that is shown in its place."""
    if visitor.shown_sweep is not None:
        return _sweep_parts(visitor, view, tab)
    job = visitor.job
    if job is None:  # in place of the progress of a sweep that was shown before
        return {"html.progress": progress(None, view.speed, slow_start=view.slow_start)}
    now = job.snapshot()
    parts: Parts = {
        "step": (visitor.runs.current, now.step),
        "html.number": large_number(job, now, visitor.runs.origin),
        "html.progress": progress(now, view.speed),
        "html.strip": strip(visitor, tab.desk),
        "html.spoken": spoken_progress(visitor, now, tab),
        "html.loss_summary": loss_summary(now),
        "html.accuracy_summary": "" if view.is_guessed else accuracy_summary(now),
        "html.synthetic": synthetic_accuracy_text(now, visitor.digits.now) or "",
        "html.guessed": "" if view.guess is None else guess.guess_comparison(view.guess.curve, now),
    }
    if now.playing or now.busy or view.drawn != parts["step"]:  # else a script has drawn them
        for quantity in QUANTITIES[: 1 if view.is_guessed else 2]:
            parts[f"plot.{quantity}"] = plot_of(quantity, visitor, now, view, 0)
    return parts


def _sweep_parts(visitor: Visitor, view: View, tab: Tab) -> Parts:
    sweep = visitor.shown_sweep
    if sweep is None:
        return {}
    trials = sweep.trials()
    parts: Parts = {
        "html.progress": overlay.sweep_progress(trials),
        "html.spoken": spoken_sweep(trials),
        "html.legend": overlay.legend(trials),
        "html.guessed": overlay.guessed(trials, view.guess),
    }
    return parts | (_moving_sweep(tab, trials, view.guess and view.guess.curve) if sweep.busy else {})


def sweep_tab_parts(visitor: Visitor, table: Callable[[Sequence[Trial]], str], tab: Tab) -> Parts:
    """Return the moving parts of the sweep in the tab *Runs*: while it plays, only if that is open."""
    sweep = visitor.sweep
    if sweep is None or (sweep.busy and not tab.shows_sweep):
        return {}
    trials = sweep.trials()
    parts: Parts = {"html.sweep_table": table(trials)}
    return parts | (_moving_sweep(tab, trials, names=(SWEEP,), quantities=("accuracy",)) if sweep.busy else {})


def _moving_sweep(
    tab: Tab,
    trials: Sequence[Trial],
    guess: Curve | None = None,
    *,
    names: tuple[str, ...] = QUANTITIES,
    quantities: Sequence[Quantity] = QUANTITIES,
) -> Parts:
    """Return the curves of a sweep in the charts of these names and quantities, computed at most once in `SWEEP_S`."""
    last, moving = tab.swept.get(names, (0.0, ()))
    if time.monotonic() - last >= SWEEP_S:
        moving = tuple(overlay.sweep_plot(quantity, trials, guess) for quantity in quantities)
        tab.swept[names] = (time.monotonic(), moving)
    return {f"plot.{name}": plot for name, plot in zip(names, moving, strict=True)}
