"""Decode pictures in processes of their own, which can be ended: a small file can keep a decoder busy for minutes."""

import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import numpy as np

from mlp.images import decoding
from mlp.images.decoding import MAX_BYTES, WORK_PX, PictureError

DECODE_S = 10.0  # the largest photo takes one on a quiet machine
WAIT_S = 30.0  # for a turn
AT_ONCE = 2  # the largest picture takes some 300 MB while it is decoded


class Decoders:
    """At most two processes, each decoding one picture at a time.

    Parameters
    ----------
    decode_s : float
        How long a picture may take before its process is ended.
    """

    def __init__(self, decode_s: float = DECODE_S) -> None:
        """Begin without a process; they are started with the first pictures."""
        self._decode_s = decode_s
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[subprocess.Popen[bytes]] = []

    def decode(self, data: bytes, side_px: int = WORK_PX) -> np.ndarray:
        """Decode a picture file to (h, w, 3) uint8, upright, without transparency, at most ``side_px`` a side.

        Raises
        ------
        PictureError
            If it is too large, is no picture, or takes too long.
        """
        if len(data) > MAX_BYTES:
            raise decoding.too_large(data)
        if not self._turns.acquire(timeout=WAIT_S):
            raise PictureError("many pictures are being read at the moment; try again in a while")
        try:
            process = self._idle.pop() if self._idle else _started()
            colours = self._ask(process, data, side_px)
            if process.poll() is None:
                self._idle.append(process)
        finally:
            self._turns.release()
        if isinstance(colours, str):
            raise PictureError(colours)
        return colours

    def _ask(self, process: subprocess.Popen[bytes], data: bytes, side_px: int) -> np.ndarray | str:
        requests, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        deadline = threading.Timer(self._decode_s, process.kill)
        deadline.start()
        whole = False
        try:
            requests.write(len(data).to_bytes(8, "big") + side_px.to_bytes(4, "big") + data)
            requests.flush()
            head = answers.read(8)
            height, width = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
            length = 3 * height * width if height else width
            said = answers.read(length)
            whole = len(head) == 8 and len(said) == length
        except OSError:
            pass  # it was ended before it had taken the whole file
        finally:
            deadline.cancel()
            if not whole:
                _end(process)
        if not whole:
            return "this picture takes too long to read; save it anew as PNG or JPEG"
        return np.frombuffer(said, np.uint8).reshape(height, width, 3) if height else said.decode()

    def close(self) -> None:
        """End the processes that wait."""
        while self._idle:
            _end(self._idle.pop())


def _started() -> subprocess.Popen[bytes]:
    program = Path(decoding.__file__)
    return subprocess.Popen(  # noqa: S603 (our own program, and no word of a visitor's in its name)
        [sys.executable, "-P", str(program)],  # its folder is no place to import from
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with suppress(OSError):  # the process has ended before it had read everything
        process.communicate()


_shared = Decoders()
atexit.register(_shared.close)
decode = _shared.decode
