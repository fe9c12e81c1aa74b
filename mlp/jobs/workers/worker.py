"""The program of a worker process: it reads calls from standard input and writes results to standard output.

`mlp.jobs.workers.worker_process` starts it as ``python -m mlp.jobs.workers.worker NICENESS``. Each message is its
length in 8 bytes and a pickle, so that a message is read to its end even if its content cannot be unpickled. After each
result comes a message with the CPU seconds of the call.
"""

import itertools
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from mlp.machine import return_free_memory, worker_limit_mb

LARGE_BYTES = 4_000_000  # of an answer; the article's network has a tenth of it
WORKER_MB = 2000  # unless MLP_WORKER_MB sets another limit
NICENESS = 10  # of training: a tenth of the server's share when both want the same core
NICER_THAN_ITS_SESSION = 5  # so training's session has a third of the server's share: less would be a standstill


def main() -> None:
    """Carry out calls one after the other, until the server closes the pipe or ends."""
    niceness = int(sys.argv[1])
    _limit_resources(niceness)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # prints of a call go to the log, not between the results
    messages: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, messages), name="reader", daemon=True).start()
    with suppress(BrokenPipeError):  # the server has ended
        send(answers, b"")  # reports that the process has started
        for n_calls in itertools.count():
            if n_calls == 1:
                _give_way_to_other_sessions(niceness - NICER_THAN_ITS_SESSION)
            began = time.process_time()
            answer = carried_out(messages.get())
            send(answers, answer)
            is_large, answer = len(answer) > LARGE_BYTES, b""
            if is_large:
                return_free_memory()  # takes 3 ms, and keeps a worker with large networks 100 MB smaller
            send(answers, pickle.dumps(time.process_time() - began))  # with receiving the call and sending the answer


def _receive(calls: IO[bytes], messages: "SimpleQueue[bytes]") -> None:
    """Queue messages as they arrive; end this process as soon as the server's ends, even while it works."""
    try:
        while True:
            messages.put(receive(calls))
    except EOFError:
        pass
    finally:
        os._exit(1)


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message."""
    pipe.write(len(message).to_bytes(8, "big"))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Return a message; raises EOFError if the other end is closed."""
    head = pipe.read(8)
    length = int.from_bytes(head, "big")
    message = pipe.read(length)
    if len(head) < 8 or len(message) < length:
        raise EOFError("the pipe was closed")
    return message


def carried_out(message: bytes) -> bytes:
    """Carry out the call in a message; return its result and its error, pickled."""

    def answer(result: object, error: BaseException | None) -> bytes:
        return pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL)

    try:
        function, args, kwargs = pickle.loads(message)  # noqa: S301
        return answer(function(*args, **kwargs), None)
    except BaseException as error:
        error.add_note("In the worker:\n" + traceback.format_exc())
        try:
            return answer(None, error)
        except Exception:  # the error holds something that cannot be pickled
            return answer(None, RuntimeError(f"{type(error).__name__}: {error}"))


def _limit_resources(niceness: int) -> None:
    """Lower this process's priority below the server's, and make it the first to be killed when memory is short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all of a program's processes
    with suppress(AttributeError, OSError):  # Windows has no niceness
        os.nice(niceness)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(ImportError, ValueError, OSError):  # Windows has no limits of this kind
        import resource

        # Numpy then raises MemoryError in the run that asked for too much.
        limit = int(float(os.environ.get("MLP_WORKER_MB") or worker_limit_mb(WORKER_MB)) * 1_000_000)
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


def _give_way_to_other_sessions(niceness: int) -> None:
    """Lower the priority of this process's session, as Linux compares those of sessions first.

    Only after the first call, which loads data and code for a second: on a busy machine, a new worker would otherwise
    take many seconds for it.
    """
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/autogroup").write_text(str(niceness))


if __name__ == "__main__":
    main()
