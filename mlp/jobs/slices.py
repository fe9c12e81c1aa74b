"""Carry a run forward for a fraction of a second, in whatever process it lands."""

import math
import time
from itertools import islice
from typing import NamedTuple

import numpy as np

from mlp.images.mnist import Dataset
from mlp.training.evaluation import evaluate
from mlp.training.history import Evaluation
from mlp.training.loop import TakeStep, train_step
from mlp.training.run import Run, steps
from mlp.training.sources import Data


class Slice(NamedTuple):
    """What `advance` did: the run as it stands now, and the records of the steps that led there.

    ``losses`` and ``accuracies`` are float32, one a step; ``diverged`` is the number of the step whose loss was not
    finite, or None; ``seconds`` is the time that steps and evaluations took, ``evaluation_seconds`` that of the
    latter.
    """

    run: Run
    losses: np.ndarray
    accuracies: np.ndarray
    evaluations: list[Evaluation]
    finished: bool
    diverged: int | None
    seconds: float
    evaluation_seconds: float


def measured(run: Run, data: Data) -> Slice:
    """Measure a run as it stands on validation data; a slice without a step, and with no record if that is not finite.

    Parameters
    ----------
    run : Run
        Is not changed.
    data : Data
        What it trains on.
    """
    dataset, none = data.load(), np.empty(0, np.float32)
    n_images = len(dataset.train.labels)
    start = time.perf_counter()
    with np.errstate(over="ignore", invalid="ignore"):
        evaluation = _evaluation(run, dataset)
    seconds = time.perf_counter() - start
    evaluations = [evaluation] if math.isfinite(evaluation.loss) else []
    return Slice(run, none, none, evaluations, run.finished(n_images), None, seconds, seconds)


def _evaluation(run: Run, dataset: Dataset) -> Evaluation:
    loss, share = evaluate(run.network, dataset.validation.images, dataset.validation.labels)
    return Evaluation(run.step, run.epoch_position(len(dataset.train.labels)), loss, share)


def advance(
    run: Run,
    data: Data,
    seconds: float,
    *,
    max_steps: int | None = None,
    evaluate_at_end: bool = False,
    take_step: TakeStep = train_step,
) -> Slice:
    """Carry a copy of a run forward for about ``seconds``, and give it back with its records.

    The run that was given stays as it was, so a slice that is lost with its process can simply be asked for again.

    Parameters
    ----------
    run : Run
        Where to start from.
    data : Data
        What to train on; validation data is measured at the start of a run and at the end of each epoch.
    seconds : float
        Stop after the step in which this time is over; at least one step is taken if any is left.
    max_steps : int, optional
        Stop after this many steps, if the time is not over before.
    evaluate_at_end : bool
        Measure validation data at the end as well, for runs whose epochs are long.
    take_step : callable
        What learns from each minibatch, see `mlp.training.run.steps`.

    Returns
    -------
    Slice
        If the loss is no longer finite, the run in it is the last one whose loss was: the same one, however the run
        was cut into slices.
    """
    dataset = data.load()
    images, labels = dataset.train.images, dataset.train.labels
    twin = run.copy()
    steps_per_epoch = twin.steps_per_epoch(len(images))
    losses: list[float] = []
    accuracies: list[float] = []
    evaluations: list[Evaluation] = []
    evaluation_seconds = 0.0
    diverged = None

    def measure() -> None:
        nonlocal evaluation_seconds
        began = time.perf_counter()
        evaluations.append(_evaluation(twin, dataset))
        evaluation_seconds += time.perf_counter() - began

    start = time.perf_counter()
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging run is told by its loss
        if twin.step == 0:
            measure()
        for step in islice(steps(twin, images, labels, take_step=take_step), max_steps):
            if not math.isfinite(step.loss):
                diverged = step.number
                break
            losses.append(step.loss)
            accuracies.append(step.accuracy)
            if step.number % steps_per_epoch == 0:
                measure()
            if time.perf_counter() - start >= seconds:
                break
        if diverged is None:
            # The weights of the last step were never tried: one step on a copy shows whether they still give a loss,
            # and after the very last step the validation data does.
            ahead = next(steps(twin.copy(), images, labels, take_step=take_step), None)
            loss = ahead.loss if ahead is not None else evaluations[-1].loss if evaluations else 0.0
            if not math.isfinite(loss):
                diverged = twin.step + 1
        if diverged is not None:
            # Step k's loss is that of the weights after k − 1 updates: go back to those after k − 2, by taking the
            # same steps again.
            good = max(diverged - 2, run.step)
            twin = run.copy()
            for _ in islice(steps(twin, images, labels, take_step=take_step), good - run.step):
                pass
            losses, accuracies = losses[: good - run.step], accuracies[: good - run.step]
            evaluations = [evaluation for evaluation in evaluations if evaluation.step <= good]
        elif evaluate_at_end and losses and twin.step % steps_per_epoch:
            measure()
    return Slice(
        twin,
        np.array(losses, np.float32),
        np.array(accuracies, np.float32),
        evaluations,
        twin.finished(len(images)),
        diverged,
        time.perf_counter() - start,
        evaluation_seconds,
    )
