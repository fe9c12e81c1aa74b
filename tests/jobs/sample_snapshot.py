"""A snapshot of a job with a given history, or of a run that trains."""

from dataclasses import replace
from typing import Any

from mlp.jobs.job import Job
from mlp.jobs.slices import advance
from mlp.jobs.snapshot import Snapshot
from mlp.training.data.saved_sources import Source
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


def trained(run: Run, data: Source, max_steps: int | None = None, **changes: Any) -> Snapshot:
    """Return the snapshot of a run after at most so many steps, or at its end."""
    dataset, done = data.load(), advance(run, data, seconds=60, max_steps=max_steps)
    history = History(run.steps_per_epoch(len(dataset.train)))
    history.add_steps(done.losses, done.accuracies)
    history.evaluations += done.evaluations
    now = {"network": done.run.network, "diverged": done.diverged, "seconds": done.seconds}
    now |= {"data_name": dataset.name, "learned": dataset.learned}
    return snapshot_of(run.settings, history, **now, finished=done.run.finished(len(dataset.train)), **changes)
