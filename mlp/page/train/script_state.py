"""The state that decides when a browser must rerun the page's script."""

from mlp.analysis.diagnosis import diagnoses
from mlp.page.train.diagnoses import dead_neurons
from mlp.page.visitors.other_tabs import tab_state
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
    return str(hash((tab_state(visitor), found)))
