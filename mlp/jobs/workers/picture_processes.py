"""Worker processes that decode image files, as a small file can keep a decoder busy for minutes.

Another one paints, and one decodes files of drawings, which take seconds and twenty times their size.
"""

import builtins
import io
import pickle
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

from mlp.images.decoding import MAX_BYTES, PictureError, too_large
from mlp.images.drawings.drawing_file import MAX_FILE_BYTES, dump_drawings, parse_drawings, parse_file
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, DrawingSet
from mlp.images.photo import decode_picture
from mlp.images.picture import Picture, dump_picture, picture_from
from mlp.jobs.workers.call import Hung, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker import NICENESS as TRAINING
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.language import Later

_Content = TypeVar("_Content")

DECODE_S = 20.0  # the largest photo takes 1.5 s on an idle machine, some 10 s on a busy one
WAIT_S = 30.0  # for a turn
IDLE_S = 60.0
AT_ONCE = 2  # decoding the largest image takes some 300 MB
NICENESS = 17
"""Priority below training, at a fifth of its share of busy cores, so that many uploads slow nobody down."""


class _Answer(pickle.Unpickler):
    """An unpickler for bytes, numbers, errors and their texts: a compromised decoder must not create anything else."""

    def find_class(self, module: str, name: str) -> type:
        if (module, name) == (Later.__module__, Later.__name__):
            return Later
        known = {PictureError.__name__: PictureError} if module == PictureError.__module__ else vars(builtins)
        kind = known.get(name)
        if module in (PictureError.__module__, "builtins") and isinstance(kind, type) and issubclass(kind, Exception):
            return kind
        raise pickle.UnpicklingError(f"an answer must hold bytes or an error, got {module}.{name}")


def parse_answer(answer: bytes) -> Any:
    """Return the content of an answer from a decoding process.

    >>> parse_answer(pickle.dumps((b"safetensors", None)))
    (b'safetensors', None)
    >>> import os
    >>> parse_answer(pickle.dumps((os.system, None)))
    Traceback (most recent call last):
    _pickle.UnpicklingError: an answer must hold bytes or an error, got posix.system
    """
    return _Answer(io.BytesIO(answer)).load()


def picture_bytes(data: bytes, whole: bool = False) -> bytes:
    """Return an image file in the form that `mlp.images.picture.picture_from` reads."""
    return dump_picture(decode_picture(data, whole=whole))


picture_process = partial(WorkerProcess, niceness=NICENESS, quiet=True, loads=parse_answer)
"""Start a process that only decodes images; its decoder's messages stay out of the log."""


class PictureDecoders:
    """Up to two processes that each decode one image at a time, with fair turns for owners.

    A process that takes more than ``decode_s`` for one image is killed; one without an image for ``idle_s`` ends.
    """

    def __init__(self, decode_s: float = DECODE_S, idle_s: float = IDLE_S) -> None:
        self._engine = Engine(picture_process, width=AT_ONCE, limit_s=decode_s, idle_s=idle_s)

    def decode(self, data: bytes, owner: Hashable = None, *, whole: bool = False) -> Picture:
        """Return the image as `mlp.images.photo.decode_picture` does.

        Raises a PictureError as that does, and if decoding takes too long.
        """
        if len(data) > MAX_BYTES:
            raise too_large(data)
        decoding = self._engine.submit(owner, picture_bytes, data, whole)
        try:
            try:
                return picture_from(decoding.result(WAIT_S))
            except TimeoutError:
                if decoding.cancel():
                    raise PictureError(
                        Later("many images are being read at the moment; try again in a minute")
                    ) from None
                return picture_from(decoding.result())  # its turn has come, and decoding has a limit
        except PictureError:
            raise
        except Hung as error:
            raise PictureError(Later("this image takes too long to read; save it again as PNG or JPEG")) from error
        except WorkerFailure as error:
            died = Later("the process that read this image died; try again, or save it again as PNG or JPEG")
            raise PictureError(died) from error
        except Exception as error:  # a programming error, or no memory is left
            raise PictureError(Later("this image cannot be read ({error})", error=type(error).__name__)) from error

    def close(self) -> None:
        """End the processes."""
        self._engine.close()


decode = PictureDecoders().decode
_painters = Engine(picture_process, width=1, idle_s=IDLE_S)
_drawing_decoder = Engine(partial(picture_process, niceness=TRAINING), width=1, idle_s=IDLE_S)  # a class waits for it


def paint(painter: Callable[[_Content], bytes], content: _Content, owner: Hashable = None) -> bytes:
    """Return the image file that a function paints of this content, in a process of its own."""
    painted: bytes = _painters.submit(owner, painter, content).result()
    return painted


def packed_drawings(data: bytes, most: int) -> bytes:
    """Return a file of drawings in the form that is parsed at once."""
    return dump_drawings(parse_file(data, most=most), packed=True).encode()


def decode_drawings(data: bytes, owner: Hashable = None, *, most: int = MAX_EXAMPLES) -> DrawingSet:
    """Return the drawings in a file as `parse_file` does; a ValueError as there, or if the process is lost."""
    try:
        packed: bytes = _drawing_decoder.submit(owner, packed_drawings, data[: MAX_FILE_BYTES + 1], most).result()
    except WorkerFailure as error:
        raise ValueError(Later("the process that read this file died; try again")) from error
    return parse_drawings(packed, most=most)
