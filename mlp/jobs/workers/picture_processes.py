"""Worker processes that decode image files, as a small file can keep a decoder busy for minutes, and that paint.

Another one decodes files of drawings, which take seconds and twenty times their size.
"""

import builtins
import gc
import hashlib
import io
import json
import os
import pickle
from collections.abc import Callable, Hashable
from concurrent.futures import wait
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mlp.images.data_files.load import parse_data, title_of
from mlp.images.decoding import MAX_BYTES, PictureError, too_large
from mlp.images.drawings.drawing_file import check_length, dump_drawings, parse_drawings
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, DrawingSet
from mlp.images.photo import decode_picture
from mlp.images.picture import Picture, dump_picture, picture_from
from mlp.jobs.workers.call import Hung, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker import NICENESS as TRAINING
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.language import Later
from mlp.training.data.image_set import STORED, ImageSet, bytes_of_sets, store, stored_file

_Content = TypeVar("_Content")

WORK_S = 20.0  # the largest photo takes 1.5 s on an idle machine, some 10 s on a busy one
WAIT_S = 7.0  # for a turn, so that a file of a second is read, or refused in a sentence, within ten
IDLE_S = 60.0
AT_ONCE = 2  # decoding the largest image takes some 300 MB
NICENESS = 17
"""Priority below training, at a fifth of its share of busy cores, so that many uploads slow nobody down."""
MAX_WITHOUT_IMAGE = 100
"""Maximum number of drawings in a visitor's file that have no image, as drawing one takes 2 ms; Inkling's files have
them."""


MAX_SET_IMAGES = 40_000
MAX_SETS_BYTES = 1_000_000_000
"""Size of all stored sets beyond which no other is taken."""
_known: dict[bytes, tuple[ImageSet, str]] = {}
"""The sets that this process has stored, with what was done to them, by the digests of their files."""


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


class FileProcesses:
    """Processes that each read or paint one file at a time, with fair turns for owners.

    A visitor waits ``wait_s`` for a turn at most. A process that takes more than ``work_s`` for one file is killed;
    one without a file for ``idle_s`` ends.
    """

    def __init__(
        self,
        width: int = 1,
        niceness: int = NICENESS,
        *,
        wait_s: float = WAIT_S,
        work_s: float = WORK_S,
        idle_s: float = IDLE_S,
    ) -> None:
        new_process = partial(picture_process, niceness=niceness)
        self._engine = Engine(new_process, width=width, limit_s=work_s, idle_s=idle_s)
        self._wait_s = wait_s

    def result(self, owner: Hashable, function: Callable[..., Any], *args: Any) -> Any:
        """Return what a function returns for these arguments, or raise what it raises.

        Raises a PictureError if its turn does not come in time, or it takes too long, or its process dies.
        """
        working = self._engine.submit(owner, function, *args)
        if wait([working], self._wait_s).not_done and working.cancel():
            raise PictureError(Later("many files are being read at the moment; try again in a minute"))
        try:
            return working.result()  # its turn has come, and its work has a limit
        except Hung as error:
            raise PictureError(Later("this file takes too long; save a photo again as PNG or JPEG")) from error
        except WorkerFailure as error:
            raise PictureError(Later("the process that read this file died; try again")) from error

    def close(self) -> None:
        """End the processes."""
        self._engine.close()


_pictures = FileProcesses(AT_ONCE)
_drawings = FileProcesses(niceness=TRAINING)
"""Files of drawings are read at training's priority: a class waits for its teacher's. Pictures come below, as each is
one visitor's own."""


def decode(data: bytes, owner: Hashable = None, *, whole: bool = False) -> Picture:
    """Return the image as `mlp.images.photo.decode_picture` does; a PictureError as there, or of `FileProcesses`."""
    if len(data) > MAX_BYTES:
        raise too_large(data)
    try:
        return picture_from(_pictures.result(owner, picture_bytes, data, whole))
    except PictureError:
        raise
    except Exception as error:  # a programming error, or no memory is left
        raise PictureError(Later("this image cannot be read ({error})", error=type(error).__name__)) from error


def paint(painter: Callable[[_Content], bytes], content: _Content, owner: Hashable = None) -> bytes:
    """Return the image file that a function paints of this content; a PictureError of `FileProcesses`."""
    painted: bytes = _pictures.result(owner, painter, content)
    return painted


def stored_set(data: bytes, name: str, folder: str, room: int) -> bytes:
    """Store the data set in a file, once for the same bytes, and return its facts and what was done to it, as JSON.

    ``room`` is how many bytes may be added: only the page's process knows which stored sets are offered.
    """
    os.environ[STORED] = folder
    digest = hashlib.sha256(data).digest()
    if digest not in _known or not stored_file(_known[digest][0].digest).is_file():
        dataset = parse_data(data, title_of(Path(name)), MAX_SET_IMAGES)
        if room < 0:
            raise ValueError(Later("the server has no room for another data set now; try again in ten minutes"))
        _known[digest] = store(dataset), dataset.note
    return json.dumps([asdict(_known[digest][0]), _known[digest][1]]).encode()


def decode_set(data: bytes, name: str, owner: Hashable = None) -> tuple[ImageSet, str]:
    """Return the data set in a visitor's file, and what was done to it; a ValueError as `mlp.load_data` raises."""
    if len(data) > MAX_BYTES:
        raise too_large(data)
    room = MAX_SETS_BYTES - sum(bytes_of_sets().values())
    about, note = json.loads(_drawings.result(owner, stored_set, data, name, os.environ[STORED], room))
    return ImageSet(**about), note


def packed_drawings(data: bytes, most: int) -> bytes:
    """Return a file of drawings in the form that is parsed at once."""
    gc.disable()  # a file is a million lists, none of them garbage: looking through them takes most of parsing's time
    return dump_drawings(parse_drawings(data, most=most, most_without_image=MAX_WITHOUT_IMAGE), packed=True).encode()


def decode_drawings(data: bytes, owner: Hashable = None, *, most: int = MAX_EXAMPLES) -> DrawingSet:
    """Return the drawings in a visitor's file as `load_set` does; a ValueError as there, or of `FileProcesses`."""
    check_length(data)  # before it waits
    packed: bytes = _drawings.result(owner, packed_drawings, data, most)
    return parse_drawings(packed, most=most)
