"""Progress of a job: its run, and the records of its steps."""

import time
from typing import Any

from mlp.jobs.limits import history_bytes, optimizer_arrays
from mlp.jobs.moments.rewind import Rewind
from mlp.jobs.record import Record
from mlp.jobs.slices import Slice
from mlp.nn.network import MLP
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import Data
from mlp.training.data.synthetic_data import training_data
from mlp.training.history import History
from mlp.training.run import Run

EVALUATION_SHARE = 0.05  # of the training time, at most, for measuring validation data within an epoch
MIN_EVALUATION_GAP_S = 1.0


class Progress:
    """A run and its records; call its methods with the job's lock held.

    Parameters
    ----------
    run : Run
        Never changed in place: each slice brings a new one.
    data : Source
        Its training data, without the synthetic digits of its settings.
    start_network : MLP, optional
        The network whose weights the run starts with, if another object holds it anyway.
    keeps_moments : bool
        Whether to keep saved steps of the run that a visitor can go back to.

    Attributes
    ----------
    seconds : float
        Training time so far.
    images_per_second : float or None
        Recent training speed.
    finished : bool
        Whether all epochs are done.
    diverged : int or None
        The step whose loss was no longer finite.
    """

    def __init__(self, run: Run, data: Source, *, start_network: MLP | None = None, keeps_moments: bool = True) -> None:
        self.data = data
        self.run = run
        dataset = self.training_data.load()
        self.data_name = dataset.name
        self.first_network = start_network or (run.network if run.step == 0 else None)
        self._start_network = start_network
        self._n_images = len(dataset.train.labels)
        self.history = History(run.steps_per_epoch(self._n_images))
        self.n_steps = run.n_steps(self._n_images)
        start = run if run.step == 0 else None
        self.rewind = Rewind(start, self.n_steps, run.settings, keeps=keeps_moments)
        self.finished = run.finished(self._n_images)
        self.diverged: int | None = None
        self.seconds = 0.0
        self.images_per_second: float | None = None
        self._last_return: float | None = None
        self._since_evaluation_s = 0.0
        self._evaluation_cost_s = 0.0
        self._measured_step = 0  # a measurement that was not finite is missing from the history

    def go_back_to(self, record: Record, first_network: MLP | None) -> None:
        """Take over the history of a record.

        Raises
        ------
        ValueError
            If the record belongs to other images.
        """
        if self.history.steps_per_epoch != record.history.steps_per_epoch:
            raise ValueError("the images that it was training on have changed")
        self.history = record.history
        self.seconds = record.seconds
        self.diverged = record.diverged
        self.first_network = self.first_network or first_network
        if self.rewind.start is None and first_network is not None:
            self.rewind.start = Run(record.run.settings, first_network, temperature=record.run.temperature)

    def record(self, *, playing: bool, extra: dict[str, Any]) -> Record:
        """Return all that is needed to resume later; it shares the run, which never changes in place."""
        return Record(self.run, self.data, self.history.copy(), self.seconds, self.diverged, playing, extra)

    def n_bytes(self) -> int:
        """Approximate memory of the run in this process, with the history that it will have at its end."""
        arrays = 1 if self.first_network in (None, self.run.network, self._start_network) else 2
        arrays += optimizer_arrays(self.run.settings)
        return arrays * self.run.network.values.nbytes + history_bytes(self.n_steps) + self.rewind.n_bytes

    @property
    def training_data(self) -> Data:
        """All images that it trains on: those of its source, and the synthetic digits of its settings."""
        return training_data(self.data, self.run.settings)

    @property
    def ended(self) -> bool:
        """Whether no step is left to take."""
        return self.finished or self.diverged is not None

    @property
    def evaluation_is_due(self) -> bool:
        """Whether the last measurement of validation data is old enough, given its cost.

        The first measurement of a taught network may cost more: its visitor wants to see its new accuracy at once.
        """
        gap_s = max(MIN_EVALUATION_GAP_S, self._evaluation_cost_s / EVALUATION_SHARE)
        asked_at_once = self._start_network is not None and len(self.history.evaluations) == 1
        return self._since_evaluation_s > (MIN_EVALUATION_GAP_S if asked_at_once else gap_s)

    @property
    def is_measured(self) -> bool:
        """Whether validation data was measured at the current step, or nothing was trained yet."""
        newest = self.history.newest
        return self.run.step in (0, self._measured_step, newest.step if newest else 0)

    def forget_speed(self) -> None:
        """Restart the measurement of speed, after a stop."""
        self._last_return = None

    def take(self, done: Slice, *, playing: bool) -> None:
        """Take over the run and the records of a finished slice."""
        n_steps = done.run.step - self.run.step
        self._measure_speed(n_steps if playing else 0)
        if n_steps:
            done.run.learning_rate = self.run.learning_rate  # it may have changed during the slice
            self.run = done.run
            self.rewind.add(done.states, done.run)
        self.history.add_steps(done.losses, done.accuracies)
        self.history.evaluations.extend(done.evaluations)
        self.seconds += done.seconds
        self._since_evaluation_s += done.seconds
        if done.evaluations:
            self._since_evaluation_s = 0.0
            self._evaluation_cost_s = done.evaluation_seconds / len(done.evaluations)
        self.finished = done.finished
        self.diverged = self.diverged or done.diverged
        if not len(done.losses):
            self._measured_step = self.run.step

    def _measure_speed(self, n_steps: int) -> None:
        """Update the moving average of images per second."""
        now = time.monotonic()
        if n_steps and self._last_return is not None:
            speed = n_steps * self.run.settings.batch_size / max(now - self._last_return, 1e-6)
            old = self.images_per_second
            self.images_per_second = speed if old is None else 0.7 * old + 0.3 * speed
        self._last_return = now

    def set_learning_rate(self, rate: float) -> None:
        """Change the learning rate of later steps."""
        self.run = self.run.copy()  # a slice in progress, or a record being written, keeps the old one
        self.run.learning_rate = rate

    def mark_learning_rate(self) -> None:
        """Mark in the history where a new learning rate starts."""
        marks, rate = self.history.learning_rates, self.run.learning_rate
        if rate != (marks[-1][1] if marks else self.run.settings.learning_rate):
            marks.append((self.run.epoch_position(self._n_images), rate))
