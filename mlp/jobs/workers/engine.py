"""An engine that carries out calls in worker processes, one call per process, with fair turns for owners.

Dask alone, or loky, could stand in its place. Both were built, and compared with it on two cores:

- Dask, with a scheduler that the page starts, took half the code, and survived every fault with the same weights. But
  it trained 8 to 18 % less per CPU second, took 60 ms for *One step* instead of 35, and 150 MB more. Any program of the
  machine could command its port, and workers of another version let calls wait forever.
- loky repeats every slice in progress if one worker dies, sets no limit to a call that hangs, and leaves its workers
  behind if the page's server is killed.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from mlp.jobs.workers.call import HUNG_S, Call, Ending, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.cluster import Cluster
from mlp.jobs.workers.turns import Turns
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.language import Later
from mlp.machine import usable_cores, worker_count

FIRST_PAUSE_S = 0.1  # before retrying a failed start of a worker; doubled after each failure
LAST_PAUSE_S = 5.0
IDLE_S = 300.0
WATCH_S = 1.0
CLOSE_S = 5.0  # until killed workers have ended

NO_WORKER = Later("The server has no room for this training at the moment. It waits, and continues by itself.")

log = logging.getLogger(__name__)


@dataclass(eq=False)
class WorkerSlot:
    """A place for one call at a time, with a thread; its worker starts when needed and is replaced when lost.

    Calls for a cluster need no worker of this machine.
    """

    thread: threading.Thread | None = None
    worker: WorkerProcess | None = None
    call: Call | None = None
    since: float = 0.0
    """When the call began."""
    proven: bool = False
    """Whether the worker has completed a call."""
    hung: bool = False
    """Whether the worker was killed, as the call took too long."""


class Engine:
    """A queue of calls for worker processes of this machine or a cluster; an owner's calls keep their order.

    Each slot has a thread, which takes one call at a time and carries it out with the slot's worker. So a worker that
    dies or hangs costs only that call: its future raises `WorkerFailure`, and the worker is replaced. If no worker can
    be started, calls wait, and the engine retries with growing pauses.

    ``new_worker`` starts a worker of this machine, by default a `WorkerProcess`. ``width`` calls are carried out at a
    time, by default `worker_count`. A worker that spends more than ``limit_s`` on one call, not counting waits for a
    turn and for a core, is killed and replaced; one without a call for ``idle_s`` ends. A ``cluster`` carries out the
    calls instead of this machine. Without this and ``new_worker``, MLP_SCHEDULER may name a cluster; it is read at the
    first call.
    """

    def __init__(
        self,
        new_worker: Callable[[], WorkerProcess] | None = None,
        *,
        width: int | None = None,
        limit_s: float = HUNG_S,
        idle_s: float = IDLE_S,
        cluster: Cluster | None = None,
    ) -> None:
        self._new_worker = new_worker
        self._width = width
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._cluster = cluster
        self._slots: list[WorkerSlot] = []
        self._turns: Turns[Call] = Turns()
        self._wake = threading.Condition(threading.Lock())
        self._closed = threading.Event()
        self._pause_s = 0.0  # zero after a worker has started
        self._next_start = 0.0

    @property
    def closed(self) -> bool:
        """Whether it no longer takes calls."""
        return self._closed.is_set()

    @property
    def trouble(self) -> str | None:
        """Why all calls wait at the moment, as text for visitors; None if they do not."""
        if self._cluster is not None:
            return self._cluster.trouble
        return NO_WORKER if self._pause_s and not any(slot.worker for slot in self._slots) else None

    def submit(self, owner: Hashable, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call for its owner's turn; its future can be canceled while it waits, and is then skipped.

        The future raises `WorkerFailure` if the worker dies or hangs. The caller's thread never starts a process, as it
        may hold a lock that others need. Raises `Ending` if the engine was closed, and a RuntimeError if MLP_SCHEDULER
        is not an address, or the package ``distributed`` is missing.
        """
        call = Call(owner, function, args, kwargs)
        with self._wake:
            if self.closed:
                raise Ending("the engine was closed")
            self._choose_workers()
            self._turns.put(owner, call)
            own = next((slot for slot in self._slots if slot.thread is threading.current_thread()), None)
            if own is None or own.worker is None:  # else that slot, which settles a call now, takes the next one
                self._call_slots()
        return call.future

    def load(self) -> tuple[int, int]:
        """Return the number of queued and running calls, and how many can run at a time, as of the last poll."""
        with self._wake:
            return len(self._turns) + self._n_busy(), self._n_fit()

    def n_others(self, owner: Hashable) -> int:
        """Return the number of other owners whose calls wait or run."""
        with self._wake:
            return len(self._turns.owners() - {owner})

    def spare_threads(self) -> int:
        """Return the number of threads that a new call may use: one, and one for each idle worker slot.

        It is not revised later: a call gives up its extra threads within a few steps when others need the cores, as
        `mlp.training.threads` describes.
        """
        if self._cluster is not None or self._width is None:  # each worker of a cluster has one core
            return 1
        n_calls, n_fit = self.load()
        return max(1, min(n_fit, usable_cores()) - n_calls)

    @contextmanager
    def charged(self, owner: Hashable) -> Iterator[None]:
        """Charge this thread's work within the block to the owner's turns, as it takes cores from the workers."""
        began = time.thread_time()
        try:
            yield
        finally:
            if self._cluster is None:  # its workers are elsewhere
                with self._wake:
                    self._turns.charge(owner, time.thread_time() - began)

    def close(self) -> None:
        """End the workers for good: queued calls are canceled, and calls in progress raise `Ending`."""
        with self._wake:
            self._closed.set()
            waiting = self._turns.waiting()
            working = [slot.call for slot in self._slots if slot.call is not None]
            for slot in self._slots:
                slot.call = None
                if slot.worker is not None:
                    slot.worker.kill()
            self._wake.notify_all()
        if self._cluster is not None:
            self._cluster.leave()
        # Without the lock, as callbacks of canceled calls may submit again.
        for call in waiting:
            call.future.cancel()
        for call in working:
            with suppress(InvalidStateError):  # canceled before it began
                call.future.set_exception(Ending("the engine was closed"))
        until = time.monotonic() + CLOSE_S
        for slot in self._slots:
            if slot.thread is not None and slot.thread is not threading.current_thread():
                slot.thread.join(max(0.0, until - time.monotonic()))

    def _choose_workers(self) -> None:
        """Choose the workers at the first call. Call it with the lock held."""
        if self._width is not None or self._cluster is not None:
            return
        scheduler = os.environ.get("MLP_SCHEDULER") if self._new_worker is None else None
        if scheduler:
            self._cluster = Cluster(scheduler)
        else:
            self._width = worker_count()

    def _n_busy(self) -> int:
        return sum(slot.call is not None for slot in self._slots)

    def _n_fit(self) -> int:
        return self._cluster.n_threads if self._cluster is not None else self._width or usable_cores()

    def _call_slots(self) -> None:
        """Wake the slots for the waiting calls, if any, and add one if none is free. Call it with the lock held."""
        if not len(self._turns):
            return
        self._wake.notify_all()
        if len(self._slots) < self._n_fit() and not any(slot.call is None for slot in self._slots):
            slot = WorkerSlot()
            slot.thread = threading.Thread(target=self._serve, args=(slot,), name="workers", daemon=True)
            with suppress(RuntimeError):  # no thread can be started: the next call tries again
                if not self._slots:
                    threading.Thread(target=self._watch, name="workers' watch", daemon=True).start()
                slot.thread.start()
                self._slots.append(slot)

    def _serve(self, slot: WorkerSlot) -> None:
        """Carry out calls, until closed."""
        while (call := self._next_call(slot)) is not None:
            self._work(slot, call)
            del call  # its visitor may delete it while no other comes
        _end_worker(slot)

    def _next_call(self, slot: WorkerSlot) -> Call | None:
        """Wait for the slot's next call, and return it; None once the engine is closed."""
        idle_until = time.monotonic() + self._idle_s
        with self._wake:
            while not self.closed:
                if self._may_take(slot) and (turn := self._turns.take()) is not None:
                    slot.call, slot.since, slot.hung = turn[1], time.monotonic(), False
                    self._call_slots()  # for the other waiting calls
                    return slot.call
                now = time.monotonic()
                if now >= idle_until:
                    _end_worker(slot)
                later = [moment - now for moment in (self._next_start, idle_until) if moment > now]
                self._wake.wait(min(later, default=None))
        return None

    def _may_take(self, slot: WorkerSlot) -> bool:
        """Return whether a free slot may take a call: with a worker, or if no other has one and one may be started."""
        if self._n_busy() >= self._n_fit():
            return False
        idle_worker = any(other.call is None and other.worker is not None for other in self._slots)
        return slot.worker is not None or (not idle_worker and time.monotonic() >= self._next_start)

    def _work(self, slot: WorkerSlot, call: Call) -> None:
        """Carry out the slot's call, and settle its future, whose owner may submit another call then."""
        settle = self._carried_out(slot, call)
        with self._wake:
            if slot.call is not call:  # closed
                return
            slot.call = None
            if settle is None:
                self._turns.put_back(call.owner, call)
            else:
                worker = None if call.future.cancelled() else slot.worker
                self._turns.ended(call.owner, 0.0 if worker is None else worker.worked_s)
            if slot.worker is None:
                self._call_slots()  # another slot may have one
        if settle is not None:
            settle()

    def _carried_out(self, slot: WorkerSlot, call: Call) -> Callable[[], object] | None:
        """Carry out a call; return a function that settles its future, or None if no worker can be started for it."""
        if call.future.cancelled():  # while it waited for a worker
            return call.future.set_running_or_notify_cancel
        try:
            worker = self._worker_of(slot)
        except Exception as error:
            self._pause_starts(error)
            return None
        with self._wake:
            if slot.call is not call or not call.future.set_running_or_notify_cancel():  # closed, or canceled
                return lambda: None
        try:
            settle = partial(call.future.set_result, worker.carry_out(call.function, *call.args, **call.kwargs))
        except WorkerFailure as lost:
            _end_worker(slot)
            if slot.hung:
                return partial(call.future.set_exception, Hung(f"it had worked on one call for {self._limit_s:g} s"))
            if isinstance(lost, NotStarted):
                self._pause_starts(lost)
            return partial(call.future.set_exception, lost)
        except BaseException as error:  # of the call
            settle = partial(call.future.set_exception, error)
        if not slot.proven:
            slot.proven, self._pause_s = True, 0.0
        return settle

    def _worker_of(self, slot: WorkerSlot) -> WorkerProcess | Cluster:
        """Return the cluster, or the slot's worker, or a new one if it has none or that has ended."""
        if slot.worker is None or slot.worker.ended:
            _end_worker(slot)
            slot.proven = False
            if self._cluster is not None:
                return self._cluster.as_worker()
            slot.worker = (self._new_worker or WorkerProcess)()
            if self.closed:
                slot.worker.kill()
        return slot.worker

    def _pause_starts(self, error: BaseException) -> None:
        """Start no worker for a while after a failed start; the pauses grow until a worker completes a call."""
        with self._wake:
            if not self._pause_s and self._cluster is None:  # a cluster logs its own trouble
                cause = str(error).partition("\n")[0]
                log.warning("no worker can be started, and calls wait: %s: %s", type(error).__name__, cause)
            self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S) or FIRST_PAUSE_S
            self._next_start = time.monotonic() + self._pause_s

    def _watch(self) -> None:
        """Kill workers that spend too long on a call, and wake slots for calls that no slot has taken, until closed."""
        waited = False
        while not self._closed.wait(min(WATCH_S, self._limit_s / 10)):
            with self._wake:
                if waited:  # not for a call whose slot is about to take it
                    self._call_slots()
                waited = len(self._turns) > 0
                for slot in self._slots:
                    worker = slot.worker  # which may end meanwhile
                    if slot.call is None or worker is None:  # a cluster has its own limit
                        continue
                    over_s = time.monotonic() - slot.since - self._limit_s
                    if over_s > 0 and over_s > worker.starved_s:
                        slot.hung = True
                        worker.kill()


def _end_worker(slot: WorkerSlot) -> None:
    worker, slot.worker = slot.worker, None
    if worker is not None:
        worker.close()
