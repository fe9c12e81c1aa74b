"""Slices of a run: a fraction of a second of training, in whichever process it runs."""

import math
import time
from collections.abc import Collection, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from mlp.images.mnist import Dataset
from mlp.training.data.drawing_data import none_below
from mlp.training.data.prepared_images import prepared
from mlp.training.data.sources import Data
from mlp.training.data.synthetic_validation import synthetic_score
from mlp.training.evaluation import evaluate, training_sample
from mlp.training.history import Evaluation
from mlp.training.loop import Step
from mlp.training.run import Run, steps
from mlp.training.threads import ThreadChoice

SLICE_S = 0.25  # long enough that sending a run to a worker costs little, short enough to pause and to take turns
CROWDED_SLICE_S = 0.5
CROWD = 4  # from more runs per worker on, slices are longer


def slice_seconds(n_calls: int, n_workers: int) -> float:
    """Return the seconds of a slice; in a crowd, whose turns are seconds apart anyway, runs are sent half as often.

    >>> slice_seconds(1, 2), slice_seconds(24, 2)
    (0.25, 0.5)
    """
    return CROWDED_SLICE_S if n_calls > CROWD * n_workers else SLICE_S


class Slice(NamedTuple):
    """The result of `advance`: the new state of the run, and the records of its steps.

    ``losses`` and ``accuracies`` are float32, one per step; ``diverged`` is the number of the step with a non-finite
    loss, or None; ``seconds`` is the time of steps and evaluations, ``evaluation_seconds`` that of evaluations alone;
    ``states`` are the requested weights, as float16.
    """

    run: Run
    losses: np.ndarray
    accuracies: np.ndarray
    evaluations: list[Evaluation]
    finished: bool
    diverged: int | None
    seconds: float
    evaluation_seconds: float
    states: tuple[tuple[int, np.ndarray], ...] = ()


def measured(run: Run, data: Data) -> Slice:
    """Return a slice without steps that measures validation data; it has no record if that is not finite."""
    dataset, none = data.load(), np.empty(0, np.float32)
    n_images = len(dataset.train.labels)
    start = time.perf_counter()
    with np.errstate(over="ignore", invalid="ignore"):
        evaluation = _evaluation(run, dataset)
    seconds = time.perf_counter() - start
    evaluations = [evaluation] if math.isfinite(evaluation.loss) else []
    return Slice(run, none, none, evaluations, run.finished(n_images), None, seconds, seconds)


def _evaluation(run: Run, dataset: Dataset) -> Evaluation:
    n_images = len(dataset.train.labels)
    images = prepared(run.settings, dataset.validation.images)
    loss, share = evaluate(run.network, images, dataset.validation.labels)
    own = training_sample(run.settings, dataset.train, run.images_used(n_images))
    own_loss, own_share = evaluate(run.network, own.images, own.labels)
    evaluation = Evaluation(
        run.step, run.epoch_position(n_images), loss, share, training_loss=own_loss, training_accuracy=own_share
    )
    if dataset.unseen is not None:
        return evaluation._replace(none_below=none_below(run.reader, dataset.unseen))
    if not dataset.learned.are_digits or run.step == 0:  # random weights need no score, and curves start at once
        return evaluation
    synthetic = synthetic_score(run.reader)
    return evaluation._replace(synthetic=synthetic.all, synthetic_unseen=synthetic.unseen)


