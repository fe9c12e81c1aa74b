"""Computations other than training, carried out in slices on an engine, with progress, stop and readable errors."""

import logging
import threading
import time
from collections.abc import Hashable, Iterator
from concurrent.futures import CancelledError, Future
from typing import Any, Generic, Protocol, Self, TypeVar

from mlp.jobs.workers.call import Ending, NotStarted, WorkerFailure
from mlp.jobs.workers.engine import Engine

SLICE_S = 0.25  # like a slice of a run, because turns are shared by time
MAX_FAILURES = 3  # failed workers in a row, on the same slice

log = logging.getLogger(__name__)


class Work(Protocol):
    """The whole state of a computation; a worker receives it and returns it further advanced."""

    @property
    def progress(self) -> float:
        """Fraction that is done, 0 to 1; at 1 it is finished."""
        ...

    def remaining(self) -> "Iterator[Self]":
        """Yield the state after each further step, without changing this one; each may hold the arrays of the last."""
        ...


W = TypeVar("W", bound=Work)


def advanced(work: W, seconds: float) -> W:
    """Return the work after about ``seconds`` more; it takes at least one step, if any is left."""
    until = time.perf_counter() + seconds
    for further in work.remaining():
        work = further
        if time.perf_counter() >= until:
            break
    return work


class Sliced(Generic[W]):
    """Work that continues until it is done or stopped; its state can be read at any time.

    All methods may be called from any thread.

    Parameters
    ----------
    work : Work
    engine : Engine
        Runs the slices.
    owner : hashable, optional
        The owner of the turns that it uses, such as a visitor's id.
    """

    def __init__(self, work: W, engine: Engine, owner: Hashable = None) -> None:
        self._work = work
        self._engine = engine
        self._owner = owner
        self._lock = threading.RLock()
        self._future: Future[W] | None = None
        self._stopped = False
        self._failures = 0
        self.error: str | None = None
        """Why it cannot continue, as text for visitors."""
        self._submit()

    @property
    def work(self) -> W:
        """The current state; not to be changed."""
        return self._work

    @property
    def running(self) -> bool:
        """Whether it will continue."""
        with self._lock:  # also between two slices
            return self._future is not None

    def stop(self) -> None:
        """Stop at the end of the current slice."""
        with self._lock:
            self._stopped = True
            if self._future is not None:
                self._future.cancel()

    def _submit(self) -> None:
        with self._lock:
            if self._stopped or self._work.progress >= 1:
                return
            try:
                future: Future[Any] = self._engine.submit(self._owner, advanced, self._work, SLICE_S)
            except Ending:
                return
            self._future = future
            future.add_done_callback(self._returned)

    def _returned(self, future: "Future[W]") -> None:
        with self._lock:
            if future is not self._future:
                return
            self._future = None
            try:
                self._work = future.result()
                self._failures = 0
            except (CancelledError, NotStarted):
                pass
            except Ending:
                return
            except WorkerFailure as error:
                self._failures += 1
                if self._failures >= MAX_FAILURES:
                    self._give_up("The process that computed this died three times.", error)
                    return
            except Exception as error:
                self._give_up("This stopped because of an error, which the server’s log describes.", error)
                return
            self._submit()

    def _give_up(self, reason: str, error: BaseException) -> None:
        log.error("%s", reason, exc_info=error)
        self.error = reason
