"""The records of a run: loss and accuracy of each step, and evaluations on validation data."""

import math
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from mlp.language import tr


class Evaluation(NamedTuple):
    """Measurements of a network after ``step`` steps, on validation images that it is never trained on.

    ``loss`` is the mean in nats, ``accuracy`` 0 to 1, ``epoch`` the position as a fraction, such as 1.5.
    ``training_loss`` and ``training_accuracy`` are measured in the same way on a fixed sample of the training images,
    see `mlp.training.evaluation.training_sample`; None if not measured.
    ``synthetic`` is the accuracy on synthetic digits, ``synthetic_unseen`` that on styles that no network is trained
    on; None if not measured. ``none_below`` is the probability below which an image shows none of the learned signs;
    None for digits.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    synthetic: float | None = None
    synthetic_unseen: float | None = None
    none_below: float | None = None
    training_loss: float | None = None
    training_accuracy: float | None = None

    @property
    def moment(self) -> str:
        """Position of the measurement: "step 7,812"."""
        return tr("step {step:,}", step=self.step)


Steps = TypeVar("Steps", float, np.ndarray)
"""A number of steps, or several."""


class Curve(NamedTuple):
    """Points of a line: ``x`` in epochs, ``y`` in nats or as a fraction, equally long float arrays."""

    x: np.ndarray
    y: np.ndarray


Quantity = Literal["loss", "accuracy"]


class RunCurves(NamedTuple):
    """The loss or the accuracy of a run: on minibatches as they were learned, and measured now and then.

    Minibatches include warps, dropout and label smoothing. ``training`` is measured as ``validation`` is, on a sample
    of the training images, and is to be compared with it.
    """

    minibatches: Curve
    training: Curve
    validation: Curve


class History:
    """All records of one run, kept compactly: 8 bytes per step.

    Records are only appended, and earlier ones never change: readers in other threads need no lock as long as one
    thread writes.

    ``steps_per_epoch`` converts step numbers to epochs.
    """

    def __init__(self, steps_per_epoch: int) -> None:
        self.steps_per_epoch = steps_per_epoch
        self.evaluations: list[Evaluation] = []
        self.learning_rates: list[tuple[float, float]] = []  # (epoch, new rate) for each change
        self._records = np.empty((2, 1024), np.float32)  # row 0 losses, row 1 accuracies
        self._n = 0

    def __len__(self) -> int:
        """Number of recorded steps."""
        return self._n

    @property
    def losses(self) -> np.ndarray:
        """Loss of each step's minibatch, in nats; a view, never changed later."""
        n = self._n  # read first: arrays only grow, so current and later ones hold at least this many
        return self._records[0, :n]

    @property
    def accuracies(self) -> np.ndarray:
        """Accuracy on each step's minibatch, 0 to 1; a view, never changed later."""
        n = self._n
        return self._records[1, :n]

    @property
    def n_bytes(self) -> int:
        """Approximate memory of the records, in bytes."""
        return self._records.nbytes + 100 * len(self.evaluations)

    def copy(self) -> "History":
        """Return a second history with the same records, without spare memory."""
        twin = History(self.steps_per_epoch)
        twin.evaluations = list(self.evaluations)
        twin.learning_rates = list(self.learning_rates)
        twin._n = self._n
        twin._records = self._records[:, : twin._n].copy()
        return twin

    def until(self, step: int) -> "History":
        """Return a second history of the first steps only, with the learning rate that applies from there."""
        twin = self.copy()
        twin._n = min(step, twin._n)
        twin.evaluations = [evaluation for evaluation in self.evaluations if evaluation.step <= step]
        twin.learning_rates = [change for change in self.learning_rates if self.step_at(change[0]) <= step]
        return twin

    def epoch_at(self, step: Steps) -> Steps:
        """Return the position in epochs after these steps: 1.5 in the middle of the second epoch."""
        return step / self.steps_per_epoch

    def step_at(self, epoch: float) -> int:
        """Return the number of steps done at a position in epochs."""
        return round(epoch * self.steps_per_epoch)

    @property
    def rate_changes(self) -> tuple[tuple[int, float], ...]:
        """Each change of the learning rate, with the number of steps done before it."""
        return tuple((self.step_at(epoch), rate) for epoch, rate in list(self.learning_rates))

    def add_steps(self, losses: np.ndarray, accuracies: np.ndarray) -> None:
        """Append the records of consecutive steps."""
        end = self._n + len(losses)
        if end > self._records.shape[1]:
            grown = np.empty((2, max(end, 2 * self._records.shape[1])), np.float32)
            grown[:, : self._n] = self._records[:, : self._n]
            self._records = grown
        self._records[0, self._n : end] = losses
        self._records[1, self._n : end] = accuracies
        self._n = end

    def curves(self, quantity: Quantity, max_points: int = 500) -> RunCurves:
        """Return the curves of the loss or the accuracy, with at most ``max_points`` of the minibatches."""
        return RunCurves(
            self.minibatches(quantity, max_points), self.measured(f"training_{quantity}"), self.measured(quantity)
        )

    def minibatches(self, quantity: Quantity, max_points: int = 500) -> Curve:
        """Return the loss or the accuracy on minibatches; each point is the mean of equally many steps.

        The last point may be of fewer.
        """
        values = self.losses if quantity == "loss" else self.accuracies
        n = len(values)
        if n == 0:
            return Curve(np.empty(0), np.empty(0))
        # Bin widths are powers of two, so that the points of a growing curve stay in place.
        width = 1 << (math.ceil(n / max_points) - 1).bit_length()
        starts = np.arange(0, n, width)
        ends = np.minimum(starts + width, n)
        means = np.add.reduceat(values, starts, dtype=np.float64) / (ends - starts)
        return Curve(self.epoch_at((starts + ends + 1) / 2), means)

    def measured(self, name: str) -> Curve:
        """Return a field of `Evaluation` as a curve, with one point per evaluation that measured it."""
        evaluations = [e for e in list(self.evaluations) if getattr(e, name) is not None]
        return Curve(np.array([e.epoch for e in evaluations]), np.array([getattr(e, name) for e in evaluations]))

    @property
    def newest(self) -> Evaluation | None:
        """The last evaluation, None before the first one."""
        return self.evaluations[-1] if self.evaluations else None


def smoothed(values: np.ndarray, span: int) -> np.ndarray:
    """Return the mean of each value and up to ``span`` before it; shape and order stay.

    >>> smoothed(np.array([1.0, 3.0, 5.0, 7.0]), span=1)
    array([1., 2., 4., 6.])
    """
    totals = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - 1 - span, 0)
    return (totals[ends] - totals[starts]) / (ends - starts)
