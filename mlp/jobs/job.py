"""Carry a Run forward on an engine, slice by slice: play, pause, step, snapshot."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any

from mlp.jobs.limits import optimizer_arrays
from mlp.jobs.moments.rewind import Rewind
from mlp.jobs.pacing import Pacer, Speed
from mlp.jobs.record import Record
from mlp.jobs.slices import Slice, advance, measured
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.workers.call import Ending, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.engine import Engine, Share
from mlp.nn.network import MLP
from mlp.nn.optimizers import checked
from mlp.training.data.sources import Data
from mlp.training.data.written_data import training_data
from mlp.training.history import History
from mlp.training.run import Run

SLICE_S = 0.25  # long enough that sending a run to a worker costs little, short enough to pause and to take turns
EVALUATION_SHARE = 0.1  # of the time, at most, for looking at validation data within an epoch
MIN_EVALUATION_GAP_S = 1.0
MAX_FAILURES = 12  # of a worker in a row, on the same slice, before the run is given up
MAX_HANGS = 3  # the same for workers that had to be killed, as each costs a minute

log = logging.getLogger(__name__)


class Job:
    """Owns a Run and lends it out, a slice at a time.

    All methods may be called from any thread. While a slice is out, the run that it started from stays here: if its
    worker dies, the same slice is asked for again, and the weights come out the same.

    Parameters
    ----------
    run : Run
        Is copied before it is changed.
    data : Data
        What it trains on, beside the written digits that its settings ask for.
    engine : Engine or Share
        Where slices run; a visitor's share of it, where turns should go by visitor.
    slice_s : float
        Length of a slice in seconds.
    goes_on_from : MLP, optional
        The network whose weights the run begins with, where somebody else holds it anyway.
    keeps_moments : bool
        Whether moments of its way are kept to go back to.
    """

    def __init__(
        self,
        run: Run,
        data: Data,
        engine: Engine | Share,
        slice_s: float = SLICE_S,
        *,
        goes_on_from: MLP | None = None,
        keeps_moments: bool = True,
    ) -> None:
        data = training_data(data, run.settings)
        dataset = data.load()
        self._run = run
        self._goes_on_from = goes_on_from
        self._first_network = goes_on_from or (run.network if run.step == 0 else None)
        self._data = data
        self._data_name = dataset.name
        self._n_images = len(dataset.train.labels)
        self._engine = engine
        self._slice_s = slice_s
        self._lock = threading.RLock()
        self._history = History(run.steps_per_epoch(self._n_images))
        start = run if run.step == 0 else None
        self.rewind = Rewind(start, run.n_steps(self._n_images), run.settings, keeps=keeps_moments)
        self._future: Future[Slice] | None = None
        self._playing = False
        self._single_steps = 0  # asked for and not yet taken
        self._lent_for_one_step = False
        self._finished = run.finished(self._n_images)
        self._diverged: int | None = None
        self._error: str | None = None
        self._worker_failures = 0
        self._failures_in_a_row = 0
        self._seconds = 0.0
        self._since_evaluation_s = 0.0
        self._evaluation_cost_s = 0.0
        self._measured_step = 0  # what was measured there may not have been finite, and is then not in the history
        self._images_per_second: float | None = None
        self._last_return: float | None = None
        self._pacer = Pacer(self._wake)

    def play(self) -> None:
        """Go on by itself until the end, or until paused; what kept the server from going on is forgotten."""
        with self._lock:
            self._forgive()
            if self._can_go_on():
                self._playing = True
                self._last_return = None
                if not self._pacer.begin(self._run.step):
                    self._lend()

    def set_speed(self, speed: Speed, *, slow_start: bool = False) -> None:
        """Choose how fast it plays, by rests between slices alone; with ``slow_start`` it is full after 400 steps."""
        with self._lock:
            self._pacer.speed, self._pacer.slow_start = speed, slow_start
            if self._pacer.end():
                self._lend()

    def pause(self) -> None:
        """Stop after the slice that is being worked on; one that still waits is called back.

        Where the run then stands, validation data is measured, so that what is said of it is of that moment.
        """
        with self._lock:
            self._playing = False
            self._single_steps = 0
            if self._future is not None:
                self._future.cancel()
            elif self._pacer.end():
                self._go_on()

    def step(self) -> None:
        """Take one step, one minibatch, and stay paused; validation data is measured after the last one asked for."""
        with self._lock:
            if self._playing:
                self.pause()
            self._forgive()
            if self._can_go_on():
                self._single_steps += 1
                self._lend()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate from the next slice on; the change, if it is one, is marked in the history.

        Raises
        ------
        ValueError
            If it is not greater than 0 and finite.
        """
        rate = checked("learning_rate", learning_rate, low=0, open_low=True)
        with self._lock:
            if rate == self._run.learning_rate:
                return
            self._run = self._run.copy()  # what is out, or is being written down, stays as it is
            self._run.learning_rate = rate
            if self._future is None:
                self._mark_learning_rate()

    def snapshot(self) -> Snapshot:
        """Tell how things stand; quick, and never waits for a worker."""
        with self._lock:
            return Snapshot(
                settings=self._run.settings,
                data_name=self._data_name,
                network=self._run.network,
                temperature=self._run.temperature,
                history=self._history,
                step=self._run.step,
                steps_per_epoch=self._history.steps_per_epoch,
                steps=self._run.n_steps(self._n_images),
                playing=self._playing,
                busy=self._future is not None,
                finished=self._finished,
                diverged=self._diverged,
                error=self._error,
                learning_rate=self._run.learning_rate,
                images_per_second=self._images_per_second if self._playing else None,
                seconds=self._seconds,
                worker_failures=self._worker_failures,
                waits=self._trouble if self._future is not None else None,
                speed=self._pacer.speed,
            )

    def record(self, **extra: Any) -> Record:
        """Give all that is needed to go on later; runs are never changed in place, so the run itself will do."""
        with self._lock:
            history = self._history.copy()
            return Record(self._run, self._data, history, self._seconds, self._diverged, self._playing, extra)

    @classmethod
    def resumed(cls, record: Record, engine: Engine | Share, *, first_network: MLP | None = None) -> "Job":
        """Make a job that goes on where a record was taken, paused.

        Parameters
        ----------
        record : Record
        engine : Engine or Share
        first_network : MLP, optional
            The network that it began with, where that is known.

        Raises
        ------
        ValueError, OSError
            If the images are no longer what or where they were.
        """
        job = cls(record.run, record.data, engine)
        if job._history.steps_per_epoch != record.history.steps_per_epoch:
            raise ValueError("the images that it was training on are not those of before")
        job._history = record.history
        job._seconds = record.seconds
        job._diverged = record.diverged
        job._first_network = job._first_network or first_network
        if job.rewind.start is None and first_network is not None:
            job.rewind.start = Run(record.run.settings, first_network, temperature=record.run.temperature)
        return job

    def run_state(self) -> Run:
        """Copy the run as it stands, to be kept or to go on elsewhere."""
        with self._lock:
            return self._run.copy()

    def n_bytes(self) -> int:
        """About how much memory the run and its history take, in this process, where no gradient is ever written."""
        arrays = 1 if self._first_network in (None, self._run.network, self._goes_on_from) else 2
        arrays += optimizer_arrays(self._run.settings)
        return arrays * self._run.network.values.nbytes + self._history.n_bytes + self.rewind.n_bytes

    @property
    def first_network(self) -> MLP | None:
        """The network that it began with, to look at, not to change; None if it has gone on from a later step."""
        return self._first_network

    @property
    def data(self) -> Data:
        """What it trains on."""
        return self._data

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._playing

    @property
    def _trouble(self) -> str | None:
        """What keeps all calls of the engine waiting, if it is one that can tell."""
        return getattr(self._engine, "trouble", None)

    def _can_go_on(self) -> bool:
        return not self._finished and self._diverged is None and self._error is None

    def _forgive(self) -> None:
        """Try again what went wrong: a run that stopped for an error is as it was before that slice."""
        self._error = None
        self._failures_in_a_row = 0

    def _lend(self) -> None:
        """Hand the run to the engine, unless it is out already. Called with the lock held."""
        if self._future is not None:
            return
        self._mark_learning_rate()
        self._lent_for_one_step = not self._playing
        evaluate_at_end = self._since_evaluation_s > max(
            MIN_EVALUATION_GAP_S, self._evaluation_cost_s / EVALUATION_SHARE
        )
        if self._lent_for_one_step:
            evaluate_at_end = self._single_steps <= 1  # the last one: the run is going to stand there
        max_steps = 1 if self._lent_for_one_step else self._pacer.steps_to_stop(self._run.step)
        keep = self.rewind.wanted(self._run.step)
        self._submit(advance, self._slice_s, max_steps=max_steps, evaluate_at_end=evaluate_at_end, keep=keep)

    def _wake(self) -> None:
        """Go on after a rest."""
        with self._lock:
            if self._pacer.is_over():
                self._lend()

    def _lend_to_measure(self) -> None:
        """Let the engine measure the run as it stands. Called with the lock held."""
        self._lent_for_one_step = False
        self._submit(measured)

    def _submit(self, function: Callable[..., Slice], *args: Any, **kwargs: Any) -> None:
        try:
            future = self._engine.submit(function, self._run, self._data, *args, **kwargs)
        except Ending:
            return  # everything stays as it is, to be written down
        except Exception as error:
            self._give_up(f"The training could not go on: {error}.", error)
            return
        self._future = future
        future.add_done_callback(self._returned)

    def _returned(self, future: Future[Slice]) -> None:
        """Take the run back with its records, and lend it again if there is more to do."""
        with self._lock:
            if future is not self._future:
                return
            self._future = None
            try:
                self._take(future.result())
            except CancelledError:
                self._go_on()
            except Ending:
                pass  # everything stays as it is, to be written down
            except NotStarted:
                self._go_on()
            except WorkerFailure as error:
                self._worker_failures += 1
                self._failures_in_a_row += MAX_FAILURES // MAX_HANGS if isinstance(error, Hung) else 1
                cause = str(error).partition("\n")[0]
                log.warning("a worker was lost, and its slice is done again from step %d: %s", self._run.step, cause)
                if self._failures_in_a_row < MAX_FAILURES:
                    self._go_on()
                else:
                    self._give_up(
                        f"The process that trains this run died or hung again and again at step {self._run.step:,}, "
                        "perhaps for lack of memory: try a smaller network or batch.",
                        error,
                    )
            except MemoryError as error:
                self._give_up(
                    "This run needs more memory than the server gives to one: try a smaller network or batch.", error
                )
            except FileNotFoundError as error:
                self._give_up("The images that this run was training on are no longer there.", error)
            except Exception as error:
                self._give_up("The training stopped because of an error, which the server's log describes.", error)
            else:
                self._go_on()

    def _take(self, done: Slice) -> None:
        """Record first, then hand on."""
        now = time.monotonic()
        n_steps = done.run.step - self._run.step
        if self._playing and self._last_return is not None and n_steps:
            images = n_steps * self._run.settings.batch_size
            speed = images / max(now - self._last_return, 1e-6)
            old = self._images_per_second
            self._images_per_second = speed if old is None else 0.7 * old + 0.3 * speed
        self._last_return = now
        self._failures_in_a_row = 0
        if n_steps:
            done.run.learning_rate = self._run.learning_rate  # which may have been changed while it was out
            self._run = done.run
            self.rewind.add(done.states, done.run)
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
        if self._lent_for_one_step:
            self._single_steps = max(0, self._single_steps - 1)

    def _go_on(self) -> None:
        with self._lock:
            newest = self._history.newest
            if not self._can_go_on():
                self._playing = False
                self._single_steps = 0
            if self._playing and not self._single_steps and self._pacer.rest(self._run.step):
                pass
            elif self._playing or self._single_steps:
                self._lend()
            elif self._error is not None or self._trouble is not None:
                pass  # nobody is there who could measure it: it stands still at once
            elif self._run.step not in (0, self._measured_step, newest.step if newest else 0):
                self._lend_to_measure()

    def _give_up(self, reason: str, error: BaseException) -> None:
        """Stop until asked to go on again: the page gets the reason in words, the log the cause."""
        log.error("%s (step %d)", reason, self._run.step, exc_info=error)
        self._error = reason
        self._playing = False
        self._single_steps = 0

    def _mark_learning_rate(self) -> None:
        """Write down in the history from where on a new learning rate counts."""
        marks, rate = self._history.learning_rates, self._run.learning_rate
        if rate != (marks[-1][1] if marks else self._run.settings.learning_rate):
            marks.append((self._run.epoch_position(self._n_images), rate))
