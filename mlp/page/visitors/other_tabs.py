"""Tell what a tab shows of all that may change without it: by a run that goes on, or by another tab of the visitor."""

import weakref
from typing import Any

from mlp.page import state
from mlp.page.visitors.visitor import Visitor


def shows_run(visitor: Visitor, number: int) -> bool:
    """Whether a button that was drawn for a run still means the visitor's: that one, or one begun in this tab since."""
    return visitor.runs.number in (number, state.begun_run.get())


def tab_state(visitor: Visitor) -> tuple[Any, ...]:
    """Give what a tab at rest shows; of a run that goes on, not how far it is."""
    job, sweep = visitor.job, visitor.sweep
    now = job.snapshot() if job is not None else None
    run = now and (now.playing, now.can_go_on, None if now.playing or now.busy else now.step, now.error)
    swept = sweep and (weakref.ref(sweep), sweep.playing, sweep.busy, sweep.can_go_on)
    return visitor.forgotten, visitor.runs.number, run, swept, id(visitor.shown_sweep)
