"""Send slices to the workers of a Dask cluster, by a thread that alone waits for the network."""

import asyncio
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeVar

from mlp.jobs.workers.call import Call, Ending, Hung, WorkerFailure
from mlp.jobs.workers.turns import Turns
from mlp.jobs.workers.workers import HUNG_S

ANSWER_S = 10.0
POLL_S = 0.5  # between two polls of the machines, and before a lost scheduler is tried again
CLOSE_S = 2.0
WARN_ABOVE = "1 GB"  # Dask warns of arguments above 10 MB; a large run with its optimizer is more, at every slice

WAITS = "This training waits for the other machines, and goes on by itself when they are back."

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Machine(NamedTuple):
    """A worker of the cluster: its threads, and when we learned of its newest heartbeat."""

    n_threads: int
    last_seen: float  # by the scheduler's clock: only its changes say anything here
    heard: float  # by our clock


class Cluster(Executor):
    """The workers of a Dask scheduler, as an executor whose methods and properties never wait for the network.

    Turns go by owner, then first come first served. While the scheduler or all of its workers are gone, calls wait. A
    call that takes too long is sent anew, and its late answer is dropped.

    Futures are settled by the thread that talks to the cluster: their callbacks must not wait for another call.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://host:8786``.
    answer_s : float
        A scheduler or worker that has said nothing for so many seconds counts as gone.
    hung_s : float
        A call that has been out for so many seconds is sent anew. If its worker is alive, its future raises `Hung`
        instead, as it may be the call that hangs it.

    Raises
    ------
    RuntimeError
        If the address is none, or the package ``distributed`` is missing.
    """

    def __init__(self, address: str, *, answer_s: float = ANSWER_S, hung_s: float = HUNG_S) -> None:
        if find_spec("distributed") is None:
            raise RuntimeError(
                'MLP_SCHEDULER names a Dask scheduler, which needs one package more: pip install "distributed>=2025.1"'
            )
        if not re.fullmatch(r"(\w+://)?[^/\s]+:\d+", address):
            raise RuntimeError(
                f"MLP_SCHEDULER must be the address of a Dask scheduler: tcp://host:8786, got {address!r}"
            )
        self._address = address
        self._answer_s = answer_s
        self._hung_s = hung_s
        self.width = 1  # how many calls the machines can work on at a time, as of the last look
        self.trouble: str | None = WAITS
        # What follows belongs to the thread.
        self._client: Any = None  # a distributed.Client, while it is connected
        self._machines: dict[str, Machine] = {}
        self._suspects: dict[str, float] = {}  # alive, but a call hung there; until when others are preferred
        self._turns: Turns[Call] = Turns()
        self._out: dict[Call, asyncio.Task[None]] = {}
        self._closed = False
        self._lock = threading.Lock()  # between what is submitted and the end
        self._loop = asyncio.new_event_loop()
        self._serving = self._loop.create_task(self._serve())
        self._thread = threading.Thread(target=self._run, name="cluster", daemon=True)
        self._thread.start()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call of nobody in particular, as `submit_for` does."""
        return self.submit_for(None, function, *args, **kwargs)

    def submit_for(self, owner: Hashable, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; its future can be cancelled until it is done.

        It raises `WorkerFailure` if workers died or hung of it.

        Raises
        ------
        Ending
            After `shutdown`.
        """
        call = Call(owner, function, args, kwargs)
        with self._lock:
            if self._closed:
                raise Ending("the cluster was left")
            self._loop.call_soon_threadsafe(self._queue, call)
        call.when_cancelled(partial(self._later, self._forget))
        return call.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on; what waits or is worked on for us is cancelled."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._loop.call_soon_threadsafe(self._serving.cancel)
        if wait and threading.current_thread() is not self._thread:
            self._thread.join(2 * CLOSE_S)

    def _run(self) -> None:
        async def serve() -> None:
            with suppress(asyncio.CancelledError):
                await self._serving

        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve())

    def _later(self, function: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the thread has ended
            self._loop.call_soon_threadsafe(function, *args)

    # From here on all is done by the thread.

    async def _serve(self) -> None:
        """Stay connected until cancelled; after an error, connect anew."""
        told = False
        try:
            while True:
                try:
                    async with self._connected() as self._client:
                        while True:
                            await self._look()
                            told = False
                            await asyncio.sleep(POLL_S)
                except Exception as error:  # of any kind: the connection is lost, but no run
                    if not told:
                        log.warning(
                            "runs wait for the scheduler at %s: %s: %s", self._address, type(error).__name__, error
                        )
                    told = True
                self._rest()
                await asyncio.sleep(POLL_S)
        finally:
            self._rest()
            for call in self._turns.waiting():
                call.future.cancel()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        import dask  # these take a second, which nobody but this thread should wait for
        import distributed

        # Its tracebacks, and what it says of connections that were given up, whenever Python lets go of them: our own
        # log says it in a line.
        for name in ("distributed.client", "distributed.comm.tcp"):
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

    async def _look(self) -> None:
        """Find out which machines are there, and send them calls."""
        if self._client.status != "running":
            raise ConnectionError(f"the connection is {self._client.status}")
        workers = (await self._in_time(self._client.scheduler.identity()))["workers"]
        now = time.monotonic()
        before, self._machines = self._machines, {}
        for address, worker in workers.items():
            machine = before.get(address)
            if machine is None or machine.last_seen != worker["last_seen"]:
                machine = Machine(worker["nthreads"], worker["last_seen"], now)
            self._machines[address] = machine
        awake = self._awake()
        self.width = max(1, sum(self._machines[address].n_threads for address in awake))
        self.trouble = None if awake else WAITS
        self._dispatch()

    def _awake(self) -> list[str]:
        before = time.monotonic() - self._answer_s
        return [address for address, machine in self._machines.items() if machine.heard >= before]

    def _rest(self) -> None:
        """Take back all calls that are out, to be sent again when a scheduler answers."""
        self.trouble = WAITS
        self._client = None
        self._machines = {}
        for call, work in reversed(list(self._out.items())):
            work.cancel()
            self._put_back(call)

    def _queue(self, call: Call) -> None:
        if not call.future.cancelled():
            self._turns.put(call.owner, call)
            self._dispatch()

    def _forget(self, call: Call) -> None:
        """Let go of a call that was cancelled, wherever it is."""
        self._turns.discard(call.owner, call)
        if call in self._out:
            self._out.pop(call).cancel()
            self._turns.ended(call.owner)
            self._dispatch()

    def _put_back(self, call: Call) -> None:
        """Put a call back as the next one, for the next poll: what fails at once must not be sent again at once."""
        del self._out[call]
        self._turns.put_back(call.owner, call)

    def _dispatch(self, *, most_out: int | None = None) -> None:
        """Send waiting calls, one a thread: a call that waits here has no time limit yet, and can be cancelled."""
        awake = self._awake()
        n_threads = sum(machine.n_threads for machine in self._machines.values())
        while self._client is not None and awake and len(self._out) < n_threads:
            turn = self._turns.take(most_out=most_out)
            if turn is None:
                return
            call = turn[1]
            self._out[call] = asyncio.create_task(self._work_on(self._client, call, awake))

    async def _work_on(self, client: Any, call: Call, awake: list[str]) -> None:
        now = time.monotonic()
        fit = [address for address in awake if self._suspects.get(address, now) <= now] or awake
        where = {"workers": fit, "allow_other_workers": True} if len(fit) < len(self._machines) else {}
        try:
            task = client.submit(call.function, *call.args, pure=False, **where, **call.kwargs)
        except Exception as error:  # the call cannot be pickled, unless the connection failed
            if client.status == "running":
                self._settle(call, error=error)
            else:
                self._put_back(call)
            return
        answer = asyncio.ensure_future(task.result())
        try:
            await asyncio.wait({answer}, timeout=self._hung_s)
            if not answer.done():
                await self._too_old(client, call, task.key)
            elif not answer.cancelled() and answer.exception() is None:
                self._settle(call, answer.result())
            elif task.status == "error":  # raised by the call itself, not on the way back
                self._settle(call, error=_as_told(answer.exception()))
            else:
                self._put_back(call)
        finally:
            answer.cancel()
            task.release()  # the scheduler drops a call that nobody waits for any more

    async def _too_old(self, client: Any, call: Call, key: str) -> None:
        """Send a call again that is out for too long, or tell its owner if its worker is alive."""
        try:
            processing = await self._in_time(client.processing())
        except Exception:  # the next poll will find out why
            self._put_back(call)
            return
        culprits = [address for address in self._awake() if key in processing.get(address, ())]
        self._suspects |= dict.fromkeys(culprits, time.monotonic() + 10 * self._hung_s)
        if culprits:
            self._settle(call, error=Hung(f"it was out for {self._hung_s:g} s, at {culprits[0]}"))
        else:
            log.warning("a slice that had no answer for %g s is sent again", self._hung_s)
            self._put_back(call)

    def _settle(self, call: Call, result: Any = None, *, error: BaseException | None = None) -> None:
        """Settle the call's future; first send calls of owners who have none out, as its owner may submit more then."""
        del self._out[call]
        self._turns.ended(call.owner)
        self._dispatch(most_out=0)
        if error is not None:
            call.fail(error)
        else:
            call.succeed(result)
        self._loop.call_soon(self._dispatch)


def _as_told(error: BaseException | None) -> BaseException | None:
    """Give the error of a call; that workers died of it becomes a `WorkerFailure`, as of any executor."""
    return WorkerFailure(str(error)) if type(error).__name__ == "KilledWorker" else error
