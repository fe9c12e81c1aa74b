"""The article's recorded run: means of 25 steps each, and its validation results.

``OPENBLAS_NUM_THREADS=1 python -m tests.training.recorded.article_run FOLDER`` records it again in 17 s, with
MNIST from FOLDER.
"""

import sys
from pathlib import Path

import numpy as np

from mlp.jobs.slices import advance
from mlp.training.data.sources import Mnist
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.settings import Settings

FILE = Path(__file__).with_name("article_run.npz")
STEPS = 25


def record(folder: str) -> None:
    data, run = Mnist(folder), Run(Settings())
    losses, accuracies, evaluations = [], [], []
    while not run.finished(len(data.load().train.labels)):
        done = advance(run, data, seconds=60)
        run = done.run
        losses.append(done.losses)
        accuracies.append(done.accuracies)
        evaluations += done.evaluations
    steps = np.stack([np.concatenate(losses), np.concatenate(accuracies)])  # (2, 39075)
    np.savez_compressed(
        FILE,
        steps=steps.reshape(2, -1, STEPS).mean(axis=2).astype(np.float16),
        evaluations=np.array(evaluations, np.float32),
        steps_per_epoch=run.steps_per_epoch(len(data.load().train.labels)),
    )


def recorded() -> History:
    with np.load(FILE) as file:
        history = History(int(file["steps_per_epoch"]))
        history.add_steps(*np.repeat(file["steps"].astype(np.float32), STEPS, axis=1))
        history.evaluations = [Evaluation(int(step), *map(float, rest)) for step, *rest in file["evaluations"]]
    return history


if __name__ == "__main__":
    record(sys.argv[1])
