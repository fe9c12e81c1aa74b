"""Tell those who listen to the page how a run does: at ends of epochs, and not oftener than one can hear."""

import html
import time

from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.page.train.speed import readings
from mlp.page.visitors.visitor import Visitor

PAUSE_S = 3.0
"""Between two sentences; an epoch of few images takes a fraction of that."""


def spoken_progress(visitor: Visitor, now: Snapshot) -> str:
    """Give, for screen readers alone, the last sentence about the visitor's run, as HTML."""
    number = visitor.runs.number
    kept, epoch, said, at = state.spoken.get()
    done, newest = now.step // now.steps_per_epoch, now.history.newest
    if kept != number:
        kept, epoch, said, at = number, 0, "", 0.0
    rests = time.monotonic() - at >= PAUSE_S or now.finished
    if done > epoch and newest is not None and newest.step >= done * now.steps_per_epoch and rests:
        epoch, at = done, time.monotonic()
        right = f"{newest.accuracy:.1%} of validation images read right."
        said = f"Epoch {done} of {now.settings.epochs}: {right}{_drawing(visitor)}"
    state.spoken.set((kept, epoch, said, at))
    return f'<p class="ink-unseen" role="status">{html.escape(said)}</p>'


def _drawing(visitor: Visitor) -> str:
    read = readings(visitor)
    if not read:
        return ""
    _, digit, share = read[-1]
    return f" Your drawing: {digit}, {share:.0%} sure."
