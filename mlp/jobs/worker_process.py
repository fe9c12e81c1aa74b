"""Start, restrain and end the process of a worker."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from loky import ProcessPoolExecutor

# One BLAS thread a worker: slices are small and many, and threads that wait for each other on a busy machine cost
# up to twenty times the work itself.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
WORKER_ENVIRONMENT = dict.fromkeys(BLAS_THREADS, "1")
IDLE_S = 300.0
NICENESS = 10  # a worker has a tenth of the weight of the server where they want the same core
WORKER_MB = 2000  # unless MLP_WORKER_MB says otherwise
DESCRIPTORS = 16  # loky opens 12 to start a process, and keeps 9
STUCK_S = 1.0  # after which a thread that should have ended waits for what will never come
END_S = 5.0  # for it to end then
ORPHAN_CHECK_S = 1.0  # between two looks of a worker whether its server still lives


class Process(ProcessPoolExecutor):
    """An executor of one loky process, which knows whether that ever came up."""

    _first: Future[int] | None = None

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; before the first one goes one that merely shows that the process is there."""
        if self._first is None:
            self._first = super().submit(os.getpid)
        return super().submit(function, *args, **kwargs)

    @property
    def came_up(self) -> bool:
        """Whether its process has answered anything yet."""
        first = self._first
        return first is not None and first.done() and not first.cancelled() and first.exception() is None


def local_process() -> Executor:
    """Make an executor of one loky process.

    loky, because the standard pools begin by importing the main script again, which here is the page.

    Raises
    ------
    OSError
        If there are not the descriptors that it takes.
    """
    with ExitStack() as opened:  # loky would get stuck half-way, and never close the ones that it had got
        for _ in range(DESCRIPTORS // 2):
            for end in os.pipe():
                opened.callback(os.close, end)
    return Process(
        max_workers=1, timeout=IDLE_S, env=WORKER_ENVIRONMENT, initializer=_be_modest, initargs=(os.getpid(),)
    )


def end_process(executor: Executor, wait: bool = False) -> None:
    """End an executor and its process, whatever that is doing and however much of a message is in a pipe.

    With ``wait``, it is over on return, or some seconds have gone by.
    """
    if not isinstance(executor, ProcessPoolExecutor):
        executor.shutdown(wait, cancel_futures=True)
        return
    processes, manager = list(executor._processes.values()), executor._executor_manager_thread
    ends = [getattr(executor._call_queue, "_reader", None), getattr(executor._result_queue, "_writer", None)]
    executor.shutdown(wait=False, kill_workers=True)
    for process in processes:
        with suppress(OSError):
            os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    if manager is None or manager is threading.current_thread():
        return
    if wait:
        _see_off(manager, ends)
    else:
        with suppress(RuntimeError):  # no thread can be started
            threading.Thread(target=_see_off, args=(manager, ends), name="end worker", daemon=True).start()


def _see_off(manager: threading.Thread, ends: list[Connection | None]) -> None:
    """Wait until loky's thread has ended, and help it if it is stuck in a pipe to a process that is no more.

    For as long as this process holds the dead one's ends of the pipes, who reads or writes at ours waits for ever.
    """
    with suppress(RuntimeError):  # it was never started
        manager.join(STUCK_S)
        if manager.is_alive():
            for pipe_end in filter(None, ends):
                let_go(pipe_end)
            manager.join(END_S)


def let_go(pipe_end: Connection) -> None:
    """Close an end of a pipe that another thread may be about to close: a number must not be closed twice."""
    handle, pipe_end._handle = pipe_end._handle, None  # type: ignore[attr-defined]
    if handle is not None:
        os.close(handle)


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes that are started be deaf to Ctrl-C, which a terminal sends to all of a program's processes."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_modest(server: int) -> None:
    """Let the server go first, which answers people, be ended when memory is short, and end with the server."""
    with suppress(RuntimeError):  # no thread can be started
        threading.Thread(target=_end_with, args=(server,), name="orphan", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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


def _end_with(server: int) -> None:
    """End this process soon after the server's, even if its main thread waits for the server to read.

    The kernel's own signal for this (PR_SET_PDEATHSIG) follows the thread that started the process, which may be over.
    """
    while os.getppid() == server:
        time.sleep(ORPHAN_CHECK_S)
    os._exit(1)
