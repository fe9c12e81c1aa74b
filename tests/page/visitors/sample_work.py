"""Visitors' work for the tests: jobs that take no steps, and runs that have taken some."""

from dataclasses import replace
from itertools import islice

import numpy as np

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet, Example
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.jobs.record import Record
from mlp.page.visitors.registry import Visitors
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import History
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.jobs.workers.manual_engine import ManualEngine
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16,), images=320, epochs=3)
DRAWING = {"raw": {"objects": []}, "data": "data:"}


def trained(n_steps, **changes):
    """Return a job that has trained some steps in this process."""
    run, data = Run(replace(SETTINGS, **changes)), sample()
    taken = list(islice(steps(run, data.train.images, data.train.labels), n_steps))
    history = History(run.steps_per_epoch(len(data.train)))
    history.add_steps(
        np.array([step.loss for step in taken], np.float32), np.array([step.accuracy for step in taken], np.float32)
    )
    return Job.resumed(Record(run, chosen_mnist(), history, 1.0, None), ManualEngine())


def with_two_earlier_runs(visitor):
    for number in (1, 2, 3):
        visitor.runs.begin(chosen_mnist(), Origin("an upload", "uploaded", (0.25, 0.5)) if number == 2 else None)
        visitor.job = trained(number, optimizer="adam", seed=number)
        if number < 3:
            visitor.runs.add(visitor.job.snapshot())
    visitor.runs.show([2])


def server(folder, **limits):
    return Visitors(lambda session: session == "here", Checkpoints(folder, **limits))


def digit(label):
    return Example(label, np.full(784, label + 3, np.uint8))


def with_digit(label: int) -> DrawingSet:
    return NO_DIGITS.with_example(label, digit(label).image)


def file_of(folder, name):
    """Return the only file of this name, of any visitor."""
    (path,) = folder.glob(f"*/{name}")
    return path


def names_on_disk(folder):
    """Return the names of all visitors' readable files on disk."""
    return sorted(path.name for path in folder.glob("*/*.*"))
