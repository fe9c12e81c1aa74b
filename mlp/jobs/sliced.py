"""Computations other than training, carried out in slices on an engine, with progress, stop and readable errors."""

import time
from collections.abc import Hashable, Iterator
from typing import Protocol, Self, TypeVar

from mlp.jobs.slices import SLICE_S
from mlp.jobs.task import Task
from mlp.jobs.workers.engine import Engine


class Computation(Protocol):
    """The whole state of a computation; a worker receives it and returns it further advanced."""

    @property
    def progress(self) -> float:
        """Fraction that is done, 0 to 1; at 1 it is finished."""
        ...

    def remaining(self) -> "Iterator[Self]":
        """Yield the state after each further step, without changing this one; each may hold the arrays of the last."""
        ...


W = TypeVar("W", bound=Computation)


def advanced(work: W, seconds: float) -> W:
    """Return the work after about ``seconds`` more; it takes at least one step, if any is left."""
    until = time.perf_counter() + seconds
    for further in work.remaining():
        work = further
        if time.perf_counter() >= until:
            break
    return work


class Sliced(Task[W]):
    """Work that continues until it is done or stopped; ``work``, as it is now, may be read at any time, not changed."""

    def __init__(self, work: W, engine: Engine, owner: Hashable = None) -> None:
        super().__init__(engine, owner)
        self.work = work
        self.begun = time.monotonic()
        self._stopped = False
        with self._changes():
            self._continue()

    @property
    def running(self) -> bool:
        """Whether it will continue."""
        with self._lock:  # also between two slices
            return self._future is not None

    def stop(self) -> None:
        """Stop at the end of the current slice."""
        with self._changes():
            self._stopped = True
            if self._future is not None:
                self._future.cancel()

    def _continue(self) -> None:
        if not self._stopped and self.error is None and self.work.progress < 1:
            self._send(advanced, self.work, SLICE_S)

    def _take(self, answer: W) -> None:
        self.work = answer
