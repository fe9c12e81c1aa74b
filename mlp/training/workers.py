"""Worker processes on this machine, each alone with the call that it works on."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from loky import ProcessPoolExecutor

# One BLAS thread a worker: slices are small and many, and threads that wait for each other on a busy machine cost
# up to twenty times the work itself.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
WORKER_ENVIRONMENT = dict.fromkeys(BLAS_THREADS, "1")
IDLE_S = 300.0
HUNG_S = 60.0  # a slice is a quarter of a second of steps: 60 s leave room for a start on a very busy machine
NICENESS = 10  # a worker has a tenth of the weight of the server where they want the same core
WORKER_MB = 2000  # unless MLP_WORKER_MB says otherwise

Lost = BrokenProcessPool
"""What a future raises when the process that worked on it died; loky's own errors are of this kind."""

log = logging.getLogger(__name__)


class Hung(Lost):
    """The process that worked on a call took too long, and was ended."""


class Ending(RuntimeError):
    """Nothing can be begun any more: the program is about to end."""


class Call:
    """Something to be done: a function with its arguments, and the future that its caller holds."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.future: Future[Any] = Future()
        self.run_on = lambda executor: executor.submit(function, *args, **kwargs)


class Lane:
    """A place for one call at a time, with an executor of its own that is made when needed and replaced when broken."""

    def __init__(self, new_executor: Callable[[], Executor]) -> None:
        self._new_executor = new_executor
        self._executor: Executor | None = None
        self.call: Call | None = None
        self.since = 0.0

    def start(self, call: Call) -> Future[Any]:
        """Have the call worked on now."""
        if self._executor is not None:
            try:
                return call.run_on(self._executor)
            except RuntimeError:  # its process died while there was nothing to do, or it was shut down
                self.end()
        self._executor = self._new_executor()
        try:
            return call.run_on(self._executor)
        except RuntimeError as error:
            if "interpreter shutdown" in str(error):
                raise Ending(str(error)) from error
            raise

    def notice_death(self) -> None:
        """Let the executor notice that its process died while it was sending a result.

        It has read the beginning and waits for the rest. That never comes, nor does an end of file, for as long as this
        process has the pipe open for writing too.
        """
        executor = self._executor
        processes = list(getattr(executor, "_processes", {}).values())
        results = getattr(executor, "_result_queue", None)
        if results is not None and processes and not any(process.is_alive() for process in processes):
            results._writer.close()

    def end(self, wait: bool = False) -> None:
        """Let go of the executor, and kill what runs in it; the next call gets a new one."""
        executor, self._executor = self._executor, None
        if isinstance(executor, ProcessPoolExecutor):
            executor.shutdown(wait, kill_workers=True)
        elif executor is not None:
            executor.shutdown(wait, cancel_futures=True)


class Workers(Executor):
    """Runs functions in processes of this machine, first come first served.

    Each process has one call at a time. So one that dies or hangs costs that one call: its future raises `Lost`, the
    process is replaced, and nobody else notices.

    Parameters
    ----------
    width : int, optional
        How many calls are worked on at a time; MLP_WORKERS or else one per core if not given.
    hung_s : float
        A process that has worked on one call for so long, waiting in the queue not counted, is killed and replaced.
    new_executor : callable, optional
        Makes what runs the calls of one lane, at its first call and again when it broke; one loky process if not given.
    """

    def __init__(
        self,
        width: int | None = None,
        *,
        hung_s: float = HUNG_S,
        new_executor: Callable[[], Executor] | None = None,
    ) -> None:
        self.width = width or int(os.environ.get("MLP_WORKERS", "0")) or os.cpu_count() or 1
        self._hung_s = hung_s
        self._lanes = [Lane(new_executor or local_process) for _ in range(self.width)]
        self._waiting: deque[Call] = deque()
        self._lock = threading.Lock()
        self._watched = False

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; its future can be cancelled while it waits, and raises `Lost` if the worker dies or hangs."""
        call = Call(function, args, kwargs)
        with self._lock:
            self._waiting.append(call)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="workers", daemon=True).start()
        self._dispatch()
        return call.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Kill the processes; calls that still run are lost, those that wait are cancelled."""
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
            self._watched = False
        for call in waiting:
            call.future.cancel()
        for lane in self._lanes:
            lane.end(wait)

    def _dispatch(self) -> None:
        """Give waiting calls to free lanes. No future is settled under the lock: its callbacks may call us again."""
        while True:
            with self._lock:
                lane = next((lane for lane in self._lanes if lane.call is None), None)
                if lane is None:
                    return
                while self._waiting and not self._waiting[0].future.set_running_or_notify_cancel():
                    self._waiting.popleft()
                if not self._waiting:
                    return
                call = lane.call = self._waiting.popleft()
                lane.since = time.monotonic()
            try:
                inner = lane.start(call)
            except Exception as error:
                if self._freed(lane, call):
                    call.future.set_exception(error)
            else:
                inner.add_done_callback(partial(self._returned, lane, call))

    def _returned(self, lane: Lane, call: Call, inner: Future[Any]) -> None:
        if not inner.cancelled() and isinstance(inner.exception(), Lost):
            # This thread belongs to the executor that is broken: a new one has to be made from another.
            threading.Thread(target=self._replace, args=(lane, call, inner.exception()), name="replace worker").start()
        elif self._freed(lane, call):
            # The next in the queue goes first: what this future's owner asks for now comes after it.
            self._dispatch()
            if inner.cancelled():
                call.future.set_exception(Lost("its executor was shut down"))
            elif error := inner.exception():
                call.future.set_exception(error)
            else:
                call.future.set_result(inner.result())

    def _replace(self, lane: Lane, call: Call, error: BaseException) -> None:
        with self._lock:
            if lane.call is not call:
                return
            lane.end()
            lane.call = None  # before what is killed says so itself, and after nobody can be given it any more
        self._dispatch()
        call.future.set_exception(error)

    def _freed(self, lane: Lane, call: Call) -> bool:
        """Make the lane free; False if it was taken from this call before."""
        with self._lock:
            if lane.call is not call:
                return False
            lane.call = None
            return True

    def _watch(self) -> None:
        """Replace workers that hang, for as long as there are any."""
        while self._watched:
            time.sleep(min(1.0, self._hung_s / 10))
            now = time.monotonic()
            for lane in self._lanes:
                call = lane.call
                if call is None:
                    continue
                lane.notice_death()
                if now - lane.since > self._hung_s:
                    reason = f"it had worked on one slice for {self._hung_s:g} s"
                    self._replace(lane, call, Hung(reason))


def local_process() -> Executor:
    """Make an executor of one loky process.

    loky, because the standard pools begin by importing the main script again, which here is the page.
    """
    return ProcessPoolExecutor(max_workers=1, timeout=IDLE_S, env=WORKER_ENVIRONMENT, initializer=_be_modest)


def _be_modest() -> None:
    """Let the server go first, which answers people, and be the one that is ended when memory is short."""
    with suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(NICENESS)
    with suppress(OSError):  # Linux has it
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(ImportError, ValueError, OSError):  # Windows has no limits of this kind
        import resource

        # Numpy then raises MemoryError in the run that asked for too much.
        limit = int(os.environ.get("MLP_WORKER_MB", WORKER_MB)) * 1_000_000
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))
