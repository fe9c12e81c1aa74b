"""A snapshot of a job with a given history."""

from dataclasses import replace
from typing import Any

from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import History
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.workers.manual_engine import ManualEngine


def snapshot_of(settings: Settings, history: History, **changes: Any) -> Snapshot:
    """Return the snapshot of a run of these settings that stands at the end of its history."""
    made = Job(Run(settings), chosen_mnist(), ManualEngine()).snapshot()
    per_epoch = history.steps_per_epoch
    at = {"step": len(history), "steps_per_epoch": per_epoch, "steps": per_epoch * settings.epochs}
    return replace(made, history=history, **{**at, **changes})
