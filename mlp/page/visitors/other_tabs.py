"""Detect whether a tab is out of date because a run ended or the visitor acted in another tab."""

import weakref
from typing import Any

from mlp.page import state
from mlp.page.visitors.visitor import Visitor


def shows_run(visitor: Visitor, number: int) -> bool:
    """Whether a button drawn for run ``number`` acts on the visitor's current run, which this tab may have begun."""
    return visitor.runs.current in (number, state.begun_run.get())


def tab_state(visitor: Visitor) -> tuple[Any, ...]:
    """Return the state that an idle tab shows, without the progress of a run that is playing."""
    job, sweep = visitor.job, visitor.sweep
    now = job.snapshot() if job is not None else None
    run = now and (now.playing, now.can_continue, None if now.playing or now.busy else now.step, now.error)
    swept = sweep and (weakref.ref(sweep), sweep.playing, sweep.busy, sweep.can_continue)
    return visitor.forgotten, visitor.times_left, visitor.runs.current, run, swept, id(visitor.shown_sweep)
