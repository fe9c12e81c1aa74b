"""Tell those who listen to the page how a run does: at ends of epochs, and not oftener than one can hear."""

import html
import time

from mlp.jobs.snapshot import Snapshot
from mlp.page import state

PAUSE_S = 3.0
"""Between two sentences; an epoch of few images takes a fraction of that."""


def spoken_progress(number: int, now: Snapshot) -> str:
    """Give, for screen readers alone, the last sentence about run ``number``, as HTML."""
    kept, epoch, said, at = state.spoken.get()
    done, newest = now.step // now.steps_per_epoch, now.history.newest
    if kept != number:
        kept, epoch, said, at = number, 0, "", 0.0
    rests = time.monotonic() - at >= PAUSE_S or now.finished
    if done > epoch and newest is not None and newest.step >= done * now.steps_per_epoch and rests:
        epoch, at = done, time.monotonic()
        right = f"{newest.accuracy:.1%} of validation images read right."
        said = f"Epoch {done} of {now.settings.epochs}: {right}{_drawing(number)}"
    state.spoken.set((kept, epoch, said, at))
    return f'<p class="ink-unseen" role="status">{html.escape(said)}</p>'


def _drawing(number: int) -> str:
    of, readings = state.course_of_drawing.get()
    if not of or of[0] != number or not readings:
        return ""
    _, digit, share = readings[-1]
    return f" Your drawing: {digit}, {share:.0%} sure."
