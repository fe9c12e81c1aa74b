"""Tell on what that depends which scripts draw, so that a browser asks for one script when it changes."""

from mlp.analysis.diagnosis import diagnoses
from mlp.page.train.data_state import data_state
from mlp.page.train.diagnoses import dead_neurons
from mlp.page.visitors.other_tabs import tab_state
from mlp.page.visitors.visitor import Visitor

SINGLE_STEP_S = 0.12
"""The longest that a page waits for a step that was asked for, in place of being drawn again when it is done."""


def wait_for_step(visitor: Visitor) -> None:
    """Wait a moment for a single step that was just asked for; goes before all that shows it."""
    if visitor.job is not None:
        visitor.job.wait_for_step(SINGLE_STEP_S)


def standing(visitor: Visitor) -> str:
    """Tell how things stand: which run is on and whether it plays, what is wrong with it, and which data is here."""
    job, data = visitor.job, data_state()
    found: tuple[str, ...] = ()
    if job is not None:
        now = job.snapshot()
        found = tuple(diagnosis.kind for diagnosis in diagnoses(now, dead_neurons(job, now)))
    return str(hash((tab_state(visitor), found, data.dataset.name, data.coming is None, data.failed)))
