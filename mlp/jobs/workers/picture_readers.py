"""Read pictures in worker processes of their own: a small file can keep a decoder busy for minutes."""

import builtins
import io
import pickle
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeGuard

from mlp.images.decoding import MAX_BYTES, PictureError, too_large
from mlp.images.photo import read_picture
from mlp.images.picture import Picture, dump_picture, picture_from
from mlp.jobs.workers.call import Hung, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker_process import WorkerProcess

READ_S = 20.0  # the largest photo takes a second and a half on a quiet machine, some ten on a busy one
WAIT_S = 30.0  # for a turn
IDLE_S = 60.0
AT_ONCE = 2  # the largest picture takes some 300 MB while it is decoded
NICENESS = 17
"""Where all cores are busy, a fifth of what training gets: a crowd's pictures slow nobody's training or drawing."""


class _Answer(pickle.Unpickler):
    """Bytes, numbers and errors: a decoder that a picture has taken over can have nothing else made of its answers."""

    def find_class(self, module: str, name: str) -> type[Exception]:
        known = {PictureError.__name__: PictureError} if module == PictureError.__module__ else vars(builtins)
        found = known.get(name)
        if module not in (PictureError.__module__, "builtins") or not _is_error(found):
            raise pickle.UnpicklingError(f"an answer must hold bytes or an error, got {module}.{name}")
        return found


def _is_error(found: object) -> TypeGuard[type[Exception]]:
    return isinstance(found, type) and issubclass(found, Exception)


def read_answer(answer: bytes) -> Any:
    """Read what a process that read a picture has answered.

    Examples
    --------
    >>> read_answer(pickle.dumps((b"safetensors", None, 0.1)))
    (b'safetensors', None, 0.1)
    >>> import os
    >>> read_answer(pickle.dumps((os.system, None, 0.1)))
    Traceback (most recent call last):
    _pickle.UnpicklingError: an answer must hold bytes or an error, got posix.system
    """
    return _Answer(io.BytesIO(answer)).load()


def picture_bytes(data: bytes) -> bytes:
    """Read a picture, and write it as `mlp.images.picture.picture_from` reads it."""
    return dump_picture(read_picture(data))


picture_process = partial(WorkerProcess, niceness=NICENESS, idle_s=IDLE_S, quiet=True, loads=read_answer)
"""Start a process that only reads pictures; what a decoder says of a file does not fill the log."""


class PictureReaders:
    """At most two processes, each reading one picture at a time; turns go by owner.

    Parameters
    ----------
    read_s : float
        How long a picture may take before its process is ended.
    new_process : callable
        Starts a process.
    """

    def __init__(self, read_s: float = READ_S, new_process: Callable[[], Executor] = picture_process) -> None:
        self._engine = Engine(new_process, width=AT_ONCE, limit_s=read_s)

    def read(self, data: bytes, owner: Hashable = None) -> Picture:
        """Do what `mlp.images.photo.read_picture` does.

        Raises
        ------
        PictureError
            As there, and if it takes too long.
        """
        if len(data) > MAX_BYTES:
            raise too_large(data)
        reading = self._engine.submit(owner, picture_bytes, data)
        try:
            try:
                return picture_from(reading.result(WAIT_S))
            except TimeoutError:
                if reading.cancel():
                    raise PictureError("many pictures are being read at the moment; try again in a while") from None
                return picture_from(reading.result())  # its turn has come, and has a limit
        except PictureError:
            raise
        except Hung as error:
            raise PictureError("this picture takes too long to read; save it anew as PNG or JPEG") from error
        except WorkerFailure as error:
            raise PictureError(
                "the process that read this picture died; try again, or save it anew as PNG or JPEG"
            ) from error
        except Exception as error:  # a mistake of ours, or no memory is left
            raise PictureError(f"this picture cannot be read ({type(error).__name__})") from error

    def close(self) -> None:
        """End the processes."""
        self._engine.close()


read = PictureReaders().read
