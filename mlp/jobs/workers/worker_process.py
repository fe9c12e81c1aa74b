"""Worker processes, which receive calls over a pipe."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from mlp.jobs.workers.call import NotStarted, WorkerFailure
from mlp.jobs.workers.worker import NICENESS, receive, send
from mlp.machine import waited_for_core_s

# One BLAS thread per worker, except in slices with more: on a busy machine, threads that wait for each other cost up to
# twenty times the work itself.
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PIPE_BYTES = 2**20
COMMAND = (sys.executable, "-P", "-m", "mlp.jobs.workers.worker")


class WorkerProcess:
    """A process that carries out calls one by one, for the thread that calls it.

    The process runs a named module, as the standard pools would import the main script again, which here is the page.
    Only the two processes hold the pipes: when one of them ends, the other reads the end of the pipe at once.

    ``command`` is the program to start, and ``niceness`` lowers its priority below the server's. If it is ``quiet``,
    its standard error is dropped, instead of going to the server's log. ``loads`` unpickles an answer: a result and an
    error, then a number.

    ``worked_s`` are the CPU seconds of the last call in both processes, with sending it and its result; 0 if it was
    lost. ``starved_s`` are the seconds of the call in progress for which the process had no core. Raises an OSError if
    no process can be started.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        niceness: int = NICENESS,
        quiet: bool = False,
        loads: Callable[[bytes], Any] = pickle.loads,
    ) -> None:
        self.worked_s = 0.0
        self._waited_before_s = 0.0
        self._loads = loads
        self._has_started = False
        path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - a command of ours
            [*command, str(niceness)],
            env={**os.environ, **dict.fromkeys(BLAS_THREADS, "1"), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            start_new_session=True,  # a terminal sends Ctrl-C to all of a program's processes
        )
        _enlarge(self._process)

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    @property
    def starved_s(self) -> float:
        """See the class; from any thread."""
        return waited_for_core_s(self._process.pid) - self._waited_before_s

    def carry_out(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call in the process, or raise its error.

        Raises `NotStarted` if the process ends before it has started, and `WorkerFailure` if it ends during the call.
        """
        self.worked_s, self._waited_before_s = 0.0, waited_for_core_s(self._process.pid)
        began = time.thread_time()
        message = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        if not self._has_started:
            self._exchange(b"", NotStarted)
            self._has_started = True
        answer = self._exchange(message, WorkerFailure)
        try:
            result, error = self._loads(answer)
        finally:
            worked_there_s = self._loads(self._exchange(b"", WorkerFailure))
            self.worked_s = worked_there_s + time.thread_time() - began
        if error is not None:
            raise error
        return result

    def kill(self) -> None:
        """Kill the process, even while it works; from any thread."""
        self._process.kill()

    def close(self) -> int:
        """Kill the process, wait for its end, and return its status; only while no call is in progress."""
        self._process.kill()
        for pipe_end in filter(None, (self._process.stdin, self._process.stdout)):
            with suppress(OSError):  # unsent data cannot be written any more
                pipe_end.close()
        return self._process.wait()

    def _exchange(self, message: bytes, failure: type[WorkerFailure]) -> bytes:
        """Send a message, if it is not empty, and return the next one of the process."""
        calls, answers = self._process.stdin, self._process.stdout
        assert calls is not None
        assert answers is not None
        try:
            if message:
                send(calls, message)
            return receive(answers)
        except Exception as error:  # a broken pipe, or the end of the file
            raise failure(_ended(self.close())) from error


def _enlarge(process: "subprocess.Popen[bytes]") -> None:
    """Enlarge the pipes to the size of a run: with Linux's 64 kB, both processes wake 20 times for each megabyte."""
    with suppress(ImportError, AttributeError, OSError):  # other systems, and users who have many pipes
        import fcntl

        for pipe_end in filter(None, (process.stdin, process.stdout)):
            fcntl.fcntl(pipe_end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _ended(status: int) -> str:
    return f"its process was killed by signal {-status}" if status < 0 else f"its process ended with status {status}"
