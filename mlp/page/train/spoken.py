"""Announce a run's progress to screen readers, at most every few seconds."""

import html
import time
from collections.abc import Sequence
from typing import NamedTuple

from mlp.analysis.scores import percent
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Trial, leader
from mlp.language import mark, tr
from mlp.learned import Learned
from mlp.page.live.live_page import LivePage
from mlp.page.train.speed import readings, whose
from mlp.page.visitors.visitor import Visitor

PAUSE_S = 6.0
"""Minimum time between two announcements of epochs: about the time that a screen reader needs for one."""


class Spoken(NamedTuple):
    """The last announcement, and the state of the run that it announced."""

    run: int
    epoch: int
    state: str
    rate: float
    text: str
    at: float


def spoken_progress(visitor: Visitor, snapshot: Snapshot | None, page: LivePage) -> str:
    """Return the current announcement as HTML: an epoch, a pause, a new learning rate, or the end."""
    last, number = page.spoken, visitor.runs.current
    if snapshot is None:
        page.spoken = Spoken(number, 0, "none", 0.0, "", 0.0)
        return ""
    if last is None:
        last = Spoken(number, 0, _state(snapshot), snapshot.learning_rate, "", 0.0)
    elif last.run != number or last.state == "none":  # a short run may be done before it is shown
        last = Spoken(number, 0, "playing", snapshot.learning_rate, "", 0.0)
    done, newest = snapshot.step // snapshot.steps_per_epoch, snapshot.history.newest
    state = _state(snapshot)
    right = "" if newest is None else tr("{share:.1%} of validation images read right.", share=newest.accuracy)
    if state != last.state:
        text = {
            "done": tr("Done: {right}", right=right),
            "diverged": tr("Stopped: the loss grew without limit."),
            "paused": tr("Paused at epoch {n:g}.", n=round(snapshot.step / snapshot.steps_per_epoch, 1)),
            "playing": tr("Training."),
        }.get(state) or tr(state)
        last = Spoken(last.run, done, state, snapshot.learning_rate, text, time.monotonic())
    elif snapshot.learning_rate != last.rate:
        text = tr("Learning rate {rate:g}.", rate=snapshot.learning_rate)
        last = last._replace(rate=snapshot.learning_rate, text=text, at=time.monotonic())
    elif (
        done > last.epoch
        and newest is not None
        and newest.step >= done * snapshot.steps_per_epoch
        and time.monotonic() - last.at >= PAUSE_S
    ):
        text = tr("Epoch {done} of {epochs}: {right}", done=done, epochs=snapshot.settings.epochs, right=right)
        text += _drawing(visitor, page, snapshot.learned)
        last = last._replace(epoch=done, text=text, at=time.monotonic())
    page.spoken = last
    return html.escape(last.text)


def _state(snapshot: Snapshot) -> str:
    if snapshot.finished:
        return "done"
    if snapshot.diverged is not None:
        return "diverged"
    if not snapshot.playing:
        return "paused"
    return snapshot.waits or "playing"


def spoken_sweep(trials: Sequence[Trial]) -> str:
    """Return the current announcement of a sweep as HTML: how many of its networks are done, or the best one."""
    ended = sum(trial.stopped or trial.snapshot.finished for trial in trials)
    waits = next((trial.snapshot.waits for trial in trials if trial.snapshot.waits), None)
    best = leader(trials)
    if waits is not None:
        text = tr(waits)
    elif ended == len(trials) and best is not None and best.newest is not None:
        all_done = mark("All {n} networks are done. The best: {best}, {share:.1%} read right.")
        text = tr(all_done, n=ended, best=tr(best.value), share=best.newest.accuracy)
    elif ended:
        text = tr("{ended} of {n} networks are done.", ended=ended, n=len(trials))
    else:
        text = tr("Training {n} networks.", n=len(trials))
    return html.escape(text)


def _drawing(visitor: Visitor, page: LivePage, learned: Learned) -> str:
    read = readings(visitor, page.desk)
    if not read:
        return ""
    _, digit, share = read[-1]
    return f" {whose(page.desk, learned, begins=True)}: " + tr(
        "{name}, {share} sure.", name=learned.names[digit], share=percent(share)
    )