def advance(
    run: Run,
    data: Data,
    seconds: float,
    *,
    max_steps: int | None = None,
    evaluate_at_end: bool = False,
    keep: Collection[int] = (),
    threads: int | ThreadChoice | None = 1,
) -> Slice:
    """Train a copy of a run for about ``seconds``; return it with its records.

    The given run does not change, so a slice that is lost with its process can be sent again.

    It stops after the step that exceeds this time, or after ``max_steps``; at least one step is taken if any is left.
    Validation data is measured at the start of a run and after each epoch, and with ``evaluate_at_end`` at the end too,
    for runs with long epochs. The weights of the steps numbered in ``keep`` are kept. A step may use at most
    ``threads``, see `mlp.training.run.steps`.

    If the loss is no longer finite, the slice holds the last run with a finite loss, which does not depend on how the
    run was cut into slices.
    """
    builder = _SliceBuilder(run, data.load(), threads, frozenset(keep))
    with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is recognized by its loss
        builder.take_steps(seconds, max_steps)
        if builder.diverged is None:
            builder.look_ahead()
        if builder.diverged is not None:
            builder.go_back()
        elif evaluate_at_end and builder.losses and not builder.at_epoch_end:
            builder.measure()
    return builder.slice()


class _SliceBuilder:
    """A slice in progress: the copy of a run that trains, and its records."""

    def __init__(self, start: Run, dataset: Dataset, threads: int | ThreadChoice | None, keep: frozenset[int]) -> None:
        self.start = start
        self.run = start.copy()
        self.dataset = dataset
        self.n_images = len(dataset.train.labels)
        self.threads = threads
        self.keep = keep
        self.states: list[tuple[int, np.ndarray]] = []
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.evaluations: list[Evaluation] = []
        self.diverged: int | None = None
        self.evaluation_seconds = 0.0
        self.began = time.perf_counter()

    @property
    def at_epoch_end(self) -> bool:
        return self.run.step % self.run.steps_per_epoch(self.n_images) == 0

    def take_steps(self, seconds: float, max_steps: int | None) -> None:
        """Train until the time is over, the steps are taken, the run ends or its loss is not finite."""
        if self.run.step == 0:
            self.measure()
        for step in islice(self._steps(self.run), max_steps):
            if not math.isfinite(step.loss):
                self.diverged = step.number
                return
            self.losses.append(step.loss)
            self.accuracies.append(step.accuracy)
            if step.number in self.keep:
                weights = self.run.network.values.astype(np.float16)
                if np.isfinite(weights).all():  # others are beyond 65,504, and can only be computed again
                    self.states.append((step.number, weights))
            if self.at_epoch_end:
                self.measure()
            if time.perf_counter() - self.began >= seconds:
                return

    def look_ahead(self) -> None:
        """Check the weights of the last step, which no later step has used.

        One step on a copy shows their loss; after the very last step, the validation data does.
        """
        ahead = next(self._steps(self.run.copy()), None)
        loss = ahead.loss if ahead is not None else self.evaluations[-1].loss if self.evaluations else 0.0
        if not math.isfinite(loss):
            self.diverged = self.run.step + 1

    def go_back(self) -> None:
        """Return to the last weights with a finite loss, by repeating the steps.

        Step k's loss belongs to the weights after k − 1 updates, so the last good ones are those after k − 2.
        """
        assert self.diverged is not None
        good = max(self.diverged - 2, self.start.step)
        n_steps = good - self.start.step
        self.run = self.start.copy()
        for _ in islice(self._steps(self.run), n_steps):
            pass
        self.losses, self.accuracies = self.losses[:n_steps], self.accuracies[:n_steps]
        self.states = [state for state in self.states if state[0] <= good]
        self.evaluations = [evaluation for evaluation in self.evaluations if evaluation.step <= good]

    def measure(self) -> None:
        began = time.perf_counter()
        self.evaluations.append(_evaluation(self.run, self.dataset))
        self.evaluation_seconds += time.perf_counter() - began

    def slice(self) -> Slice:
        return Slice(
            self.run,
            np.array(self.losses, np.float32),
            np.array(self.accuracies, np.float32),
            self.evaluations,
            self.run.finished(self.n_images),
            self.diverged,
            time.perf_counter() - self.began,
            self.evaluation_seconds,
            tuple(self.states),
        )

    def _steps(self, run: Run) -> Iterator[Step]:
        train = self.dataset.train
        return steps(run, train.images, train.labels, threads=self.threads)
