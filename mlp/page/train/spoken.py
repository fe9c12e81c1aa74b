"""Announce a run's progress to screen readers, at most every few seconds."""

import html
import time
from typing import NamedTuple

from mlp.jobs.snapshot import Snapshot
from mlp.page.live.tabs import Tab
from mlp.page.train.speed import readings
from mlp.page.visitors.visitor import Visitor

PAUSE_S = 6.0
"""Least time between two announcements of epochs: about the time that a screen reader needs for one."""


class Spoken(NamedTuple):
    """The last announcement, and the state of the run that it announced."""

    run: int
    epoch: int
    state: str
    rate: float
    text: str
    at: float


def spoken_progress(visitor: Visitor, now: Snapshot, tab: Tab) -> str:
    """Return the current announcement as HTML: an epoch, a pause, a new learning rate, or the end."""
    last = tab.spoken
    if last is None or last.run != visitor.runs.number:
        last = Spoken(visitor.runs.number, 0, _state(now), now.learning_rate, "", 0.0)
    done, newest = now.step // now.steps_per_epoch, now.history.newest
    state = _state(now)
    right = "" if newest is None else f"{newest.accuracy:.1%} of validation images read right."
    if state != last.state:
        text = {
            "done": f"Done: {right}",
            "diverged": "Stopped: the loss grew without limit.",
            "paused": f"Paused at epoch {round(now.step / now.steps_per_epoch, 1):g}.",
            "playing": "Training.",
        }[state]
        last = Spoken(last.run, done, state, now.learning_rate, text, time.monotonic())
    elif now.learning_rate != last.rate:
        text = f"Learning rate {now.learning_rate:g}."
        last = last._replace(rate=now.learning_rate, text=text, at=time.monotonic())
    elif (
        done > last.epoch
        and newest is not None
        and newest.step >= done * now.steps_per_epoch
        and time.monotonic() - last.at >= PAUSE_S
    ):
        text = f"Epoch {done} of {now.settings.epochs}: {right}{_drawing(visitor, tab)}"
        last = last._replace(epoch=done, text=text, at=time.monotonic())
    tab.spoken = last
    return html.escape(last.text)


def _state(now: Snapshot) -> str:
    if now.finished:
        return "done"
    if now.diverged is not None:
        return "diverged"
    return "playing" if now.playing else "paused"


def _drawing(visitor: Visitor, tab: Tab) -> str:
    read = readings(visitor, tab.read_of)
    if not read:
        return ""
    _, digit, share = read[-1]
    return f" Your drawing: {digit}, {share:.0%} sure."
