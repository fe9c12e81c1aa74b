"""The state that decides when a browser must rerun the page's script."""

import weakref
from typing import Any

from mlp.analysis.diagnosis import diagnoses
from mlp.page.train.diagnoses import dead_neurons
from mlp.page.visitors.visitor import Visitor

SINGLE_STEP_S = 0.12
"""Longest wait for a single step, which spares the page a second redraw."""


def wait_for_step(visitor: Visitor) -> None:
    """Wait briefly for a single step that was just started; call it before drawing anything that shows the step."""
    if visitor.job is not None:
        visitor.job.wait_for_step(SINGLE_STEP_S)


def script_state(visitor: Visitor) -> str:
    """Return a hash of the run and its problems: the browser asks for a script when it changes."""
    job = visitor.job
    found: tuple[str, ...] = ()
    if job is not None:
        now = job.snapshot()
        found = tuple(diagnosis.kind for diagnosis in diagnoses(now, dead_neurons(job, now)))
    return str(hash((_idle_state(visitor), found)))


def _idle_state(visitor: Visitor) -> tuple[Any, ...]:
    """Return the state that an idle tab shows, without the progress of a run that is playing."""
    job, sweep = visitor.job, visitor.sweep
    now = job.snapshot() if job is not None else None
    run = now and (now.playing, now.can_continue, None if now.playing or now.busy else now.step, now.error)
    swept = sweep and (weakref.ref(sweep), sweep.playing, sweep.busy, sweep.can_continue)
    return visitor.forgotten, visitor.runs.current, run, swept, id(visitor.shown_sweep)
