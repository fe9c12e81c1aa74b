"""Run slices in processes of this machine, or on a cluster if one is named."""

import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from typing import Any

from mlp.jobs.workers.call import Ending
from mlp.jobs.workers.cluster import Cluster
from mlp.jobs.workers.workers import Workers
from mlp.machine import usable_cores


class Engine:
    """Runs functions somewhere else, and connects anew when that place is gone.

    Parameters
    ----------
    new_executor : callable, optional
        Makes the executor underneath, at the first use and again when it is broken; `chosen_workers` if not given.
    """

    def __init__(self, new_executor: Callable[[], Executor] | None = None) -> None:
        self._new_executor = new_executor or chosen_workers
        self._executor: Executor | None = None
        self._lock = threading.Lock()
        self._calls: set[Future[Any]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it takes no calls any more."""
        return self._closed

    @property
    def trouble(self) -> str | None:
        """Why all calls wait at the moment, in words for a person; None if they do not."""
        return getattr(self._executor, "trouble", None)

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call of nobody in particular, as `submit_for` does."""
        return self.submit_for(None, function, *args, **kwargs)

    def submit_for(self, owner: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; the future raises `mlp.jobs.workers.call.WorkerFailure` if the process that works on it dies.

        Turns go by owner.

        Raises
        ------
        mlp.jobs.workers.call.Ending
            If the engine was closed.
        """
        executor = self._connected()
        try:
            future = _submit(executor, owner, function, *args, **kwargs)
        except RuntimeError:  # broken, or shut down by somebody else
            future = _submit(self._connected(broken=executor), owner, function, *args, **kwargs)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        return future

    def of(self, owner: Hashable) -> "Share":
        """Give the engine as one of its owners sees it, whose calls share their turns."""
        return Share(self, owner)

    def load(self) -> tuple[int, int]:
        """Tell how many calls wait or are being worked on, and how many can be worked on at a time, from memory."""
        return len(self._calls), max(1, getattr(self._executor, "width", 0) or usable_cores())

    def spare_threads(self) -> int:
        """How many threads a call that is submitted now may have: one, and one for each place of this machine left.

        It is told once: who has several gives them up within a few steps when others want the cores, as
        `mlp.training.threads` does.
        """
        if not isinstance(self._executor, Workers):  # of a cluster, each worker has one core
            return 1
        return max(1, min(self._executor.width, usable_cores()) - len(self._calls))

    def close(self) -> None:
        """Shut the executor down for good: calls that wait are cancelled, and later ones are refused."""
        with self._lock:
            self._closed = True
            executor, self._executor = self._executor, None
        # Without the lock, as callbacks of cancelled calls may submit again.
        for call in list(self._calls):
            call.cancel()
        if executor is not None:
            executor.shutdown(cancel_futures=True)

    def _connected(self, broken: Executor | None = None) -> Executor:
        """Give the executor, a new one if there is none or only the broken one."""
        with self._lock:
            if self._closed:
                raise Ending("the engine was closed")
            if self._executor is broken and broken is not None:
                broken.shutdown(wait=False)
                self._executor = None
            if self._executor is None:
                self._executor = self._new_executor()
            return self._executor


class Share:
    """An engine as one owner sees it: all calls are that owner's, and take turns with the calls of others."""

    def __init__(self, engine: Engine, owner: Hashable) -> None:
        self._engine = engine
        self._owner = owner

    @property
    def trouble(self) -> str | None:
        """As `Engine.trouble`."""
        return self._engine.trouble

    def spare_threads(self) -> int:
        """As `Engine.spare_threads`."""
        return self._engine.spare_threads()

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call of the owner, as `Engine.submit_for` does."""
        return self._engine.submit_for(self._owner, function, *args, **kwargs)


def _submit(
    executor: Executor, owner: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> Future[Any]:
    """Submit a call to an executor, with its owner if the executor takes turns by owner."""
    if isinstance(executor, Workers | Cluster):
        return executor.submit_for(owner, function, *args, **kwargs)
    return executor.submit(function, *args, **kwargs)


def chosen_workers() -> Executor:
    """Use the Dask scheduler that MLP_SCHEDULER names, else make processes on this machine."""
    scheduler = os.environ.get("MLP_SCHEDULER")
    return Cluster(scheduler) if scheduler else Workers()
