"""Workers of a Dask cluster: bytes go there, and bytes come back."""

import logging
import pickle
import re
import threading
import time
from asyncio import CancelledError
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from mlp.jobs.workers.call import HUNG_S, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.worker import carried_out
from mlp.language import Later

ANSWER_S = 10.0
POLL_S = 0.5  # between polls of the machines, and before each attempt to reconnect to the scheduler
CLOSE_S = 2.0
WARN_ABOVE = "1 GB"  # Dask warns of arguments above 10 MB, which each slice of a large run exceeds
VERSIONS = ("python", "dask", "distributed", "numpy")
"""Packages whose versions must be equal everywhere, as Dask names them."""

WAITS = Later("This training waits for the other machines, and continues by itself when they are back.")

Versions = dict[str, str]
log = logging.getLogger(__name__)


class Cluster:
    """The workers of a Dask scheduler, used by an engine as one worker that carries out several calls at a time.

    Dask chooses the machine for each call, and resends a call whose worker died. A call's own error comes back as a
    value. So whatever Dask raises is a fault of the cluster: the call fails with `NotStarted`, and is sent again.

    The scheduler's ``address`` is such as ``tcp://host:8786``. A scheduler or worker that is silent for ``answer_s``
    counts as gone. After ``hung_s`` a call fails with `Hung`, and its worker is restarted, as the call may have blocked
    it. Raises a RuntimeError if the address is invalid, or the package ``distributed`` is missing.
    """

    def __init__(self, address: str, *, answer_s: float = ANSWER_S, hung_s: float = HUNG_S) -> None:
        if find_spec("distributed") is None:
            raise RuntimeError(
                'MLP_SCHEDULER names a Dask scheduler, which needs another package: pip install "distributed>=2025.1"'
            )
        if not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", address):
            raise RuntimeError(
                f"MLP_SCHEDULER must be the address of a Dask scheduler: tcp://host:8786, got {address!r}"
            )
        self._address = address
        self._answer_s = answer_s
        self._hung_s = hung_s
        self._client: Any = None  # a distributed.Client, while connected
        self._awake: dict[str, int] = {}  # workers that respond, and how many calls each carries out at a time
        self._left_out: set[str] = set()  # the other workers
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="cluster", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why no call can be carried out, as text for visitors."""
        return None if self._awake else WAITS

    @property
    def n_threads(self) -> int:
        """Calls that the machines can carry out at a time, as of the last poll; at least 1."""
        return max(1, sum(self._awake.values()))

    def as_worker(self) -> "Cluster":
        """Return this cluster, as a worker; raises `NotStarted` if no machine can carry out a call at the moment."""
        if not self._awake:
            raise NotStarted(f"no answer from the machines of {self._address}")
        return self

    def carry_out(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call, or raise its error; `WorkerFailure` if the cluster loses it."""
        message = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        try:
            answer = self._answer(message)
        except WorkerFailure:
            raise
        except (Exception, CancelledError) as error:
            if type(error).__name__ == "KilledWorker":
                raise WorkerFailure(str(error)) from error
            if not self._closed.is_set():
                log.warning("a slice is sent again: %s: %s", type(error).__name__, str(error).partition("\n")[0])
            raise NotStarted("the cluster lost it") from error
        result, own_error = pickle.loads(answer)  # noqa: S301 - of a machine that the operator has chosen
        if own_error is not None:
            raise own_error
        return result

    def leave(self) -> None:
        """Leave the machines, which keep running; calls in progress fail."""
        self._closed.set()
        self._thread.join(2 * CLOSE_S)

    def _answer(self, message: bytes) -> bytes:
        """Send a message to a machine that responds, and return its answer."""
        client, awake = self._client, self._awake
        if not awake:
            raise NotStarted("no machine responds")
        only = list(awake) if self._left_out else None  # without a list, Dask spreads calls better
        task = client.submit(carried_out, message, pure=False, workers=only)
        until = time.monotonic() + self._hung_s
        done = threading.Event()
        task.add_done_callback(lambda _task: done.set())
        try:
            while not done.wait(POLL_S):
                if not self._awake:
                    raise NotStarted("no machine responds any more")
                if time.monotonic() >= until:
                    raise self._overdue(client, task.key)
            if task.status not in ("finished", "error"):
                raise NotStarted("the connection to the scheduler was lost")
            return task.result(self._hung_s)
        finally:
            task.release()  # lets the scheduler drop a call whose result is no longer needed

    def _overdue(self, client: Any, key: str) -> WorkerFailure:
        """Restart the worker of an overdue call, and return the call's error."""
        culprits = [address for address, keys in client.processing().items() if key in keys]
        with suppress(Exception):  # a worker without a nanny cannot be restarted
            client.restart_workers(culprits, timeout=self._answer_s, raise_for_error=False)
        return Hung(f"it took more than {self._hung_s:g} s, at {', '.join(culprits) or 'no worker'}")

    # Only the thread runs the following.

    def _serve(self) -> None:
        """Stay connected until closed, after each failure with a new client.

        Dask 2026.8's own client closes for good after its timeout. With a timeout that never ends, its pauses double
        without limit: after an outage of 100 s, of four such clients three came back 12, 50 and 76 s late, and one not
        within 200 s.
        """
        import dask  # importing these takes a second, which only this thread should wait for
        import distributed
        from distributed.utils import LoopRunner

        # Without Dask's own tracebacks and messages about lost connections: one line in our log reports them.
        for name in ("distributed", "distributed.client"):  # the second has its own level
            logging.getLogger(name).setLevel(logging.CRITICAL)
        dask.config.set({"distributed.admin.large-graph-warning-threshold": WARN_ABOVE})
        network = LoopRunner()  # one thread for all clients, as one that cannot connect would leave its own behind
        network.start()
        reported = False
        while not self._closed.is_set():
            client: Any = None
            try:
                client = distributed.Client(
                    self._address, loop=network.loop, timeout=self._answer_s, set_as_default=False, name="inkling"
                )
                while not self._closed.is_set():
                    self._poll(client)
                    reported = False
                    self._closed.wait(POLL_S)
            except Exception as error:  # of any kind: it costs the connection, but no run
                if not reported:
                    log.warning("runs wait for the scheduler at %s: %s: %s", self._address, type(error).__name__, error)
                reported = True
            self._awake = {}
            with suppress(Exception):
                client.close(CLOSE_S)
            self._closed.wait(POLL_S)
        network.stop()

    def _poll(self, client: Any) -> None:
        """Update the machines that respond."""
        if client.status != "running":
            raise ConnectionError(f"the connection is {client.status}")
        try:
            scheduler, machines = client.run_on_scheduler(scheduler_state, callback_timeout=self._answer_s)
        except ImportError as error:
            raise RuntimeError(
                "it cannot import mlp: it and its workers must be started in Inkling's folder, with PYTHONPATH=."
            ) from error
        if difference := mismatch(scheduler):
            raise RuntimeError(difference)
        awake = {}
        for address, (n_threads, silent_s, versions) in machines.items():
            if difference := mismatch(versions):
                if address not in self._left_out:
                    log.warning("the worker at %s gets no slices: %s", address, difference)
            elif silent_s < self._answer_s:
                awake[address] = n_threads
        self._left_out, self._client, self._awake = machines.keys() - awake.keys(), client, awake


def scheduler_state(dask_scheduler: Any) -> tuple[Versions, dict[str, tuple[int, float, Versions]]]:
    """Return a scheduler's versions, and its workers by address: threads, seconds since a heartbeat, and versions."""
    from distributed.versions import get_versions

    now = time.time()  # the clock of heartbeats
    return get_versions()["packages"], {
        worker.address: (worker.nthreads, now - worker.last_seen, worker.versions.get("packages", {}))
        for worker in dask_scheduler.workers.values()
    }


def mismatch(theirs: Versions) -> str:
    """Return how versions differ from those of this process, as a sentence; empty if they do not."""
    from distributed.versions import get_versions

    ours = get_versions()["packages"]
    differ = [name for name in VERSIONS if theirs.get(name) != ours[name]]
    if not differ:
        return ""
    difference = ", ".join(f"{name} {theirs.get(name)} instead of {ours[name]}" for name in differ)
    return f"it has {difference}; all machines need the versions of the page's server"
