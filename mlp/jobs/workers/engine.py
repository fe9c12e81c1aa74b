"""An engine that carries out calls in worker processes, one call per process, with fair turns for owners."""

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from mlp.jobs.workers.call import HUNG_S, Call, Ending, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.cluster import Cluster
from mlp.jobs.workers.turns import Turns
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.machine import usable_cores, worker_count

FIRST_PAUSE_S = 0.1  # before retrying a failed start of a worker; doubled after each failure
LAST_PAUSE_S = 5.0

NO_WORKER = "The server has no room for this training at the moment. It waits, and continues by itself."

log = logging.getLogger(__name__)


@dataclass(eq=False)
class WorkerSlot:
    """A place for one call at a time; its worker starts when needed and is replaced when lost."""

    worker: Executor | None = None
    call: Call | None = None
    since: float = 0.0
    proven: bool = False
    """Whether the worker has completed a call."""


class Engine:
    """A queue of calls for worker processes of this machine or a cluster; an owner's calls keep their order.

    Each worker has one call at a time, so one that dies or hangs costs only that call: its future raises
    `WorkerFailure`, and the worker is replaced. If no worker can be started, calls wait, and the engine retries with
    growing pauses.

    Parameters
    ----------
    new_worker : callable, optional
        Starts a worker of this machine: an executor with one thread or process. Default: `WorkerProcess`.
    width : int, optional
        Number of calls to carry out at a time. Default: `worker_count`.
    limit_s : float
        A worker that spends longer on one call, not counting the wait for a turn, is killed and replaced.
    cluster : Cluster, optional
        Carries out the calls instead of this machine. Without this and ``new_worker``, MLP_SCHEDULER may name a
        cluster; it is read at the first call.
    """

    def __init__(
        self,
        new_worker: Callable[[], Executor] | None = None,
        *,
        width: int | None = None,
        limit_s: float = HUNG_S,
        cluster: Cluster | None = None,
    ) -> None:
        self._new_worker = new_worker
        self._width = width
        self._limit_s = limit_s
        self._cluster = cluster
        self._slots: list[WorkerSlot] = []
        self._turns: Turns[Call] = Turns()
        self._lost: list[tuple[WorkerSlot, Call, WorkerFailure]] = []
        self._wake = threading.Condition(threading.Lock())
        self._watched = False
        self._closed = False
        self._pause_s = 0.0  # zero after a worker has started
        self._next_start = 0.0

    @property
    def closed(self) -> bool:
        """Whether it no longer takes calls."""
        return self._closed

    @property
    def trouble(self) -> str | None:
        """Why all calls wait at the moment, as text for visitors; None if they do not."""
        if self._cluster is not None:
            return self._cluster.trouble
        return NO_WORKER if self._pause_s and not any(slot.worker for slot in self._slots) else None

    def submit(self, owner: Hashable, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call for its owner's turn; its future can be canceled while it waits.

        The future raises `WorkerFailure` if the worker dies or hangs. The caller's thread never starts a process, as it
        may hold a lock that others need.

        Raises
        ------
        Ending
            If the engine was closed.
        RuntimeError
            If MLP_SCHEDULER is not an address, or the package ``distributed`` is missing.
        """
        call = Call(owner, function, args, kwargs)
        with self._wake:
            if self._closed:
                raise Ending("the engine was closed")
            self._choose_workers()
            self._turns.put(owner, call)
            if not self._watched:
                with suppress(RuntimeError):  # no thread can be started: the next call tries again
                    threading.Thread(target=self._watch, name="workers", daemon=True).start()
                    self._watched = True
        call.when_cancelled(self._forget)
        self._dispatch(may_start=False)
        return call.future

    def load(self) -> tuple[int, int]:
        """Return the number of queued and running calls, and how many can run at a time, as of the last poll."""
        with self._wake:
            return len(self._turns) + self._n_busy(), self._n_fit()

    def spare_threads(self) -> int:
        """Return the number of threads that a new call may use: one, and one for each idle worker slot.

        It is not revised later: a call gives up its extra threads within a few steps when others need the cores, as
        `mlp.training.threads` describes.
        """
        if self._cluster is not None or self._width is None:  # each worker of a cluster has one core
            return 1
        n_calls, n_fit = self.load()
        return max(1, min(n_fit, usable_cores()) - n_calls)

    def close(self) -> None:
        """End the workers for good: queued calls are canceled, and calls in progress raise `Ending`."""
        with self._wake:
            self._closed = True
            waiting = self._turns.waiting()
            working = [slot.call for slot in self._slots if slot.call is not None]
            workers = [slot.worker for slot in self._slots if slot.worker is not None]
            for slot in self._slots:
                slot.worker = slot.call = None
            self._wake.notify()
        for worker in workers:
            worker.shutdown(cancel_futures=True)
        if self._cluster is not None:
            self._cluster.close()
        # Without the lock, as callbacks of canceled calls may submit again.
        for call in waiting:
            call.future.cancel()
        for call in working:
            call.fail(Ending("the engine was closed"))

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

    def _forget(self, call: Call) -> None:
        with self._wake:
            self._discard(call)

    def _discard(self, call: Call) -> None:
        if self._turns.discard(call.owner, call):
            call.future.set_running_or_notify_cancel()  # wakes threads that wait for its result

    def _dispatch(self, *, max_in_progress: int | None = None, may_start: bool = True) -> None:
        """Assign waiting calls to free slots. No future is settled under the lock, as its callbacks may use the engine.

        With ``max_in_progress``, only owners with at most that many calls in progress take part. Starting a worker
        takes some 70 ms; unless this thread ``may_start`` workers, another one does.
        """
        while True:
            with self._wake:
                slot = self._free_slot()
                if slot is not None and slot.worker is None and len(self._turns) and not may_start:
                    break
                turn = None if slot is None or self._closed else self._turns.take(max_in_progress=max_in_progress)
                if slot is None or turn is None:
                    return
                call = turn[1]
                slot.since, slot.call = time.monotonic(), call
            self._start(slot, call)
        with suppress(RuntimeError):  # no thread can be started: the watch dispatches within a second
            threading.Thread(target=self._dispatch, name="new-worker", daemon=True).start()

    def _free_slot(self) -> WorkerSlot | None:
        """Return a free slot, preferably with a worker; None while no slot has one and none may be started yet."""
        if self._n_busy() >= self._n_fit():
            return None
        free = [slot for slot in self._slots if slot.call is None]
        if not any(slot.worker for slot in free) and len(self._slots) < self._n_fit():
            free.append(WorkerSlot())
            self._slots += free[-1:]
        may_start = time.monotonic() >= self._next_start
        return next((slot for slot in free if slot.worker), free[0] if may_start else None)

    def _start(self, slot: WorkerSlot, call: Call) -> None:
        """Start a call, with a new worker if the slot has none."""
        try:
            working = self._work_on(slot, call)
        except Exception as error:
            self._end_worker(slot)
            if "interpreter shutdown" not in str(error):
                self._wait_for_room(slot, call, error)
            elif self._freed(slot, call):
                call.fail(Ending(str(error)))
            return
        with self._wake:
            wanted = slot.call is call and call.future.set_running_or_notify_cancel()
        if not wanted:  # canceled or closed meanwhile
            working.cancel()
        if self._closed:
            self._end_worker(slot)
        working.add_done_callback(partial(self._returned, slot, call))

    def _work_on(self, slot: WorkerSlot, call: Call) -> Future[Any]:
        if slot.worker is not None:
            try:
                return slot.worker.submit(call.function, *call.args, **call.kwargs)
            except Exception:  # its process died while idle
                self._end_worker(slot)
        slot.proven = False
        slot.worker = self._cluster.new_worker() if self._cluster else (self._new_worker or WorkerProcess)()
        return slot.worker.submit(call.function, *call.args, **call.kwargs)

    @staticmethod
    def _end_worker(slot: WorkerSlot) -> None:
        worker, slot.worker = slot.worker, None
        if worker is not None:
            worker.shutdown(wait=False, cancel_futures=True)

    def _wait_for_room(self, slot: WorkerSlot, call: Call, error: Exception) -> None:
        """Requeue a call as its owner's next one, for when a worker can be started or another is free."""
        with self._wake:
            if slot.call is not call:
                return
            slot.call = None
            self._turns.put_back(call.owner, call)
            self._pause_starts(error)
            if call.future.cancelled():
                self._discard(call)
            self._wake.notify()

    def _pause_starts(self, error: BaseException) -> None:
        """Start no worker for a while after a failed start; the pauses grow until a worker completes a call."""
        if not self._pause_s and self._cluster is None:  # a cluster logs its own trouble
            cause = str(error).partition("\n")[0]
            log.warning("no worker can be started, and calls wait: %s: %s", type(error).__name__, cause)
        self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S) or FIRST_PAUSE_S
        self._next_start = time.monotonic() + self._pause_s

    def _returned(self, slot: WorkerSlot, call: Call, done: Future[Any]) -> None:
        if not done.cancelled() and isinstance(error := done.exception(), WorkerFailure):
            # This thread belongs to the lost worker, so another one has to start the new worker.
            with self._wake:
                self._lost.append((slot, call, error))
                self._wake.notify()
        elif self._freed(slot, call):
            self._hand_over(partial(call.settle, done))

    def _hand_over(self, settle: Callable[[], None]) -> None:
        """Assign a free slot to the next call in the queue, and settle the call that it had.

        Owners without another slot go first. The future is settled before owners with another slot take part, as the
        owner of the settled call may submit another call then.
        """
        self._dispatch(max_in_progress=0)
        settle()
        self._dispatch()

    def _replace(self, slot: WorkerSlot, call: Call, error: WorkerFailure) -> None:
        """End a worker that died or hangs, and fail its call with the error."""
        worker = slot.worker
        if not self._freed(slot, call, lost=True):
            return
        if worker is not None:
            worker.shutdown(wait=False, cancel_futures=True)
        if not isinstance(error, Hung) and not getattr(worker, "has_started", True):
            error = NotStarted(str(error))
        if isinstance(error, NotStarted):
            with self._wake:
                self._pause_starts(error)
        self._hand_over(partial(call.fail, error))

    def _freed(self, slot: WorkerSlot, call: Call, *, lost: bool = False) -> bool:
        """Free the slot, without its worker if that was lost; return whether it still had this call."""
        with self._wake:
            if slot.call is not call:
                return False
            worked_s = getattr(slot.worker, "worked_s", 0.0)
            if lost:
                slot.worker = None
            elif not slot.proven:
                slot.proven, self._pause_s = True, 0.0
            slot.call = None
            self._turns.ended(call.owner, worked_s)
            return True

    def _watch(self) -> None:
        """Replace lost workers and retry failed starts, until closed."""
        while not self._closed:
            try:
                self._poll()
            except Exception:
                log.exception("the workers could not be checked")

    def _poll(self) -> None:
        with self._wake:
            if not self._lost and not self._closed:
                self._wake.wait(self._next_poll_s())
            lost, self._lost = self._lost, []
            before = time.monotonic() - self._limit_s
            hung = [(slot, slot.call) for slot in self._slots if slot.call is not None and slot.since < before]
        for slot, call, error in lost:
            self._replace(slot, call, error)
        if self._cluster is None:  # a cluster has its own limit
            for slot, call in hung:
                self._replace(slot, call, Hung(f"it had worked on one call for {self._limit_s:g} s"))
        self._dispatch()

    def _next_poll_s(self) -> float:
        poll_s, pause_s = min(1.0, self._limit_s / 10), self._next_start - time.monotonic()
        return min(poll_s, pause_s) if len(self._turns) and pause_s > 0 else poll_s
