"""Many machines: slices sent to a Dask cluster. Imported only where MLP_SCHEDULER names one."""

import math
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from importlib import import_module
from typing import Any

from mlp.training.workers import Lost

try:
    import dask
    import distributed
    from distributed.comm import CommClosedError
except ImportError as missing:
    raise RuntimeError(
        'MLP_SCHEDULER names a Dask scheduler, which needs one package more: pip install "distributed>=2025.1"'
    ) from missing

CONNECT_S = 4.0
COUNT_S = 10.0
WARN_ABOVE = "1 GB"  # Dask warns of arguments above 10 MB; a large run with its optimizer is more, at every slice


class Cluster(Executor):
    """The workers of a Dask scheduler, as an executor.

    Dask has one of its own, ``Client.get_executor()``. It runs the callbacks of its futures in the thread that talks
    to the scheduler: a callback that waits, for a lock or for a new connection, would wait for itself.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    RuntimeError
        If the address is none, if nobody answers there within 4 seconds, or who does has no Inkling.
    """

    def __init__(self, address: str) -> None:
        dask.config.set({"distributed.admin.large-graph-warning-threshold": WARN_ABOVE})
        self._width, self._counted = 1, -math.inf
        try:
            self._client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False, name="inkling")
        except (OSError, ValueError, TypeError) as error:  # a TimeoutError is an OSError
            raise RuntimeError(
                f"MLP_SCHEDULER is {address!r}, and no Dask scheduler answers there (expected: tcp://host:8786)"
            ) from error
        try:
            self._client.run_on_scheduler(import_module, "mlp")
        except ImportError as error:
            self._client.close(timeout=CONNECT_S)
            raise RuntimeError(
                f"the Dask scheduler at {address} cannot import mlp: it and its workers must be started in Inkling's "
                "folder, with PYTHONPATH=."
            ) from error

    @property
    def width(self) -> int:
        """How many calls the workers can work on at a time, as counted within the last ten seconds."""
        if time.monotonic() - self._counted > COUNT_S:
            self._counted = time.monotonic()
            self._width = sum(self._client.nthreads().values())
        return self._width

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call on any worker; the future raises `Lost` if workers died of it, or the scheduler is gone."""
        if self._client.status != "running":
            raise RuntimeError(f"the connection to the Dask scheduler is {self._client.status}")
        task = self._client.submit(function, *args, pure=False, **kwargs)
        future: Future[Any] = Future()
        future.add_done_callback(lambda done: task.cancel() if done.cancelled() else None)
        task.add_done_callback(lambda done: _deliver(done, future))  # in a thread that Dask keeps for this
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on; what it still works on for us is dropped."""
        self._client.close(timeout=CONNECT_S)


def _deliver(task: "distributed.Future", future: Future[Any]) -> None:
    """Pass the outcome of a task on, telling a dead worker or a broken connection from an error in the call."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(task.result())
    except (distributed.scheduler.KilledWorker, CommClosedError, CancelledError) as error:
        future.set_exception(Lost(f"{type(error).__name__}: {error}"))
    except Exception as error:
        future.set_exception(error)
