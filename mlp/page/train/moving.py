"""The moving parts of the train card for the live channel: curves, progress, the strip of readings, texts."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Trial
from mlp.page.live.tabs import Parts, Tab
from mlp.page.style import charts
from mlp.page.style.charts import QUANTITIES
from mlp.page.style.moving_chart import Moving
from mlp.page.style.overlay_chart import moving_overlaid_curves
from mlp.page.train import guess, overlay
from mlp.page.train.curve_words import curve_description
from mlp.page.train.guess import Guess
from mlp.page.train.run_words import accuracy_summary, loss_summary, progress
from mlp.page.train.speed import strip
from mlp.page.train.spoken import spoken_progress, spoken_sweep
from mlp.page.train.synthetic_accuracy import synthetic_accuracy_text
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, Quantity

SWEEP = "sweep"
"""The chart of a sweep in the tab *Runs*."""
SWEEP_S = 1.0
"""Minimum time between two charts of a sweep, whose runs each announce their slices."""


class View(NamedTuple):
    """The choices of a tab's session that affect the moving parts."""

    colors: dict[str, str]
    speed: str
    with_synthetic: bool
    guess: Guess | None
    is_guessed: bool
    """Whether the accuracy chart is empty for a guess."""
    slow_start: bool
    """Whether a first run will start slowly."""
    drawn: tuple[int, int] | None
    """The number of the run and the step that the script has drawn; None without a run."""


def curve_arguments(visitor: Visitor, now: Snapshot | None, view: View, epochs: int) -> tuple[Any, ...]:
    """Return the arguments of `charts.curves`; ``epochs`` is the width of empty axes."""
    earlier = [(f"run {run.number}", run.snapshot.history) for run in visitor.runs.shown_runs()]
    if now is None:
        return None, epochs, view.colors, earlier, view.with_synthetic, None
    return now.history, now.settings.epochs, view.colors, earlier, view.with_synthetic, view.guess and view.guess.curve


def run_parts(visitor: Visitor, view: View, tab: Tab) -> Parts:
    """Return the moving parts of the run, or of the sweep that is shown in its place."""
    if visitor.shown_sweep is not None:
        return _sweep_parts(visitor, view, tab)
    job = visitor.job
    if job is None:  # in place of the progress of a sweep that was shown before
        return {"html.progress": progress(None, view.speed, slow_start=view.slow_start), **_no_moving_lines()}
    now = job.snapshot()
    parts: Parts = {
        "step": (visitor.runs.number, now.step),
        "html.progress": progress(now, view.speed),
        "html.strip": strip(visitor, tab.read_of),
        "html.spoken": spoken_progress(visitor, now, tab),
        "html.loss_summary": loss_summary(now),
        "html.accuracy_summary": "" if view.is_guessed else accuracy_summary(now),
        "html.synthetic": synthetic_accuracy_text(now, list(visitor.own)) or "",
        "html.guessed": "" if view.guess is None else guess.guess_comparison(view.guess.curve, now),
    }
    if not (now.playing or now.busy) and view.drawn == parts["step"]:
        return {**parts, **_no_moving_lines()}
    names: tuple[Literal["loss", "accuracy"], ...] = ("loss",) if view.is_guessed else ("loss", "accuracy")
    for name, chart in zip(names, charts.moving_curves(*curve_arguments(visitor, now, view, 0)), strict=False):
        parts |= _moving_lines(name, chart, curve_description(name, now))
    return parts


def _moving_lines(name: str, chart: Moving, alt: str | None) -> Parts:
    return {
        f"axes.{name}": {"svg": chart.svg, "x": chart.x, "y": chart.y, "place": charts.PLACE},
        f"lines.{name}": {"lines": chart.lines, "alt": alt},
    }


def _no_moving_lines(names: Sequence[str] = QUANTITIES) -> Parts:
    """Return the parts that remove the moving lines, so that only the charts drawn by the script remain."""
    return {f"lines.{name}": None for name in names}


def _sweep_parts(visitor: Visitor, view: View, tab: Tab) -> Parts:
    sweep = visitor.shown_sweep
    if sweep is None:
        return {}
    trials = sweep.trials()
    parts: Parts = {
        "html.progress": overlay.sweep_progress(trials),
        "html.spoken": spoken_sweep(trials),
        "html.legend": overlay.legend(trials, view.colors),
        "html.guessed": overlay.guessed(trials, view.guess),
    }
    if not sweep.busy:
        return {**parts, **_no_moving_lines()}
    return parts | _moving_sweep(tab, trials, view.colors, view.guess and view.guess.curve)


def sweep_tab_parts(
    visitor: Visitor, table: Callable[[Sequence[Trial]], str], colors: dict[str, str], tab: Tab
) -> Parts:
    """Return the moving parts of the sweep in the tab *Runs*: while it plays, only if that is open."""
    sweep = visitor.sweep
    if sweep is None or (sweep.busy and not tab.shows_sweep):
        return {}
    trials = sweep.trials()
    parts: Parts = {"html.sweep_table": table(trials)}
    if not sweep.busy:
        return parts | _no_moving_lines((SWEEP,))
    return parts | _moving_sweep(tab, trials, colors, names=(SWEEP,), quantities=("accuracy",))


def _moving_sweep(
    tab: Tab,
    trials: Sequence[Trial],
    colors: dict[str, str],
    guess: Curve | None = None,
    *,
    names: tuple[str, ...] = QUANTITIES,
    quantities: Sequence[Quantity] = QUANTITIES,
) -> Parts:
    """Return the curves of a sweep in the charts of these names and quantities, computed at most once in `SWEEP_S`."""
    last, moving = tab.swept.get(names, (0.0, ()))
    if time.monotonic() - last >= SWEEP_S:
        epochs = max(trial.snapshot.settings.epochs for trial in trials)
        histories = [trial.snapshot.history for trial in trials]
        moving = tuple(moving_overlaid_curves(histories, epochs, colors, guess, quantities=quantities))
        tab.swept[names] = (time.monotonic(), moving)
    parts: Parts = {}
    for name, chart in zip(names, moving, strict=True):
        parts |= _moving_lines(name, chart, None)
    return parts
