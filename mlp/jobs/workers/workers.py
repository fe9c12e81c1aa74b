"""Run calls in worker processes of this machine, one call a process."""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from typing import Any

from mlp.jobs.workers.call import Call, Ending, Hung, NotStarted, WorkerFailure
from mlp.jobs.workers.turns import Turns
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.machine import worker_count

HUNG_S = 60.0  # a slice takes a quarter of a second; 60 s leave room for a start on a very busy machine
FIRST_PAUSE_S = 0.1  # after a worker could not be started, before the next try; doubled each time
LAST_PAUSE_S = 20.0

NO_WORKER = "The server has no room for this training at the moment. It waits, and goes on by itself."

log = logging.getLogger(__name__)


class Lane:
    """A place for one call at a time, with an executor of its own that is made when needed and replaced when broken."""

    def __init__(self, new_executor: Callable[[], Executor]) -> None:
        self._new_executor = new_executor
        self.executor: Executor | None = None
        self.call: Call | None = None
        self.since = 0.0
        self.proven = False  # whether the executor has ended a call

    @property
    def worked_s(self) -> float:
        """Seconds of a core that the call has taken, as far as the executor can tell."""
        return getattr(self.executor, "worked_s", 0.0)

    def take(self, call: Call) -> None:
        """Keep the place for a call."""
        self.since = time.monotonic()
        self.call = call

    def start(self, call: Call) -> Future[Any]:
        """Have the call worked on now.

        Raises
        ------
        Ending
            If the program is about to end.
        Exception
            Whatever kept an executor from being made; then there is none.
        """
        if self.executor is not None:
            try:
                return self._submitted(call, self.executor)
            except Exception:  # its process died while there was nothing to do, or it was shut down
                self.end()
        try:
            self.proven = False
            self.executor = self._new_executor()
            return self._submitted(call, self.executor)
        except Exception as error:
            self.end()
            if "interpreter shutdown" in str(error):
                raise Ending(str(error)) from error
            raise

    def end(self, wait: bool = False) -> None:
        """Kill the executor's process; the next call gets a new one."""
        executor, self.executor = self.executor, None
        if executor is not None:
            executor.shutdown(wait, cancel_futures=True)

    @staticmethod
    def _submitted(call: Call, executor: Executor) -> Future[Any]:
        return executor.submit(call.function, *call.args, **call.kwargs)


