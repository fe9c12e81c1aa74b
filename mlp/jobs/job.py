"""Carry a Run forward on an engine, slice by slice: play, pause, step, snapshot."""

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
from mlp.training.data.sources import Data
from mlp.training.run import Run

SLICE_S = 0.25  # long enough that sending a run to a worker costs little, short enough to pause and to take turns


class Job:
    """Lends a run out, a slice at a time: its `Progress` owns it, its `Pacer` says when it rests.

    All methods may be called from any thread; who has subscribed is told of each change. While a slice is out, the run
    that it started from stays here: if its worker dies, the same slice is asked for again, and the weights come out the
    same.

    Parameters
    ----------
    run : Run
        Is copied before it is changed.
    data : Data
        What it trains on, beside the written digits that its settings ask for.
    engine : Engine
        Where slices run.
    owner : hashable, optional
        Whose turns they take, such as a visitor's id.
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
        engine: Engine,
        owner: Hashable = None,
        *,
        slice_s: float = SLICE_S,
        goes_on_from: MLP | None = None,
        keeps_moments: bool = True,
    ) -> None:
        self._progress = Progress(run, data, goes_on_from=goes_on_from, keeps_moments=keeps_moments)
        self._engine = engine
        self._owner = owner
        self._slice_s = slice_s
        self._changes = Changes()
        self._future: Future[Slice] | None = None
        self._playing = False
        self._single_steps = 0  # asked for and not yet taken
        self._lent_for_one_step = False
        self._pacer = Pacer(self._wake)
        self._failures = Failures()

    def play(self) -> None:
        """Go on by itself until the end, or until paused; earlier failures are forgotten."""
        with self._changes:
            self._failures.forgive()
            self._changes.note()
            if self._can_go_on():
                self._playing = True
                self._progress.forget_speed()
                if not self._pacer.begin(self._progress.run.step):
                    self._lend()

    def set_speed(self, speed: Speed, *, slow_start: bool = False) -> None:
        """Choose how fast it plays: rests between slices slow it down; with ``slow_start`` they end after 400 steps."""
        with self._changes:
            self._pacer.speed, self._pacer.slow_start = speed, slow_start
            self._changes.note()
            if self._pacer.end():
                self._lend()

    def note_seen(self, step: int) -> None:
        """Note that somebody was shown this step; a slow run waits for that before it goes on."""
        with self._changes:
            if self._pacer.note_seen(step):
                self._lend()

    def pause(self) -> None:
        """Stop after the slice that is being worked on; cancel one that still waits.

        Validation data is then measured where the run stands, so that the page tells of that moment.
        """
        with self._changes:
            self._playing = False
            self._single_steps = 0
            self._changes.note()
            if self._future is not None:
                self._future.cancel()
            elif self._pacer.end():
                self._go_on()

    def step(self) -> None:
        """Take one step, one minibatch, and stay paused; validation data is measured after the last one asked for."""
        with self._changes:
            if self._playing:
                self.pause()
            self._changes.note()
            self._failures.forgive()
            if self._can_go_on():
                self._single_steps += 1
                self._lend()

    def wait_for_step(self, seconds: float) -> bool:
        """Wait until no single step is to be taken, but no longer than so many seconds; tell whether that is so."""
        return self._changes.wait_for(lambda: not self._single_steps, seconds)

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate from the next slice on; the change, if it is one, is marked in the history.

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
        """How many times the job has changed; as long as it stays the same, so does `snapshot`, but for ``waits``."""
        return self._changes.revision

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback()`` called after each change, so that nobody needs to ask again and again.

        A change is: it began or goes on, a slice or a step came back, it was paused, finished, failed, or has another
        speed or learning rate. One call may stand for several changes that were made at once.

        Parameters
        ----------
        callback : callable
            Is called without arguments, in the thread that made the change: a worker's, or that of whoever pressed
            a button. The job's lock is not held, so `snapshot` is at hand; but others may hold locks of their own
            while they call the job. So the callback should only wake somebody: ``event.set`` or
            ``partial(loop.call_soon_threadsafe, event.set)``. Its errors are logged.

        Returns
        -------
        callable
            Ends the subscription. A call that has begun in another thread may still come.
        """
        return self._changes.subscribe(callback)

    def snapshot(self) -> Snapshot:
        """Tell how things stand; quick, and never waits for a worker."""
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
        """Give all that is needed to go on later; runs are never changed in place, so the run itself will do."""
        with self._changes:
            return self._progress.record(playing=self._playing, extra=extra)

    @classmethod
    def resumed(
        cls, record: Record, engine: Engine, owner: Hashable = None, *, first_network: MLP | None = None
    ) -> "Job":
        """Make a job that goes on where a record was taken, paused.

        Parameters
        ----------
        record : Record
        engine : Engine
        owner : hashable, optional
        first_network : MLP, optional
            The network that it began with, where that is known.

        Raises
        ------
        ValueError, OSError
            If the images are no longer what or where they were.
        """
        job = cls(record.run, record.data, engine, owner)
        job._progress.go_back_to(record, first_network)
        return job

    def run_state(self) -> Run:
        """Copy the run as it stands, to be kept or to go on elsewhere."""
        with self._changes:
            return self._progress.run.copy()

    def n_bytes(self) -> int:
        """About how much memory the run and its history take, in this process, where no gradient is ever written."""
        return self._progress.n_bytes()

    @property
    def first_network(self) -> MLP | None:
        """The network that it began with, to look at, not to change; None if it has gone on from a later step."""
        return self._progress.first_network

    @property
    def rewind(self) -> Rewind:
        """Moments of its way that can be gone back to."""
        return self._progress.rewind

    @rewind.setter
    def rewind(self, rewind: Rewind) -> None:
        self._progress.rewind = rewind

    @property
    def data(self) -> Data:
        """What it trains on."""
        return self._progress.data

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._playing

    def _can_go_on(self) -> bool:
        return not self._progress.ended and self._failures.reason is None

    def _lend(self) -> None:
        """Hand the run to the engine, unless it is out already. Called with the lock held."""
        if self._future is not None:
            return
        self._progress.mark_learning_rate()
        self._lent_for_one_step = not self._playing
        step = self._progress.run.step
        self._submit(
            advance,
            self._slice_s,
            max_steps=1 if self._lent_for_one_step else self._pacer.steps_to_stop(step),
            # Of single steps, the last one: the run is going to stand there.
            evaluate_at_end=self._single_steps <= 1 if self._lent_for_one_step else self._progress.evaluation_is_due,
            keep=self._progress.rewind.wanted(step),
            threads=self._engine.spare_threads(),
        )

    def _wake(self) -> None:
        """Go on after a rest."""
        with self._changes:
            if self._pacer.is_over():
                self._lend()

    def _lend_to_measure(self) -> None:
        """Let the engine measure the run as it stands. Called with the lock held."""
        self._lent_for_one_step = False
        self._submit(measured)

    def _submit(self, function: Callable[..., Slice], *args: Any, **kwargs: Any) -> None:
        try:
            run, data = self._progress.run, self._progress.data
            future = self._engine.submit(self._owner, function, run, data, *args, **kwargs)
        except Ending:
            return  # the program is about to end: everything stays as it is, to be saved
        except Exception as error:
            self._failures.give_up(f"The training could not go on: {error}.", error, self._progress.run.step)
            self._playing = False
            self._single_steps = 0
            self._changes.note()
            return
        self._future = future
        self._changes.note()
        future.add_done_callback(self._returned)

    def _returned(self, future: Future[Slice]) -> None:
        """Take the run back with its records, and lend it again if there is more to do."""
        with self._changes:
            if future is not self._future:
                return
            self._future = None
            self._changes.note()
            try:
                self._take(future.result())
            except Ending:
                return  # everything stays as it is, to be written down
            except (CancelledError, NotStarted):
                pass  # nothing was done
            except Exception as error:
                self._failures.add(error, self._progress.run.step)
            self._go_on()

    def _take(self, done: Slice) -> None:
        """Record first, then hand on."""
        self._failures.end_row()
        self._progress.take(done, playing=self._playing)
        if self._lent_for_one_step:
            self._single_steps = max(0, self._single_steps - 1)

    def _go_on(self) -> None:
        """Lend the run again if there is more to do."""
        with self._changes:
            if not self._can_go_on():
                self._playing = False
                self._single_steps = 0
            if self._playing and not self._single_steps and self._pacer.rest(self._progress.run.step):
                pass
            elif self._playing or self._single_steps:
                self._lend()
            elif self._failures.reason is not None or self._engine.trouble is not None:
                pass  # no worker could measure it: it stands still at once
            elif not self._progress.is_measured:
                self._lend_to_measure()
