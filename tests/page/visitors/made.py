"""What visitors have made, for the tests: jobs that take no steps, and runs that took some."""

from dataclasses import replace
from itertools import islice

import numpy as np

from mlp.images.mnist import sample
from mlp.jobs.job import Job
from mlp.jobs.record import Record
from mlp.training.data.sources import Mnist
from mlp.training.history import History
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.jobs.desk import Desk

SETTINGS = Settings(hidden=(16,), images=320, epochs=3)


class StubJob:
    """A job as far as the registry knows one."""

    def __init__(self, n_bytes=1000):
        self.playing = True
        self._n_bytes = n_bytes

    def play(self):
        self.playing = True

    def pause(self):
        self.playing = False

    def n_bytes(self):
        return self._n_bytes


def trained(n_steps, **changes):
    """A job that has taken some steps here and now."""
    run, data = Run(replace(SETTINGS, **changes)), sample()
    taken = list(islice(steps(run, data.train.images, data.train.labels), n_steps))
    history = History(run.steps_per_epoch(len(data.train)))
    history.add_steps(
        np.array([step.loss for step in taken], np.float32), np.array([step.accuracy for step in taken], np.float32)
    )
    return Job.resumed(Record(run, Mnist(), history, 1.0, None), Desk())


def with_two_earlier_runs(visitor):
    for number in (1, 2, 3):
        visitor.runs.begin(Mnist(), "an upload" if number == 2 else None)
        visitor.job = trained(number, optimizer="adam", seed=number)
        if number < 3:
            visitor.runs.add(visitor.job.snapshot())
    visitor.runs.show([2])