class Workers(Executor):
    """Runs functions in processes of this machine; turns go by owner, then first come first served.

    Each process has one call at a time. So one that dies or hangs costs that one call: its future raises
    `WorkerFailure`, the process is replaced, and nobody else notices. Where no process can be started, calls wait, and
    it is tried again with growing pauses.

    Parameters
    ----------
    width : int, optional
        How many calls are worked on at a time; what `worker_count` says if not given.
    hung_s : float
        A process that has worked on one call for so long, waiting in the queue not counted, is killed and replaced.
    new_executor : callable, optional
        Makes what runs the calls of one lane, at its first call and again when it broke; `WorkerProcess` if not given.
    """

    def __init__(
        self,
        width: int | None = None,
        *,
        hung_s: float = HUNG_S,
        new_executor: Callable[[], Executor] | None = None,
    ) -> None:
        self.width = width or worker_count()
        self._hung_s = hung_s
        self._lanes = [Lane(new_executor or WorkerProcess) for _ in range(self.width)]
        self._turns: Turns[Call] = Turns()
        self._lost: list[tuple[Lane, Call, BaseException]] = []
        self._wake = threading.Condition(threading.Lock())
        self._watched = False
        self._closed = False
        self._pause_s = 0.0  # since the last worker that could be started
        self._next_start = 0.0

    @property
    def trouble(self) -> str | None:
        """Why all calls wait, in words for a person; None if they do not."""
        return NO_WORKER if self._pause_s and not any(lane.executor for lane in self._lanes) else None

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call of nobody in particular, as `submit_for` does."""
        return self.submit_for(None, function, *args, **kwargs)

    def submit_for(self, owner: Hashable, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; its future can be cancelled while it waits.

        It raises `WorkerFailure` if the worker dies or hangs. No process is started in the caller's thread, which may
        hold a lock that others wait for. After `shutdown`, `Ending` is raised.
        """
        call = Call(owner, function, args, kwargs)
        with self._wake:
            if self._closed:
                raise Ending("the workers were shut down")
            self._turns.put(owner, call)
            if not self._watched:
                with suppress(RuntimeError):  # no thread can be started: the next call tries it again
                    threading.Thread(target=self._watch, name="workers", daemon=True).start()
                    self._watched = True
        call.when_cancelled(self._forget)
        self._dispatch(may_start=False)
        return call.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Kill the processes; calls that wait are cancelled, and those that are worked on raise `Ending`."""
        with self._wake:
            self._closed = True
            waiting = self._turns.waiting()
            broken_off = []
            for lane in self._lanes:
                if lane.call is not None:
                    broken_off.append(lane.call)
                    lane.call = None
            self._wake.notify()
        for lane in self._lanes:
            lane.end(wait)
        for call in waiting:
            call.future.cancel()
        for call in broken_off:
            call.fail(Ending("the workers were shut down"))

    def _forget(self, call: Call) -> None:
        with self._wake:
            self._discard(call)

    def _discard(self, call: Call) -> None:
        if self._turns.discard(call.owner, call):
            call.future.set_running_or_notify_cancel()  # wakes those who wait for it

    def _dispatch(self, *, most_out: int | None = None, may_start: bool = True) -> None:
        """Give waiting calls to free lanes. No future is settled under the lock: its callbacks may call us again.

        With ``most_out``, only calls of owners with at most so many that are being worked on. Unless this thread
        ``may_start`` processes, which takes some 70 ms each, another one does.
        """
        while True:
            with self._wake:
                lane = self._free_lane()
                if lane is not None and lane.executor is None and len(self._turns) and not may_start:
                    break
                turn = None if lane is None or self._closed else self._turns.take(most_out=most_out)
                if lane is None or turn is None:
                    return
                call = turn[1]
                lane.take(call)
            self._start(lane, call)
        with suppress(RuntimeError):  # no thread can be started: the watch dispatches, within a second
            threading.Thread(target=self._dispatch, name="new-worker", daemon=True).start()

    def _free_lane(self) -> Lane | None:
        """Find a lane for a call, rather one with a worker; one without waits until the next start may be tried."""
        free = [lane for lane in self._lanes if lane.call is None]
        may_start = time.monotonic() >= self._next_start
        return next((lane for lane in free if lane.executor), free[0] if free and may_start else None)

    def _start(self, lane: Lane, call: Call) -> None:
        try:
            inner = lane.start(call)
        except Ending as error:
            if self._freed(lane, call):
                call.fail(error)
            return
        except Exception as error:
            self._wait_for_room(lane, call, error)
            return
        with self._wake:
            wanted = lane.call is call and call.future.set_running_or_notify_cancel()
        if not wanted:  # cancelled or shut down meanwhile
            inner.cancel()
        if self._closed:
            lane.end()
        inner.add_done_callback(partial(self._returned, lane, call))

    def _wait_for_room(self, lane: Lane, call: Call, error: Exception) -> None:
        """Put the call back, to be the next one when a worker can be started or another one is free."""
        with self._wake:
            if lane.call is not call:
                return
            lane.call = None
            self._turns.put_back(call.owner, call)
            self._rest(error)
            if call.future.cancelled():  # meanwhile
                self._discard(call)
            self._wake.notify()

    def _rest(self, error: BaseException) -> None:
        """Start no process for a while after a failed start; the pauses grow until a worker has worked."""
        if not self._pause_s:
            cause = str(error).partition("\n")[0]
            log.warning("no worker can be started, and calls wait: %s: %s", type(error).__name__, cause)
        self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S) or FIRST_PAUSE_S
        self._next_start = time.monotonic() + self._pause_s

    def _returned(self, lane: Lane, call: Call, inner: Future[Any]) -> None:
        if not inner.cancelled() and isinstance(error := inner.exception(), WorkerFailure):
            # This thread belongs to the executor that is broken: a new one has to be made from another.
            with self._wake:
                self._lost.append((lane, call, error))
                self._wake.notify()
        elif self._freed(lane, call):
            self._hand_over(partial(call.settle, inner))

    def _hand_over(self, settle: Callable[[], None]) -> None:
        """Give a lane that is free to the next in the queue, and settle the call that it had.

        Owners without another lane go first. The future is settled before lanes are given to owners who have one, as
        the owner of the settled call may submit more then.
        """
        self._dispatch(most_out=0)
        settle()
        self._dispatch()

    def _replace(self, lane: Lane, call: Call, error: BaseException) -> None:
        executor = lane.executor
        if self._freed(lane, call, over=True):
            if executor is not None:
                executor.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Hung) and not getattr(executor, "came_up", True):
                with self._wake:
                    self._rest(error)
                error = NotStarted(str(error))
            self._hand_over(partial(call.fail, error))

    def _freed(self, lane: Lane, call: Call, *, over: bool = False) -> bool:
        """Free the lane, without an executor if that has ended; False if the lane was taken from this call before."""
        with self._wake:
            if lane.call is not call:
                return False
            worked_s = lane.worked_s
            if over:
                lane.executor = None
            elif not lane.proven:
                lane.proven, self._pause_s = True, 0.0
            lane.call = None
            self._turns.ended(call.owner, worked_s)
            return True

    def _watch(self) -> None:
        """Replace workers that died or hang, and start those that could not be started, until all are shut down."""
        while not self._closed:
            try:
                self._look_after()
            except Exception:
                log.exception("the workers could not be looked after")

    def _look_after(self) -> None:
        with self._wake:
            if not self._lost and not self._closed:
                self._wake.wait(self._next_look_s())
            lost, self._lost = self._lost, []
            before = time.monotonic() - self._hung_s
            hung = [(lane, lane.call) for lane in self._lanes if lane.call is not None and lane.since < before]
        for lane, call, error in lost:
            self._replace(lane, call, error)
        for lane, call in hung:
            self._replace(lane, call, Hung(f"it had worked on one slice for {self._hung_s:g} s"))
        self._dispatch()

    def _next_look_s(self) -> float:
        look_s, pause_s = min(1.0, self._hung_s / 10), self._next_start - time.monotonic()
        return min(look_s, pause_s) if len(self._turns) and pause_s > 0 else look_s
