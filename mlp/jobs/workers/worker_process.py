"""Worker processes: an executor that starts one, sends it calls over a pipe, and ends it."""

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from mlp.jobs.workers.call import Call, WorkerFailure
from mlp.jobs.workers.worker import NICENESS, receive, send

# One BLAS thread per worker, except in slices with more: on a busy machine, threads that wait for each other cost up to
# twenty times the work itself.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
COMMAND = (sys.executable, "-P", "-m", "mlp.jobs.workers.worker")
IDLE_S = 300.0
END_S = 5.0  # until a killed process has ended


class WorkerProcess(Executor):
    """An executor with one process, which starts at once and ends after minutes without calls.

    The process runs a named module, as the standard pools would import the main script again, which here is the page.
    Only the two processes hold the pipes: when one of them ends, the other reads the end of the pipe at once.

    Parameters
    ----------
    command : sequence of str
        The program to start.
    niceness : int
        Lowers its priority below the server's.
    idle_s : float
        Seconds without a call before it ends.
    quiet : bool
        Whether its standard error is dropped, instead of going to the server's log.
    loads : callable
        Unpickles an answer: a result, an error and a number.

    Attributes
    ----------
    has_started : bool
        Whether it has started.
    worked_s : float
        CPU seconds of the last call in both processes, with sending it and its result; 0 before it has ended, and if it
        was canceled or lost.

    Raises
    ------
    OSError, RuntimeError
        If no process or thread can be started.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        niceness: int = NICENESS,
        idle_s: float = IDLE_S,
        quiet: bool = False,
        loads: Callable[[bytes], Any] = pickle.loads,
    ) -> None:
        self.has_started = False
        self.worked_s = 0.0
        self._idle_s = idle_s
        self._loads = loads
        self._over = False
        self._lock = threading.Lock()  # keeps calls from being queued after the end
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - a command of ours
            [*command, str(niceness)],
            env={**os.environ, **dict.fromkeys(BLAS_THREADS, "1"), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            start_new_session=True,  # a terminal sends Ctrl-C to all of a program's processes
        )
        self._thread = threading.Thread(target=self._serve, name="worker", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            self._end()
            raise

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; its future raises `WorkerFailure` if the process dies.

        Raises
        ------
        WorkerFailure
            If the process has ended.
        """
        call = Call(None, function, args, kwargs)
        with self._lock:
            if self._over or self._process.poll() is not None:
                raise WorkerFailure("its process has ended")
            self.worked_s = 0.0
            self._calls.put(call)
        return call.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Kill the process, even while it works; with ``wait``, return when it has ended, or after some seconds."""
        with self._lock:
            self._over = True
        self._process.kill()
        self._calls.put(None)
        if wait and threading.current_thread() is not self._thread:
            self._thread.join(END_S)

    def _serve(self) -> None:
        """Send the calls and settle their futures, until the process ends or is no longer needed."""
        try:
            self._receive()
            self.has_started = True
            while call := self._next_call():
                self._work_on(call)
        except WorkerFailure:
            pass  # its call has the error
        finally:
            status = self._end()
            while not self._calls.empty():
                if call := self._calls.get():
                    call.fail(WorkerFailure(_ended(status)))

    def _next_call(self) -> Call | None:
        """Return the next call, after waiting for it; None if it is time to end."""
        try:
            return self._calls.get(timeout=self._idle_s)
        except Empty:
            with self._lock:
                self._over = self._calls.empty()
            return None if self._over else self._calls.get()

    def _work_on(self, call: Call) -> None:
        if not call.future.set_running_or_notify_cancel():
            return
        began = time.thread_time()
        try:
            message = pickle.dumps((call.function, call.args, call.kwargs), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # the arguments cannot be pickled
            call.fail(error)
            return
        try:
            self._send(message)
            answer = self._receive()
        except WorkerFailure as error:
            call.fail(error)
            raise
        try:
            result, failure, worked_there_s = self._loads(answer)
            self.worked_s = worked_there_s + time.thread_time() - began
        except Exception as error:
            result, failure = None, error
        if failure is not None:
            call.fail(failure)
        else:
            call.succeed(result)

    def _send(self, message: bytes) -> None:
        calls = self._process.stdin
        assert calls is not None
        try:
            send(calls, message)
        except Exception as error:
            raise WorkerFailure(_ended(self._end())) from error

    def _receive(self) -> bytes:
        answers = self._process.stdout
        assert answers is not None
        try:
            return receive(answers)
        except Exception as error:  # the end of the file, after the end of the process
            raise WorkerFailure(_ended(self._end())) from error

    def _end(self) -> int:
        """Kill the process if it still runs, reap it, and return its status."""
        with self._lock:
            self._over = True
        self._process.kill()
        for pipe_end in filter(None, (self._process.stdin, self._process.stdout)):
            with suppress(OSError):  # unsent data cannot be written any more
                pipe_end.close()
        return self._process.wait()


def _ended(status: int) -> str:
    return f"its process was killed by signal {-status}" if status < 0 else f"its process ended with status {status}"
