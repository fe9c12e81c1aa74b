"""Tell those who listen to the page how a run does: at ends of epochs, and not oftener than one can hear."""

import html
import time

from mlp.jobs.snapshot import Snapshot
from mlp.page.live.tabs import Tab
from mlp.page.train.speed import readings
from mlp.page.visitors.visitor import Visitor

PAUSE_S = 3.0
"""Between two sentences; an epoch of few images takes a fraction of that."""


def spoken_progress(visitor: Visitor, now: Snapshot, tab: Tab) -> str:
    """Give, for screen readers alone, the last sentence about the visitor's run, as HTML."""
    number = visitor.runs.number
    kept, epoch, said, at = tab.spoken or (0, 0, "", 0.0)
    done, newest = now.step // now.steps_per_epoch, now.history.newest
    if kept != number:
        kept, epoch, said, at = number, 0, "", 0.0
    rests = time.monotonic() - at >= PAUSE_S or now.finished
    if done > epoch and newest is not None and newest.step >= done * now.steps_per_epoch and rests:
        epoch, at = done, time.monotonic()
        right = f"{newest.accuracy:.1%} of validation images read right."
        said = f"Epoch {done} of {now.settings.epochs}: {right}{_drawing(visitor, tab)}"
    tab.spoken = (kept, epoch, said, at)
    return html.escape(said)


def _drawing(visitor: Visitor, tab: Tab) -> str:
    read = readings(visitor, tab.read_of)
    if not read:
        return ""
    _, digit, share = read[-1]
    return f" Your drawing: {digit}, {share:.0%} sure."
