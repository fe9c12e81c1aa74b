"""Where slices run: processes on this machine, or a cluster if one is named."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from loky import ProcessPoolExecutor

# One BLAS thread a worker: slices are small and many, and threads that wait for each other on a busy machine cost
# up to twenty times the work itself.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
WORKER_ENVIRONMENT = dict.fromkeys(BLAS_THREADS, "1")
IDLE_S = 300.0

Lost = BrokenProcessPool
"""What a future raises when the process that worked on it died; loky's own errors are of this kind."""


class Engine:
    """Runs functions in worker processes, and replaces the workers when one dies.

    Parameters
    ----------
    new_executor : callable, optional
        Makes the executor underneath, at the first use and again when it is broken; `chosen_workers` if not given.
    """

    def __init__(self, new_executor: Callable[[], Executor] | None = None) -> None:
        self._new_executor = new_executor or chosen_workers
        self._executor: Executor | None = None
        self._lock = threading.Lock()

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; the future raises `Lost` if the worker dies.

        Must not be called from a callback of a future that raised `Lost`: the thread that runs it belongs to the
        executor that is about to be replaced.
        """
        with self._lock:
            if self._executor is None:
                self._executor = self._new_executor()
            try:
                return self._executor.submit(function, *args, **kwargs)
            except (BrokenProcessPool, RuntimeError):  # broken, or shut down by somebody else
                self._executor.shutdown(wait=False)
                self._executor = self._new_executor()
                return self._executor.submit(function, *args, **kwargs)

    def close(self) -> None:
        """End the workers; slices that still run are lost."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(**({"kill_workers": True} if _is_loky(self._executor) else {}))
                self._executor = None


def chosen_workers() -> Executor:
    """Connect to the Dask scheduler that MLP_SCHEDULER names, else make processes on this machine."""
    scheduler = os.environ.get("MLP_SCHEDULER")
    if not scheduler:
        return local_processes()
    from mlp.training.cluster import Cluster  # needs a package that nothing else does

    return Cluster(scheduler)


def local_processes(max_workers: int | None = None) -> Executor:
    """Make a pool of loky processes, one per core unless told otherwise.

    loky, because the standard pools begin by importing the main script again, which here is the page.
    """
    workers = max_workers or int(os.environ.get("MLP_WORKERS", "0")) or os.cpu_count() or 1
    return ProcessPoolExecutor(max_workers=workers, timeout=IDLE_S, env=WORKER_ENVIRONMENT)


def _is_loky(executor: Executor) -> bool:
    return isinstance(executor, ProcessPoolExecutor)
