"""Read pictures in processes of their own, which can be ended: a small file can keep a decoder busy for minutes."""

import atexit
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, cast

from mlp.images.decoding import MAX_BYTES, PictureError, too_large
from mlp.images.picture import Picture, picture_from

COMMAND = (sys.executable, "-P", "-m", "mlp.images.picture_process")
READ_S = 20.0  # the largest photo takes a second and a half on a quiet machine, some ten on a busy one
WAIT_S = 30.0  # for a turn
IDLE_S = 60.0
AT_ONCE = 2  # the largest picture takes some 300 MB while it is decoded


class PictureReaders:
    """At most two processes, each reading one picture at a time; they end when there was none for a while.

    Parameters
    ----------
    read_s : float
        How long a picture may take before its process is ended.
    idle_s : float
        How long a process waits for the next picture.
    """

    def __init__(self, read_s: float = READ_S, idle_s: float = IDLE_S) -> None:
        """Begin without a process; they are started with the first pictures."""
        self._read_s = read_s
        self._idle_s = idle_s
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[subprocess.Popen[bytes]] = []  # the one that was used last is the last
        self._used = time.monotonic()
        self._ending: threading.Timer | None = None
        self._lock = threading.Lock()

    def read(self, data: bytes) -> Picture:
        """Do what `mlp.images.photo.read_picture` does.

        Raises
        ------
        PictureError
            As there, and if it takes too long.
        """
        if len(data) > MAX_BYTES:
            raise too_large(data)
        if not self._turns.acquire(timeout=WAIT_S):
            raise PictureError("many pictures are being read at the moment; try again in a while")
        try:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            process = process or _started()
            picture = self._ask(process, data)
            if process.poll() is None:
                self._keep(process)
        finally:
            self._turns.release()
        if isinstance(picture, str):
            raise PictureError(picture)
        return picture

    def _ask(self, process: subprocess.Popen[bytes], data: bytes) -> Picture | str:
        requests, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        deadline = threading.Timer(self._read_s, process.kill)
        deadline.start()
        whole = False
        try:
            requests.write(len(data).to_bytes(8, "big") + data)
            requests.flush()
            head = answers.read(9)
            length = int.from_bytes(head[1:], "big")
            said = answers.read(length)
            whole = len(head) == 9 and len(said) == length
        except OSError:
            pass  # it was ended before it had taken the whole file
        finally:
            deadline.cancel()
            if not whole:
                _end(process)
        if not whole:
            return "this picture takes too long to read; save it anew as PNG or JPEG"
        return picture_from(said) if head[0] else said.decode()

    def _keep(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._idle.append(process)
            self._used = time.monotonic()
            if self._ending is None:
                self._end_in(self._idle_s)

    def _end_in(self, seconds: float) -> None:
        self._ending = threading.Timer(seconds, self._end_idle)
        self._ending.daemon = True
        self._ending.start()

    def _end_idle(self) -> None:
        """End the processes that wait if they have waited for long, else look again when they will have."""
        with self._lock:
            left_s = self._used + self._idle_s - time.monotonic()
            if left_s > 0:
                self._end_in(left_s)
                return
            self._ending = None
        self.close()

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            _end(process)


def _started() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    return subprocess.Popen(  # noqa: S603 (our own program, and no word of a visitor's in its name)
        COMMAND,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with suppress(OSError):  # the process has ended before it had read everything
        process.communicate()


_shared = PictureReaders()
atexit.register(_shared.close)
read = _shared.read
