"""Where slices run: processes on this machine, or a cluster if one is named."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from mlp.training.workers import Workers


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

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; the future raises `mlp.training.workers.Lost` if the process that works on it dies."""
        with self._lock:
            if self._executor is None:
                self._executor = self._new_executor()
            try:
                future = self._executor.submit(function, *args, **kwargs)
            except RuntimeError:  # broken, or shut down by somebody else
                self._executor.shutdown(wait=False)
                self._executor = self._new_executor()
                future = self._executor.submit(function, *args, **kwargs)
        self._calls.add(future)
        future.add_done_callback(self._calls.discard)
        return future

    def load(self) -> tuple[int, int]:
        """Tell how many calls wait or are being worked on, and how many can be worked on at a time."""
        return len(self._calls), max(1, getattr(self._executor, "width", 0) or os.cpu_count() or 1)

    def close(self) -> None:
        """Let the executor go, with what still waits in it."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(cancel_futures=True)
                self._executor = None


def chosen_workers() -> Executor:
    """Connect to the Dask scheduler that MLP_SCHEDULER names, else make processes on this machine."""
    scheduler = os.environ.get("MLP_SCHEDULER")
    if not scheduler:
        return Workers()
    from mlp.training.cluster import Cluster  # needs a package that nothing else does

    return Cluster(scheduler)
