"""Describe a run in words, as HTML: its progress, its curves and its last measurements."""

import html
import math
import re

from mlp.analysis.scores import percent
from mlp.class_names import DIGITS
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.origin import Origin, remark_on_score
from mlp.jobs.snapshot import Snapshot
from mlp.language import mark, number, several, tr
from mlp.page.style.html import track
from mlp.page.style.plots import RAW_POINTS
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.sources import Data
from mlp.training.history import Evaluation, Quantity


def progress(run: NumberedRun | None, chosen_speed: str, *, is_earlier: bool = False) -> str:
    """Return the progress bar with its text, and a mark while a run plays, as HTML; there may be no run yet."""
    if run is None:
        empty = tr("Nothing trained yet.")
        text = tr(
            "A new network knows nothing. <b>Train it</b>, and watch its mistakes fall and what it reads right rise."
        )
        return f'<p class="ink-untrained"><span class="ink-unseen">{empty} </span><span>{text}</span></p>'
    snapshot = run.snapshot
    sizes = "–".join(map(str, snapshot.settings.layer_sizes))
    parts = [f"<b>{html.escape(tr(run.title))}</b> {sizes}", snapshot.moment]
    parts += [tr("slow start")] * (snapshot.speed not in ("full", chosen_speed.lower()))
    if snapshot.speed != "full" and len(snapshot.history):
        share = percent(float(snapshot.history.accuracies[-1]))
        parts.append(tr("{share} of the last batch right", share=share))
    if snapshot.images_per_second and not snapshot.waits and snapshot.speed == "full":
        parts.append(tr("{n:,.0f} images a second", n=snapshot.images_per_second))
        parts.append(tr("{time} left", time=duration(snapshot.seconds_left or 0)))
    elif snapshot.finished:
        parts.append(tr("done after {time} of training", time=duration(snapshot.seconds)))
    elif snapshot.diverged:
        parts.append(tr("stopped"))
    elif not snapshot.playing:
        parts.append(tr("kept") if is_earlier else tr("pausing …") if snapshot.busy else tr("paused"))
    parts.append(html.escape(tr("on {data}", data=tr(snapshot.data_name))))
    if snapshot.worker_failures and snapshot.error is None:
        n = snapshot.worker_failures
        parts.append(
            several(
                "its process restarted once; no progress was lost",
                "its process restarted {n} times; no progress was lost",
                n,
            )
        )
    first = " ink-first" * (run.number == 1)
    plays = f'<i class="ink-plays{first}" hidden></i>' * snapshot.playing  # for the style sheet
    # As wide as with two digits in each number, so that the next ones keep their place while these move.
    widest = [re.sub(r"(?<!\d)\d(?!\d)", "00", part) for part in parts]
    pieces = [f'<span data-widest="{most}">{part}</span>' for part, most in zip(parts, widest, strict=True)]
    return (
        f"{track(tr('Training'), snapshot.progress)}{plays}"
        f'<p class="ink-status"><span>{parts[0]}</span> {" ".join(pieces[1:])}</p>'
        + (f'<p class="ink-status">{html.escape(tr(snapshot.waits))}</p>' if snapshot.waits else "")
    )


def curve_description(name: Quantity, snapshot: Snapshot | None) -> str:
    """Return a curve in words: "loss falls from 2.3 to 0.11 in 4 epochs"."""
    if snapshot is None or not len(snapshot.history):
        return tr("Loss: no curve yet") if name == "loss" else tr("Accuracy: no curve yet")
    curve = snapshot.history.minibatches(name, RAW_POINTS)
    span = max(1, len(curve.y) // 20)
    first, last = float(curve.y[:span].mean()), float(curve.y[-span:].mean())
    text = {
        ("loss", True): mark("Loss of the minibatches falls from {first:.2g} to {last:.2g} in {n:.2g} epochs"),
        ("loss", False): mark("Loss of the minibatches rises from {first:.2g} to {last:.2g} in {n:.2g} epochs"),
        ("accuracy", True): mark("Accuracy of the minibatches falls from {first:.0%} to {last:.0%} in {n:.2g} epochs"),
        ("accuracy", False): mark("Accuracy of the minibatches rises from {first:.0%} to {last:.0%} in {n:.2g} epochs"),
    }[name, last < first]
    return tr(text, first=first, last=last, n=float(curve.x[-1]))


def loss_summary(snapshot: Snapshot | None) -> str:
    """Return the last loss on validation images as HTML; where there is no room for all, its end is left out."""
    newest = snapshot.history.newest if snapshot else None
    if newest is None or not newest.step:  # all through the first epoch, the one before the first step would be shown
        blind = math.log(snapshot.settings.n_classes if snapshot else len(DIGITS))
        return tr("<span>how wrong it is</span> <span>· {blind:.1f} is a blind guess</span>", blind=blind)
    return tr("<b>{loss}</b> at {moment}", loss=loss_text(newest.loss), moment=newest.moment)


def loss_text(loss: float) -> str:
    """Return a loss as text, with a power of ten if it has blown up.

    >>> loss_text(0.0931), loss_text(944486324586931159040.0), loss_text(float("inf"))
    ('0.093', '9.4 × 10²⁰', 'too large to show')
    """
    if not math.isfinite(loss):
        return tr("too large to show")
    if loss < 10_000:
        return number(loss, ".3f")
    digits, power = f"{loss:.1e}".split("e")
    return f"{number(float(digits), '.1f')} × 10{str(int(power)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def accuracy_summary(snapshot: Snapshot | None) -> str:
    """Return the last accuracy on validation images as HTML, as `loss_summary` does."""
    newest = snapshot.history.newest if snapshot else None
    if newest is None or not newest.step:
        return tr("share read right")
    return tr("<b>{share:.2%}</b> at {moment}", share=newest.accuracy, moment=newest.moment)


def measured_on(data: Data | None, origin: Origin | None) -> str:
    """Return a warning about a run's validation images: warps of learned drawings, or images that it has met before."""
    if isinstance(data, DrawingData) and data.base is None:
        return tr("Validation is on {images}.", images=tr(data.unseen_warps)) if data.unseen_warps else ""
    return "" if origin is None else tr(remark_on_score(origin.root, "validation"))


def duration(seconds: float) -> str:
    """Return a duration as text.

    >>> duration(7.4), duration(75), duration(7300)
    ('7 s', '1 min 15 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return tr("{s} s", s=whole)
    if whole < 3600:
        return tr("{min} min {s} s", min=whole // 60, s=whole % 60)
    return tr("{h} h {min} min", h=whole // 3600, min=whole % 3600 // 60)


def accuracy_at(measured: Evaluation | None) -> str:
    """Return a validation accuracy as text, with its step.

    >>> accuracy_at(Evaluation(7812, 5.0, 0.1, 0.9624)), accuracy_at(None)
    ('96.24% at step 7,812', '–')
    """
    if measured is None:
        return "–"
    return tr("{share:.2%} at {moment}", share=measured.accuracy, moment=measured.moment)
