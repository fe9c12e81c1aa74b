"""A job carries a run forward on an engine, slice by slice: play, pause, step, snapshot."""

from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from typing import Any

from mlp.checks import checked
from mlp.jobs.changes import Changes
from mlp.jobs.failures import Failures
from mlp.jobs.moments.rewind import Rewind
from mlp.jobs.pacing import Pacer, Speed
from mlp.jobs.progress import Progress
from mlp.jobs.record import Record
from mlp.jobs.slices import Slice, advance, measured
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.workers.call import Ending, NotStarted
from mlp.jobs.workers.engine import Engine
from mlp.nn.network import MLP
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import Data
from mlp.training.run import Run

SLICE_S = 0.25  # long enough that sending a run to a worker costs little, short enough to pause and to take turns
CROWDED_SLICE_S = 0.5
CROWD = 4  # from more runs per worker on, slices are longer


def slice_seconds(n_calls: int, n_workers: int) -> float:
    """Return the seconds of a slice; in a crowd, whose turns are seconds apart anyway, runs are sent half as often.

    Examples
    --------
    >>> slice_seconds(1, 2), slice_seconds(24, 2)
    (0.25, 0.5)
    """
    return CROWDED_SLICE_S if n_calls > CROWD * n_workers else SLICE_S


class Job:
    """A run that is trained in slices: its `Progress` owns the run, and its `Pacer` decides when it rests.

    All methods may be called from any thread; subscribers are notified of each change. While a slice is trained, its
    starting point stays here: if the worker dies, the same slice is sent again, with the same resulting weights.

    Parameters
    ----------
    run : Run
        Copied before it is changed.
    data : Source
        Its training data, without the synthetic digits of its settings.
    engine : Engine
        Runs the slices.
    owner : hashable, optional
        Shares its turns among all of its jobs, such as a visitor's id.
    slice_s : float, optional
        Length of a slice in seconds. Default: `slice_seconds`.
    start_network : MLP, optional
        The network whose weights the run starts with, if another object holds it anyway.
    keeps_moments : bool
        Whether to keep saved steps of the run that a visitor can go back to.
    """

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
        self._progress = Progress(run, data, start_network=start_network, keeps_moments=keeps_moments)
        self._engine = engine
        self._owner = owner
        self._slice_s = slice_s
        self._changes = Changes()
        self._future: Future[Slice] | None = None
        self._playing = False
        self._single_steps = 0  # requested and not yet taken
        self._single_step = False
        self._pacer = Pacer(self._wake)
        self._failures = Failures()

    def play(self) -> None:
        """Train until the end or a pause; earlier failures are forgotten."""
        with self._changes:
            self._failures.reset()
            self._changes.note()
            if self._can_continue():
                self._playing = True
                self._progress.forget_speed()
                if not self._pacer.begin(self._progress.run.step):
                    self._send_run()

    def set_speed(self, speed: Speed, *, slow_start: bool = False) -> None:
        """Choose how fast it plays: rests between slices slow it down; with ``slow_start`` they end after 400 steps."""
        with self._changes:
            self._pacer.speed, self._pacer.slow_start = speed, slow_start
            self._changes.note()
            if self._pacer.end():
                self._send_run()

    def note_seen(self, step: int) -> None:
        """Note that a visitor has seen this step; a slow run waits for that before it continues."""
        with self._changes:
            if self._pacer.note_seen(step):
                self._send_run()

    def pause(self) -> None:
        """Stop after the current slice; cancel one that is still queued.

        Validation data is then measured at this step, so that the page describes it.
        """
        with self._changes:
            self._playing = False
            self._single_steps = 0
            self._changes.note()
            if self._future is not None:
                self._future.cancel()
            elif self._pacer.end():
                self._continue()

    def step(self) -> None:
        """Take one step, one minibatch, and stay paused; validation data is measured after the last requested step."""
        with self._changes:
            if self._playing:
                self.pause()
            self._changes.note()
            self._failures.reset()
            if self._can_continue():
                self._single_steps += 1
                self._send_run()

    def wait_for_step(self, seconds: float) -> bool:
        """Whether all requested single steps were taken, after waiting for at most ``seconds``."""
        return self._changes.wait_for(lambda: not self._single_steps, seconds)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate from the next slice on, and mark an actual change in the history.

        Raises
        ------
        ValueError
            If it is not greater than 0 and finite.
        """
        rate = checked("learning_rate", learning_rate, low=0, open_low=True)
        with self._changes:
            if rate == self._progress.run.learning_rate:
                return
            self._progress.set_learning_rate(rate)
            self._changes.note()
            if self._future is None:
                self._progress.mark_learning_rate()

    @property
    def revision(self) -> int:
        """Number of changes so far; while it stays the same, so does `snapshot`, except for ``waits``."""
        return self._changes.revision

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback()`` after each change, so that callers need not poll; return a function that unsubscribes it.

        Changes are: it starts or resumes, a slice or step comes back, it pauses, finishes or fails, or its speed or
        learning rate changes. One call may cover several changes that were made together.

        Parameters
        ----------
        callback : callable
            Called without arguments, in the thread that made the change: a worker's, or the one that handled a button.
            The job's lock is not held, so `snapshot` is available; but the caller may hold other locks. So the
            callback should only wake something: ``event.set`` or ``partial(loop.call_soon_threadsafe, event.set)``.
            Its errors are logged.

        Returns
        -------
        callable
            Ends the subscription. A call that has already begun in another thread may still come.
        """
        return self._changes.subscribe(callback)

    def snapshot(self) -> Snapshot:
        """Return the current state; quick, as it never waits for a worker."""
        with self._changes:
            progress, run = self._progress, self._progress.run
            return Snapshot(
                settings=run.settings,
                data_name=progress.data_name,
                network=run.network,
                temperature=run.temperature,
                history=progress.history,
                step=run.step,
                steps_per_epoch=progress.history.steps_per_epoch,
                steps=progress.n_steps,
                playing=self._playing,
                busy=self._future is not None,
                finished=progress.finished,
                diverged=progress.diverged,
                error=self._failures.reason,
                learning_rate=run.learning_rate,
                images_per_second=progress.images_per_second if self._playing else None,
                seconds=progress.seconds,
                worker_failures=self._failures.lost_workers,
                waits=self._engine.trouble if self._future is not None else None,
                speed=self._pacer.speed,
            )

    def record(self, **extra: Any) -> Record:
        """Return all that is needed to resume later; it shares the run, as runs are never changed in place."""
        with self._changes:
            return self._progress.record(playing=self._playing, extra=extra)

    @classmethod
    def resumed(
        cls, record: Record, engine: Engine, owner: Hashable = None, *, first_network: MLP | None = None
    ) -> "Job":
        """Return a paused job that continues from a record.

        Parameters
        ----------
        record : Record
        engine : Engine
        owner : hashable, optional
        first_network : MLP, optional
            The network that the run started with, if known.

        Raises
        ------
        ValueError, OSError
            If the training images have changed or moved.
        """
        job = cls(record.run, record.data, engine, owner)
        job._progress.go_back_to(record, first_network)
        return job

    def run_state(self) -> Run:
        """Return a copy of the run, to be kept or continued elsewhere."""
        with self._changes:
            return self._progress.run.copy()

    def n_bytes(self) -> int:
        """Approximate memory of the run and its history in this process, which never allocates gradients."""
        return self._progress.n_bytes()

    @property
    def first_network(self) -> MLP | None:
        """The network that the run started with, not to be changed; None if it was resumed from a later step."""
        return self._progress.first_network

    @property
    def rewind(self) -> Rewind:
        """Saved steps of the run that a visitor can go back to."""
        return self._progress.rewind

    @rewind.setter
    def rewind(self, rewind: Rewind) -> None:
        self._progress.rewind = rewind

    @property
    def data(self) -> Source:
        """The training data, without the synthetic digits of its settings."""
        return self._progress.data

    @property
    def training_data(self) -> Data:
        """All images that it trains on, those of its settings too."""
        return self._progress.training_data

    @property
    def playing(self) -> bool:
        """Whether it trains without being asked for each step."""
        return self._playing

    def _can_continue(self) -> bool:
        return not self._progress.ended and self._failures.reason is None

    def _send_run(self) -> None:
        """Send the run to the engine, unless a slice is already in progress. Call it with the lock held."""
        if self._future is not None:
            return
        self._progress.mark_learning_rate()
        self._single_step = not self._playing
        step = self._progress.run.step
        self._submit(
            advance,
            slice_seconds(*self._engine.load()) if self._slice_s is None else self._slice_s,
            max_steps=1 if self._single_step else self._pacer.steps_to_stop(step),
            # Measured only after the last requested step, where the run will stop.
            evaluate_at_end=self._single_steps <= 1 if self._single_step else self._progress.evaluation_is_due,
            keep=self._progress.rewind.wanted(step),
            threads=self._engine.spare_threads(),
        )

    def _wake(self) -> None:
        """Resume after a rest."""
        with self._changes:
            if self._pacer.is_over():
                self._send_run()

    def _submit(self, function: Callable[..., Slice], *args: Any, **kwargs: Any) -> None:
        try:
            run, data = self._progress.run, self._progress.training_data
            future = self._engine.submit(self._owner, function, run, data, *args, **kwargs)
        except Ending:
            return  # the program ends: nothing may change before it is saved
        except Exception as error:
            self._failures.give_up(f"The training could not continue: {error}.", error, self._progress.run.step)
            self._playing = False
            self._single_steps = 0
            self._changes.note()
            return
        self._future = future
        self._changes.note()
        future.add_done_callback(self._returned)

    def _returned(self, future: Future[Slice]) -> None:
        """Take the run back with its records, and send it again if there is more to do."""
        with self._changes:
            if future is not self._future:
                return
            self._future = None
            self._changes.note()
            try:
                done = future.result()
                self._failures.end_row()
                self._progress.take(done, playing=self._playing)
                if self._single_step:
                    self._single_steps = max(0, self._single_steps - 1)
            except Ending:
                return  # nothing may change before it is saved
            except (CancelledError, NotStarted):
                pass  # canceled in the queue: no work was done
            except Exception as error:
                self._failures.add(error, self._progress.run.step)
            self._continue()

    def _continue(self) -> None:
        """Send the run again if there is more to do."""
        with self._changes:
            if not self._can_continue():
                self._playing = False
                self._single_steps = 0
            if self._playing and not self._single_steps and self._pacer.rest(self._progress.run.step):
                pass
            elif self._playing or self._single_steps:
                self._send_run()
            elif self._failures.reason is not None or self._engine.trouble is not None:
                pass  # no worker could measure it, so the run stops unmeasured
            elif not self._progress.is_measured:
                self._single_step = False
                self._submit(measured)
