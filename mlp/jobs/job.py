"""A job carries a run forward on an engine, slice by slice: play, pause, step, snapshot."""

import threading
import time
from collections.abc import Hashable
from typing import Any

from mlp.jobs.limits import history_bytes, optimizer_arrays
from mlp.jobs.pacing import Pace, Speed, started_timer
from mlp.jobs.record import Record
from mlp.jobs.rewind import Rewind
from mlp.jobs.slices import Slice, advance, measured, slice_seconds
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.task import Task
from mlp.jobs.workers.call import WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.language import Later, mark
from mlp.nn.network import MLP
from mlp.nn.optimizers import FIRST_RATE
from mlp.training.data.saved_sources import Source, image_facts
from mlp.training.data.sources import Data
from mlp.training.data.synthetic_data import training_data
from mlp.training.history import History
from mlp.training.run import Run

EVALUATION_SHARE = 0.05  # of the training time, at most, for measuring validation data within an epoch
MIN_EVALUATION_GAP_S = 1.0
LATE_S = 3.0
"""Time without a first answer after which a run that plays says what it waits for."""


class Job(Task[Slice]):
    """A run that is trained in slices.

    Its changes are: it starts or resumes, a slice or step comes back, it pauses, finishes or fails, or its speed or
    learning rate changes. Rests between slices let a visitor watch it learn, and leave its weights unchanged.

    Its ``run`` never changes in place: each slice brings a new one. ``data`` is its training data, without the
    synthetic digits of its settings. ``slice_s`` is the length of a slice, by default `slice_seconds`.
    ``start_network`` has the weights that the run starts with, if another object holds it anyway. ``keeps_moments``
    says whether to keep saved steps of the run that a visitor can go back to.

    ``first_network`` is the network that the run started with, not to be changed; None if it was resumed from a later
    step.
    """

    name = Later("The training")

    def __init__(
        self,
        run: Run,
        data: Source,
        engine: Engine,
        owner: Hashable = None,
        *,
        slice_s: float | None = None,
        start_network: MLP | None = None,
        keeps_moments: bool = True,
    ) -> None:
        super().__init__(engine, owner)
        self.data = data
        self.first_network = start_network or (run.network if run.step == 0 else None)
        self._run = run
        facts = image_facts(self.training_data)
        self._data_name, self._learned, self._n_images = facts.name, facts.learned, facts.n_train
        self._n_steps = run.n_steps(self._n_images)
        self._history = History(run.steps_per_epoch(self._n_images))
        self._finished = run.finished(self._n_images)
        self._diverged: int | None = None
        self._seconds = 0.0
        start = run if run.step == 0 else None
        self.rewind = Rewind(start, self._n_steps, run.settings, keeps=keeps_moments)

        self._slice_s = slice_s
        self._start_network = start_network
        self._playing = False
        self._single_steps = 0  # requested and not yet taken
        self._single_step = False

        self._pace = Pace()
        self._images_per_second: float | None = None
        self._sent_at = 0.0
        self._has_answered = False  # since it plays
        self._is_late = False  # whether its first answer since it plays is
        self._late: threading.Timer | None = None
        self._since_evaluation_s = 0.0
        self._evaluation_cost_s = 0.0
        self._measured_step = 0  # a measurement that was not finite is missing from the history

    @classmethod
    def resumed(
        cls, record: Record, engine: Engine, owner: Hashable = None, *, first_network: MLP | None = None
    ) -> "Job":
        """Return a paused job that continues from a record; ``first_network`` is that of its start, if known.

        Raises a ValueError or an OSError if the training images have changed or moved.
        """
        job = cls(record.run, record.data, engine, owner)
        if job._history.steps_per_epoch != record.history.steps_per_epoch:
            raise ValueError(Later("the images that it was training on have changed"))
        job._history, job._seconds, job._diverged = record.history, record.seconds, record.diverged
        job.first_network = job.first_network or first_network
        if job.rewind.start is None and first_network is not None:
            job.rewind.start = Run(record.run.settings, first_network, temperature=record.run.temperature)
        return job

    def play(self) -> None:
        """Train until the end or a pause; earlier failures are forgotten."""
        with self._changes():
            self._forget_failures()
            if self._can_continue():
                self._playing = True
                self._has_answered = self._is_late = False
                self._pace.stop_at_once()
                if not self._pace.rests and not self._pace.begin_rest(self._run.step, self._wake):
                    self._send_run()
                    self._late = started_timer(LATE_S, self._note_late)

    def set_speed(self, speed: Speed, *, slow_start: bool = False) -> None:
        """Choose how fast it plays: rests between slices slow it down; with ``slow_start`` they end after 400 steps."""
        with self._changes():
            self._pace.choose(speed, slow_start=slow_start)
            self._changed = True
            if self._pace.end_rest():
                self._send_run()

    def note_seen(self, step: int) -> None:
        """Note that a visitor has seen this step; the rest of a slow run starts again then, to be seen whole."""
        with self._changes():
            self._pace.note_seen(step, self._wake)

    def pause(self) -> None:
        """Stop after the current slice; cancel one that is still queued.

        Validation data is then measured at this step, so that the page describes it.
        """
        with self._changes():
            self._playing = False
            self._single_steps = 0
            self._changed = True
            if self._future is not None:
                self._future.cancel()
            elif self._pace.end_rest():
                self._continue()

    def step(self) -> None:
        """Take one step, one minibatch, and stay paused; validation data is measured after the last requested step."""
        with self._changes():
            if self._playing:
                self.pause()
            self._forget_failures()
            if self._can_continue():
                self._single_steps += 1
                self._send_run()

    def wait_for_step(self, seconds: float) -> bool:
        """Whether all requested single steps were taken, after waiting for at most ``seconds``."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._single_steps, seconds)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate from the next slice on, and mark an actual change in the history.

        Raises a ValueError if it is not greater than 0 and finite.
        """
        rate = FIRST_RATE.checked(learning_rate)
        with self._changes():
            if rate == self._run.learning_rate:
                return
            self._run = self._run.copy()  # a slice in progress, or a record being written, keeps the old one
            self._run.learning_rate = rate
            self._changed = True
            if self._future is None:
                self._mark_learning_rate()

    def snapshot(self) -> Snapshot:
        """Return the current state; quick, as it never waits for a worker."""
        with self._lock:
            run = self._run
            return Snapshot(
                settings=run.settings,
                data_name=self._data_name,
                learned=self._learned,
                network=run.network,
                temperature=run.temperature,
                history=self._history,
                step=run.step,
                steps_per_epoch=self._history.steps_per_epoch,
                steps=self._n_steps,
                playing=self._playing,
                busy=self._future is not None,
                finished=self._finished,
                diverged=self._diverged,
                error=self.error,
                learning_rate=run.learning_rate,
                images_per_second=self._images_per_second if self._playing else None,
                seconds=self._seconds,
                worker_failures=self.lost_workers,
                waits=self._waits(),
                speed=self._pace.speed,
            )

    def _waits(self) -> str | None:
        """Return why nothing is trained at the moment, as text for visitors, if that takes long; else None."""
        if self._future is None or self._engine.trouble:
            return self._engine.trouble if self._future is not None else None
        if not self._is_late or self._has_answered:
            return None
        n_others = self._engine.n_others(self._owner)
        if self._future.running() or not n_others:
            return Later("The server is busy, so the first steps take a while.")
        one = mark("Another visitor trains here. This run waits for its turn, and begins by itself.")
        more = mark("{n} other visitors train here. This run waits for its turn, and begins by itself.")
        return Later(one if n_others == 1 else more, n=n_others)

    def _note_late(self) -> None:
        """Announce that the first answer is late, unless it has come."""
        with self._changes():
            if self._late is threading.current_thread() and self._playing and not self._has_answered:
                self._is_late = self._changed = True

    def record(self, **extra: Any) -> Record:
        """Return all that is needed to resume later; it shares the run, as runs are never changed in place."""
        with self._lock:
            history = self._history.copy()
            return Record(self._run, self.data, history, self._seconds, self._diverged, self._playing, extra)

    def run_state(self) -> Run:
        """Return a copy of the run, to be kept or continued elsewhere."""
        with self._lock:
            return self._run.copy()

    def n_bytes(self) -> int:
        """Approximate memory in this process, which never allocates gradients, with the history at the run's end."""
        run = self._run
        arrays = 1 if self.first_network in (None, run.network, self._start_network) else 2
        arrays += optimizer_arrays(run.settings)
        return arrays * run.network.values.nbytes + history_bytes(self._n_steps) + self.rewind.n_bytes

    @property
    def training_data(self) -> Data:
        """All images that it trains on: those of its source, and the synthetic digits of its settings."""
        return training_data(self.data, self._run.settings)

    @property
    def playing(self) -> bool:
        """Whether it trains without being asked for each step."""
        return self._playing

    def _can_continue(self) -> bool:
        return not self._finished and self._diverged is None and self.error is None

    def _continue(self) -> None:
        if not self._can_continue():
            self._playing = False
            self._single_steps = 0
        if self._playing and not self._single_steps and self._pace.begin_rest(self._run.step, self._wake):
            return
        if self._playing or self._single_steps:
            self._send_run()
        elif self.error is None and self._engine.trouble is None and not self._is_measured():
            self._single_step = False
            self._send(measured, self._run, self.training_data)

    def _send_run(self) -> None:
        """Send the run to the engine, unless a slice is already in progress."""
        if self._future is not None:
            return
        self._mark_learning_rate()
        self._single_step, self._sent_at = not self._playing, time.monotonic()
        step = self._run.step
        steps_to_stop = self._pace.steps_to_stop(step)
        self._send(
            advance,
            self._run,
            self.training_data,
            slice_seconds(*self._engine.load()) if self._slice_s is None else self._slice_s,
            max_steps=1 if self._single_step else steps_to_stop,
            # Measured only after the last requested step, where the run will stop.
            evaluate_at_end=self._single_steps <= 1 if self._single_step else self._evaluation_is_due(),
            keep=self.rewind.wanted(step),
            threads=self._engine.spare_threads(),
        )

    def _take(self, done: Slice) -> None:
        n_steps = done.run.step - self._run.step
        self._measure_speed(n_steps if self._playing else 0)
        if n_steps:
            done.run.learning_rate = self._run.learning_rate  # it may have changed during the slice
            self._run = done.run
            self.rewind.add(done.states)
        self._history.add_steps(done.losses, done.accuracies)
        self._history.evaluations.extend(done.evaluations)
        self._seconds += done.seconds
        self._since_evaluation_s += done.seconds
        if done.evaluations:
            self._since_evaluation_s = 0.0
            self._evaluation_cost_s = done.evaluation_seconds / len(done.evaluations)
        self._finished = done.finished
        self._diverged = self._diverged or done.diverged
        if not len(done.losses):
            self._measured_step = self._run.step
        if self._single_step:
            self._single_steps = max(0, self._single_steps - 1)

    def _measure_speed(self, n_steps: int) -> None:
        """Update the moving average of images per second, but after a slice that a stop has ended.

        A slow start has stops after a few steps, with rests: by its pace, a run of seconds would take an hour.
        """
        seconds = time.monotonic() - self._sent_at
        if n_steps and self._has_answered and not self._pace.stops_at(self._run.step + n_steps):
            speed = n_steps * self._run.settings.batch_size / max(seconds, 1e-6)
            old = self._images_per_second
            self._images_per_second = speed if old is None else 0.7 * old + 0.3 * speed
        self._has_answered = True

    def _mark_learning_rate(self) -> None:
        """Mark in the history where a new learning rate starts."""
        marks, rate = self._history.learning_rates, self._run.learning_rate
        if rate != (marks[-1][1] if marks else self._run.settings.learning_rate):
            marks.append((self._run.epoch_position(self._n_images), rate))

    def _evaluation_is_due(self) -> bool:
        """Whether the last measurement of validation data is old enough, given its cost.

        The first measurement of a taught network may cost more: its visitor wants to see its new accuracy at once.
        """
        gap_s = max(MIN_EVALUATION_GAP_S, self._evaluation_cost_s / EVALUATION_SHARE)
        asked_at_once = self._start_network is not None and len(self._history.evaluations) == 1
        return self._since_evaluation_s > (MIN_EVALUATION_GAP_S if asked_at_once else gap_s)

    def _is_measured(self) -> bool:
        """Whether validation data was measured at the current step, or nothing was trained yet."""
        newest = self._history.newest
        return self._run.step in (0, self._measured_step, newest.step if newest else 0)

    def _wake(self) -> None:
        """Continue after a rest, unless that ended early."""
        with self._changes():
            if self._pace.is_over():
                self._send_run()

    def _reason(self, error: Exception) -> Later:
        if isinstance(error, WorkerFailure):
            reason = mark(
                "The process that trains this run repeatedly died or hung at step {step:,}, perhaps for lack of "
                "memory: try a smaller network or batch."
            )
            return Later(reason, step=self._run.step)
        if isinstance(error, MemoryError):
            return Later("This run needs more memory than the server allows one run: try a smaller network or batch.")
        if isinstance(error, FileNotFoundError):
            return Later("The computer that trains this run lacks its images, or they have changed.")
        return super()._reason(error)

    def _give_up(self, reason: Later, error: Exception) -> None:
        super()._give_up(reason, error)
        self._playing = False
        self._single_steps = 0
