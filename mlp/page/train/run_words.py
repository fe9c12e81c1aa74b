"""Describe a run in words, as HTML: its progress, its curves and its last measurements."""

import html
import math

from mlp.analysis.scores import percent
from mlp.class_names import DIGITS
from mlp.jobs.origin import Origin, remark_on_score
from mlp.jobs.snapshot import Snapshot
from mlp.page.style.html import track
from mlp.page.style.plots import RAW_POINTS
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.sources import Data
from mlp.training.history import Evaluation, Quantity


def progress(snapshot: Snapshot | None, chosen_speed: str, number: int = 0) -> str:
    """Return the progress bar with its text, and a mark while a run plays, as HTML; there may be no run yet."""
    if snapshot is None:
        return (
            '<p class="ink-untrained"><span class="ink-unseen">Nothing trained yet. </span><span>A new network knows '
            "nothing. <b>Train it</b>, and watch its mistakes fall and what it reads right rise.</span></p>"
        )
    sizes = "–".join(map(str, snapshot.settings.layer_sizes))
    parts = [f"<b>Run {number}</b> {sizes}", snapshot.moment]
    parts += ["slow start"] * (snapshot.speed not in ("full", chosen_speed.lower()))
    if snapshot.speed != "full" and len(snapshot.history):
        parts.append(f"{percent(float(snapshot.history.accuracies[-1]))} of the last batch right")
    if snapshot.images_per_second and not snapshot.waits and snapshot.speed == "full":
        parts.append(f"{snapshot.images_per_second:,.0f} images a second")
        parts.append(f"{duration(snapshot.seconds_left or 0)} left")
    elif snapshot.finished:
        parts.append(f"done after {duration(snapshot.seconds)} of training")
    elif snapshot.diverged:
        parts.append("stopped")
    elif not snapshot.playing:
        parts.append("pausing …" if snapshot.busy else "paused")
    parts.append(html.escape(f"on {snapshot.data_name}"))
    if snapshot.worker_failures and snapshot.error is None:
        times = "once" if snapshot.worker_failures == 1 else f"{snapshot.worker_failures} times"
        parts.append(f"its process restarted {times}; no progress was lost")
    mark = f'<i class="ink-plays{" ink-first" * (number == 1)}" hidden></i>' * snapshot.playing  # for the style sheet
    return (
        f"{track('Training', snapshot.progress)}{mark}"
        f'<p class="ink-status"><span>{"</span> <span>".join(parts)}</span></p>'
        + (f'<p class="ink-status">{html.escape(snapshot.waits)}</p>' if snapshot.waits else "")
    )


def curve_description(name: Quantity, snapshot: Snapshot | None) -> str:
    """Return a curve in words: "loss falls from 2.3 to 0.11 in 4 epochs"."""
    if snapshot is None or not len(snapshot.history):
        return f"{name.capitalize()}: no curve yet"
    curve = snapshot.history.minibatches(name, RAW_POINTS)
    span = max(1, len(curve.y) // 20)
    first, last = float(curve.y[:span].mean()), float(curve.y[-span:].mean())
    verb = "falls" if last < first else "rises"
    numbers = f"from {first:.2g} to {last:.2g}" if name == "loss" else f"from {first:.0%} to {last:.0%}"
    return f"{name.capitalize()} of the minibatches {verb} {numbers} in {float(curve.x[-1]):.2g} epochs"


def loss_summary(snapshot: Snapshot | None) -> str:
    """Return the last loss on validation images as HTML; where there is no room for all, its end is left out."""
    newest = snapshot.history.newest if snapshot else None
    if newest is None or not newest.step:  # all through the first epoch, the one before the first step would be shown
        blind = math.log(snapshot.settings.n_classes if snapshot else len(DIGITS))
        return f"<span>how wrong it is</span> <span>· {blind:.1f} is a blind guess</span>"
    return f"<b>{loss_text(newest.loss)}</b> at {newest.moment}"


def loss_text(loss: float) -> str:
    """Return a loss as text, with a power of ten if it has blown up.

    >>> loss_text(0.0931), loss_text(944486324586931159040.0), loss_text(float("inf"))
    ('0.093', '9.4 × 10²⁰', 'too large to show')
    """
    if not math.isfinite(loss):
        return "too large to show"
    if loss < 10_000:
        return f"{loss:.3f}"
    digits, power = f"{loss:.1e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def accuracy_summary(snapshot: Snapshot | None) -> str:
    """Return the last accuracy on validation images as HTML, as `loss_summary` does."""
    newest = snapshot.history.newest if snapshot else None
    if newest is None or not newest.step:
        return "share read right"
    return f"<b>{newest.accuracy * 100:.2f}%</b> at {newest.moment}"


def measured_on(data: Data | None, origin: Origin | None) -> str:
    """Return a warning about a run's validation images: warps of learned drawings, or images that it has met before."""
    if isinstance(data, DrawingData) and data.base is None:
        return f"Validation is on {data.unseen_warps}." if data.unseen_warps else ""
    return "" if origin is None else remark_on_score(origin.root, "validation")


def duration(seconds: float) -> str:
    """Return a duration as text.

    >>> duration(7.4), duration(75), duration(7300)
    ('7 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def accuracy_at(measured: Evaluation | None) -> str:
    """Return a validation accuracy as text, with its step.

    >>> accuracy_at(Evaluation(7812, 5.0, 0.1, 0.9624)), accuracy_at(None)
    ('96.24% at step 7,812', '–')
    """
    return "–" if measured is None else f"{measured.accuracy * 100:.2f}% at {measured.moment}"
