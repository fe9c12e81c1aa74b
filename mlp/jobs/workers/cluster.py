"""Workers of a Dask cluster; only their own thread waits for the network."""

import asyncio
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeVar

from mlp.jobs.workers.call import HUNG_S, Ending, Hung, NotStarted, WorkerFailure

ANSWER_S = 10.0
POLL_S = 0.5  # between polls of the machines, and before each attempt to reconnect to the scheduler
CLOSE_S = 2.0
WARN_ABOVE = "1 GB"  # Dask warns of arguments above 10 MB, which each slice of a large run exceeds

WAITS = "This training waits for the other machines, and continues by itself when they are back."

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Machine(NamedTuple):
    """A worker of the cluster: its threads, and the time of its newest heartbeat."""

    n_threads: int
    last_seen: float  # by the scheduler's clock, so only its changes mean anything here
    arrived_at: float  # by this machine's clock


class Cluster:
    """The workers of a Dask scheduler; only `close` waits for the network.

    Dask resends a call whose worker died. A call fails with `NotStarted` when the scheduler or all workers are gone or
    do not respond, and its caller then waits until they are back.

    Parameters
    ----------
    address : str
        The scheduler's address, such as ``tcp://host:8786``.
    answer_s : float
        Seconds of silence after which a scheduler or worker counts as gone.
    hung_s : float
        Seconds after which a call fails: with `Hung` if its worker is alive, which is then restarted, as the call may
        have blocked it.

    Attributes
    ----------
    trouble : str or None
        Why no call can be carried out, as text for visitors.
    n_threads : int
        Calls that the machines can carry out at a time, as of the last poll; at least 1.

    Raises
    ------
    RuntimeError
        If the address is invalid, or the package ``distributed`` is missing.
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
        self.trouble: str | None = WAITS
        self.n_threads = 1
        # Only the thread uses the following.
        self._client: Any = None  # a distributed.Client, while connected
        self._machines: dict[str, Machine] = {}
        self._loop = asyncio.new_event_loop()
        self._disconnected = asyncio.Event()
        self._serving = self._loop.create_task(self._serve())
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def new_worker(self) -> "ClusterWorker":
        """Return a worker for one call at a time; Dask chooses its machine.

        Raises
        ------
        NotStarted
            If no machine can carry out a call at the moment.
        """
        if self.trouble is not None:
            raise NotStarted(f"no answer from the machines of {self._address}")
        return ClusterWorker(self._submit)

    def close(self) -> None:
        """Leave the cluster, which keeps running; calls in progress are canceled."""
        with suppress(RuntimeError):  # the thread has ended
            self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(2 * CLOSE_S)

    def _submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        work = self._work_on(function, args, kwargs)
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError as error:
            work.close()
            raise Ending("the cluster was left") from error

    def _run(self) -> None:
        async def serve() -> None:
            with suppress(asyncio.CancelledError):
                await self._serving

        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve())

    # Only the thread runs the following.

    async def _serve(self) -> None:
        """Stay connected until canceled; reconnect after errors.

        Dask 2026.8's own client closes for good after its timeout. With a timeout that never ends, its pauses double
        without limit: after an outage of 100 s, of four such clients three came back 12, 50 and 76 s late, and one not
        within 200 s.
        """
        reported = False
        while True:
            try:
                async with self._connected() as self._client:
                    while True:
                        await self._poll()
                        reported = False
                        await asyncio.sleep(POLL_S)
            except Exception as error:  # of any kind: it costs the connection, but no run
                if not reported:
                    log.warning("runs wait for the scheduler at %s: %s: %s", self._address, type(error).__name__, error)
                reported = True
            self._set_machines({})
            self._client = None
            await asyncio.sleep(POLL_S)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        import dask  # importing these takes a second, which only this thread should wait for
        import distributed

        # Without Dask's own tracebacks and messages about lost connections: one line in our log reports them.
        for name in ("distributed", "distributed.client"):  # the second has its own level
            logging.getLogger(name).setLevel(logging.CRITICAL)
        dask.config.set({"distributed.admin.large-graph-warning-threshold": WARN_ABOVE})
        client = distributed.Client(
            self._address, asynchronous=True, timeout=self._answer_s, set_as_default=False, name="inkling"
        )
        try:
            await self._in_time(client)
            try:
                await self._in_time(client.run_on_scheduler(import_module, "mlp"))
            except ImportError as error:
                raise RuntimeError(
                    "it cannot import mlp: it and its workers must be started in Inkling's folder, with PYTHONPATH=."
                ) from error
            yield client
        finally:
            with suppress(Exception):
                await asyncio.wait_for(client.close(), CLOSE_S)

    async def _in_time(self, answer: Awaitable[Answer]) -> Answer:
        return await asyncio.wait_for(answer, self._answer_s)

    async def _poll(self) -> None:
        """Update the list of machines."""
        if self._client.status != "running":
            raise ConnectionError(f"the connection is {self._client.status}")
        workers = (await self._in_time(self._client.scheduler.identity()))["workers"]
        now = time.monotonic()
        machines = {}
        for address, worker in workers.items():
            machine = self._machines.get(address)
            if machine is None or machine.last_seen != worker["last_seen"]:
                machine = Machine(worker["nthreads"], worker["last_seen"], now)
            machines[address] = machine
        self._set_machines(machines)

    def _set_machines(self, machines: dict[str, Machine]) -> None:
        """Set the list of machines; without a responsive one, all calls in progress fail."""
        self._machines = machines
        awake = self._responsive()
        self.n_threads = max(1, sum(machines[address].n_threads for address in awake))
        self.trouble = None if awake else WAITS
        if self.trouble is not None:
            self._disconnected.set()
            self._disconnected = asyncio.Event()

    def _responsive(self) -> list[str]:
        before = time.monotonic() - self._answer_s
        return [address for address, machine in self._machines.items() if machine.arrived_at >= before]

    async def _work_on(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        client, awake = self._client, self._responsive()
        if client is None or not awake:
            raise NotStarted("no machine responds")
        where = {"workers": awake, "allow_other_workers": True} if len(awake) < len(self._machines) else {}
        try:
            task = client.submit(function, *args, pure=False, **where, **kwargs)
        except Exception as error:  # the call cannot be pickled, unless the connection failed
            if client.status == "running":
                raise
            raise NotStarted("the connection to the scheduler was lost") from error
        answer = asyncio.ensure_future(task.result())
        disconnected = asyncio.ensure_future(self._disconnected.wait())
        try:
            await asyncio.wait({answer, disconnected}, timeout=self._hung_s, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise NotStarted("no machine answers") if disconnected.done() else await self._overdue(client, task.key)
            if task.status == "error":  # raised by the call itself, not on the way back
                raised = answer.exception()
                raise WorkerFailure(str(raised)) if type(raised).__name__ == "KilledWorker" else raised
            if answer.cancelled() or answer.exception() is not None:
                raise NotStarted("the connection to the scheduler was lost")
            return answer.result()
        finally:
            answer.cancel()
            disconnected.cancel()
            task.release()  # lets the scheduler drop a call whose result is no longer needed

    async def _overdue(self, client: Any, key: str) -> WorkerFailure:
        """Return the error of an overdue call, and restart its worker if that is alive."""
        try:
            processing = await self._in_time(client.processing())
        except Exception:  # the next poll will report the cause
            return NotStarted("the scheduler does not answer")
        culprits = [address for address in self._responsive() if key in processing.get(address, ())]
        if not culprits:
            log.warning("a slice that had no answer for %g s is sent again", self._hung_s)
            return NotStarted("its machine does not answer")
        with suppress(Exception):  # a worker without a nanny cannot be restarted
            await self._in_time(client.restart_workers(culprits, timeout=self._answer_s, raise_for_error=False))
        return Hung(f"it took more than {self._hung_s:g} s, at {culprits[0]}")


class ClusterWorker:
    """A worker of a cluster, as an engine uses it; Dask chooses the machine for each call."""

    ended = False
    worked_s = 0.0  # not known

    def __init__(self, submit: Callable[..., Future[Any]]) -> None:
        self._submit = submit

    def carry_out(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call, or raise its error; `WorkerFailure` if the cluster loses it."""
        try:
            return self._submit(function, *args, **kwargs).result()
        except CancelledError as error:
            raise WorkerFailure("the cluster was left") from error

    def kill(self) -> None:
        """Do nothing: the machine belongs to Dask."""

    def close(self) -> None:
        """Do nothing, likewise."""
