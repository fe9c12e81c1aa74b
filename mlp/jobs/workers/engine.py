"""Run calls in worker processes, one call a process; turns go by owner."""

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

FIRST_PAUSE_S = 0.1  # after a worker could not be started, before the next try; doubled each time
LAST_PAUSE_S = 5.0

NO_WORKER = "The server has no room for this training at the moment. It waits, and goes on by itself."

log = logging.getLogger(__name__)


@dataclass(eq=False)
class WorkerSlot:
    """A place for one call at a time, with a worker that is started when needed and replaced when lost."""

    worker: Executor | None = None
    call: Call | None = None
    since: float = 0.0
    proven: bool = False
    """Whether the worker has ended a call."""


class Engine:
    """Runs functions in processes of this machine, or on a cluster; an owner's calls in the order in which they came.

    Each worker has one call at a time. So one that dies or hangs costs that one call: its future raises
    `WorkerFailure`, the worker is replaced, and nobody else notices. Where no worker can be started, calls wait, and
    the engine tries again with growing pauses.

    Parameters
    ----------
    new_worker : callable, optional
        Starts a worker of this machine: an executor of one thread or process. `WorkerProcess` if not given.
    width : int, optional
        How many calls are worked on at a time; what `worker_count` says if not given.
    limit_s : float
        A worker that has worked on one call for so long, not counting the wait for a turn, is killed and replaced.
    cluster : Cluster, optional
        Works on the calls in place of processes of this machine. Where neither this nor ``new_worker`` is given,
        MLP_SCHEDULER may name a cluster; it is read at the first call.
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
        self._pause_s = 0.0  # since the last worker that could be started
        self._next_start = 0.0

    @property
    def closed(self) -> bool:
        """Whether it takes no calls any more."""
        return self._closed

    @property
    def trouble(self) -> str | None:
        """Why all calls wait at the moment, as text for visitors; None if they do not."""
        if self._cluster is not None:
            return self._cluster.trouble
        return NO_WORKER if self._pause_s and not any(slot.worker for slot in self._slots) else None

    def submit(self, owner: Hashable, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call for its owner's turn; its future can be cancelled while it waits.

        The future raises `WorkerFailure` if the worker dies or hangs. No process is started in the caller's thread,
        which may hold a lock that others wait for.

        Raises
        ------
        Ending
            If the engine was closed.
        RuntimeError
            If MLP_SCHEDULER is no address, or the package ``distributed`` is missing.
        """
        call = Call(owner, function, args, kwargs)
        with self._wake:
            if self._closed:
                raise Ending("the engine was closed")
            self._choose_workers()
            self._turns.put(owner, call)
            if not self._watched:
                with suppress(RuntimeError):  # no thread can be started: the next call tries it again
                    threading.Thread(target=self._watch, name="workers", daemon=True).start()
                    self._watched = True
        call.when_cancelled(self._forget)
        self._dispatch(may_start=False)
        return call.future

    def load(self) -> tuple[int, int]:
        """Return how many calls wait or are worked on, and how many can be worked on at a time, from memory."""
        with self._wake:
            return len(self._turns) + self._n_busy(), self._n_fit()

    def spare_threads(self) -> int:
        """Return how many threads a call that is submitted now may have: one, and one for each idle worker slot.

        This is decided once: a call with several threads gives them up within a few steps when others want the cores,
        as `mlp.training.threads` does.
        """
        if self._cluster is not None or self._width is None:  # of a cluster, each worker has one core
            return 1
        n_calls, n_fit = self.load()
        return max(1, min(n_fit, usable_cores()) - n_calls)

    def close(self) -> None:
        """End the workers for good: calls that wait are cancelled, and those that are worked on raise `Ending`."""
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
        # Without the lock, as callbacks of cancelled calls may submit again.
        for call in waiting:
            call.future.cancel()
        for call in working:
            call.fail(Ending("the engine was closed"))

    def _choose_workers(self) -> None:
        """Decide where calls are worked on, at the first one. Called with the lock held."""
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
            call.future.set_running_or_notify_cancel()  # wakes those who wait for it

    def _dispatch(self, *, most_out: int | None = None, may_start: bool = True) -> None:
        """Give waiting calls to free slots. No future is settled under the lock: its callbacks may call us again.

        With ``most_out``, only calls of owners with at most so many that are being worked on. Unless this thread
        ``may_start`` workers, which takes some 70 ms each, another one does.
        """
        while True:
            with self._wake:
                slot = self._free_slot()
                if slot is not None and slot.worker is None and len(self._turns) and not may_start:
                    break
                turn = None if slot is None or self._closed else self._turns.take(most_out=most_out)
                if slot is None or turn is None:
                    return
                call = turn[1]
                slot.since, slot.call = time.monotonic(), call
            self._start(slot, call)
        with suppress(RuntimeError):  # no thread can be started: the watch dispatches, within a second
            threading.Thread(target=self._dispatch, name="new-worker", daemon=True).start()

    def _free_slot(self) -> WorkerSlot | None:
        """Find a slot for a call, preferably with a worker; one without waits until the next start may be tried."""
        if self._n_busy() >= self._n_fit():
            return None
        free = [slot for slot in self._slots if slot.call is None]
        if not any(slot.worker for slot in free) and len(self._slots) < self._n_fit():
            free.append(WorkerSlot())
            self._slots += free[-1:]
        may_start = time.monotonic() >= self._next_start
        return next((slot for slot in free if slot.worker), free[0] if may_start else None)

    def _start(self, slot: WorkerSlot, call: Call) -> None:
        """Have the call worked on now, by a new worker if the slot has none."""
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
        if not wanted:  # cancelled or closed meanwhile
            working.cancel()
        if self._closed:
            self._end_worker(slot)
        working.add_done_callback(partial(self._returned, slot, call))

    def _work_on(self, slot: WorkerSlot, call: Call) -> Future[Any]:
        if slot.worker is not None:
            try:
                return slot.worker.submit(call.function, *call.args, **call.kwargs)
            except Exception:  # its process died while there was nothing to do
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
        """Put the call back, to be the next one when a worker can be started or another one is free."""
        with self._wake:
            if slot.call is not call:
                return
            slot.call = None
            self._turns.put_back(call.owner, call)
            self._pause_starts(error)
            if call.future.cancelled():  # meanwhile
                self._discard(call)
            self._wake.notify()

    def _pause_starts(self, error: BaseException) -> None:
        """Start no worker for a while after a failed start; the pauses grow until a worker has ended a call."""
        if not self._pause_s and self._cluster is None:  # which says itself what is wrong
            cause = str(error).partition("\n")[0]
            log.warning("no worker can be started, and calls wait: %s: %s", type(error).__name__, cause)
        self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S) or FIRST_PAUSE_S
        self._next_start = time.monotonic() + self._pause_s

    def _returned(self, slot: WorkerSlot, call: Call, done: Future[Any]) -> None:
        if not done.cancelled() and isinstance(error := done.exception(), WorkerFailure):
            # This thread belongs to the worker that is lost: a new one has to be started from another.
            with self._wake:
                self._lost.append((slot, call, error))
                self._wake.notify()
        elif self._freed(slot, call):
            self._hand_over(partial(call.settle, done))

    def _hand_over(self, settle: Callable[[], None]) -> None:
        """Give a free slot to the next in the queue, and settle the call that it had.

        Owners without another slot go first. The future is settled before slots are given to owners who have one, as
        the owner of the settled call may submit more then.
        """
        self._dispatch(most_out=0)
        settle()
        self._dispatch()

    def _replace(self, slot: WorkerSlot, call: Call, error: WorkerFailure) -> None:
        """End a worker that died or hangs, and give its call back with the error."""
        worker = slot.worker
        if not self._freed(slot, call, lost=True):
            return
        if worker is not None:
            worker.shutdown(wait=False, cancel_futures=True)
        if not isinstance(error, Hung) and not getattr(worker, "came_up", True):
            error = NotStarted(str(error))
        if isinstance(error, NotStarted):
            with self._wake:
                self._pause_starts(error)
        self._hand_over(partial(call.fail, error))

    def _freed(self, slot: WorkerSlot, call: Call, *, lost: bool = False) -> bool:
        """Free the slot, without a worker if that was lost; return whether it still had this call."""
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
        """Replace workers that died or hang, and start those that could not be started, until closed."""
        while not self._closed:
            try:
                self._poll()
            except Exception:
                log.exception("the workers could not be looked after")

    def _poll(self) -> None:
        with self._wake:
            if not self._lost and not self._closed:
                self._wake.wait(self._next_poll_s())
            lost, self._lost = self._lost, []
            before = time.monotonic() - self._limit_s
            hung = [(slot, slot.call) for slot in self._slots if slot.call is not None and slot.since < before]
        for slot, call, error in lost:
            self._replace(slot, call, error)
        if self._cluster is None:  # which has a limit of its own
            for slot, call in hung:
                self._replace(slot, call, Hung(f"it had worked on one call for {self._limit_s:g} s"))
        self._dispatch()

    def _next_poll_s(self) -> float:
        poll_s, pause_s = min(1.0, self._limit_s / 10), self._next_start - time.monotonic()
        return min(poll_s, pause_s) if len(self._turns) and pause_s > 0 else poll_s
