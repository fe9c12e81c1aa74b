"""MNIST's four files in the data folder, each verified by its digest before use.

A read-only folder is enough. In a writable one, each file is also kept unpacked next to the ``.gz`` and mapped into
memory, so that all processes of the machine share one copy of the pixels.
"""

import gzip
import hashlib
import logging
import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlp.atomic import write_whole
from mlp.images.files.idx import idx_offset, idx_shape, read_idx

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes so far and the bytes in all."""


@dataclass(frozen=True)
class MnistFile:
    """One of MNIST's four files: its name, its length in bytes and its SHA-256, packed and unpacked."""

    name: str
    size: int
    packed_sha256: str
    unpacked_sha256: str

    @property
    def unpacked_name(self) -> str:
        """Name of the file without ``.gz``."""
        return self.name.removesuffix(".gz")


FILES = (
    MnistFile(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    MnistFile(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    MnistFile(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    MnistFile(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)

# Contents of each folder, with the sizes and times of its files when it was read. (Not an lru_cache, as reading may
# unpack files, which changes those.)
_read: dict[Path, tuple[tuple, dict[str, np.ndarray]]] = {}
_reading = threading.Lock()


def data_folder(directory: str | os.PathLike | None = None, *, may_create: bool) -> Path:
    """Return the folder for MNIST: ``directory``, else MLP_DATA_DIR, else the user's cache.

    Parameters
    ----------
    may_create : bool
        Whether a missing folder is accepted if it can be created.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        If the named folder is missing, is not a folder or cannot be read. The user's cache may be missing.
    """
    value, source = directory, "directory"
    if value is None:
        value, source = os.environ.get("MLP_DATA_DIR") or None, "MLP_DATA_DIR"
    if value is None:
        import pooch  # imported here, as it loads requests, a quarter of Inkling's import time

        return Path(pooch.os_cache("inkling"))
    folder = Path(os.path.expanduser(value)).absolute()
    if folder.is_dir():
        if not _has_bits(folder, 0o444, os.R_OK | os.X_OK):
            raise PermissionError(f"{source} must be a folder that can be read, got {str(value)!r}")
    elif os.path.lexists(folder):
        raise NotADirectoryError(f"{source} must be a folder, got {str(value)!r}, which is something else")
    elif not may_create:
        raise FileNotFoundError(f"{source} must be a folder that exists, got {str(value)!r}")
    elif not can_write(folder.parent):
        raise FileNotFoundError(
            f"{source} must be a folder that exists or can be created in one that does, got {str(value)!r}"
        )
    return folder


def create(folder: Path) -> None:
    """Create ``folder`` if it is missing and its nearest existing parent is writable; log a failure."""
    if folder.is_dir():
        return
    around = next(parent for parent in folder.parents if parent.exists())
    try:
        if not can_write(around):
            raise PermissionError(f"{around} cannot be written")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.warning("data folder %s is not created: %s", folder, error)


def can_write(folder: Path) -> bool:
    """Whether ``folder`` exists and is writable."""
    return folder.is_dir() and _has_bits(folder, 0o222, os.W_OK)


def _has_bits(folder: Path, bits: int, access: int) -> bool:
    """Whether both the mode bits and the system allow it, as the system allows root everything."""
    return bool(folder.stat().st_mode & bits) and os.access(folder, access)


def read_folder(folder: Path) -> dict[str, np.ndarray]:
    """Return the verified arrays in ``folder`` by file name, without missing or broken files.

    Unchanged files are not read again, so broken ones are logged once.
    """
    with _reading:
        before = _read.get(folder)
        if before is None or before[0] != _signature(folder):
            arrays = {file.name: array for file in FILES if (array := _read_file(folder, file)) is not None}
            _read[folder] = _signature(folder), arrays
        return dict(_read[folder][1])


def add_file(folder: Path, file: MnistFile, packed: bytes) -> np.ndarray:
    """Keep a verified ``.gz`` in a writable ``folder``, and return its array."""
    if can_write(folder):
        try:
            write_whole(folder / file.name, packed)
        except OSError as error:
            log.warning("%s is kept in memory only: %s", file.name, error)
    return _unpack(folder, file, gzip.decompress(packed))


def _signature(folder: Path) -> tuple:
    """Return a value that changes with the files in ``folder`` and with the expected digests."""
    names = [name for file in FILES for name in (file.name, file.unpacked_name)]
    return (FILES, *(_size_and_time(folder / name) for name in names))


def _size_and_time(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _read_file(folder: Path, file: MnistFile) -> np.ndarray | None:
    """Return the array of one file, from the unpacked copy or the ``.gz``; None if neither is valid."""
    unpacked, packed = folder / file.unpacked_name, folder / file.name
    try:
        if os.path.lexists(unpacked) and _is_verified(unpacked, file):
            return _map(unpacked)
    except OSError as error:
        log.warning("cannot read %s: %s", unpacked, error)
    try:
        if os.path.lexists(packed):
            data = gzip.decompress(packed.read_bytes())
            if hashlib.sha256(data).hexdigest() == file.unpacked_sha256:
                return _unpack(folder, file, data)
            log.warning("%s is not used: its digest is not that of MNIST's file", packed)
    except (OSError, EOFError, zlib.error) as error:
        log.warning("%s is not used: %s", packed, error)
    return None


def _is_verified(unpacked: Path, file: MnistFile) -> bool:
    """Whether an unpacked file has the right digest, or had it at the same size and time of change.

    Hashing 47 MB at every start of every worker would be slow, so a stamp next to the file records its size, time and
    digest once that is verified.
    """
    status = _size_and_time(unpacked)
    stamp = _stamp_of(unpacked)
    right = f"{status} {file.unpacked_sha256}"
    try:
        if stamp.read_text() == right:
            return True
    except (OSError, UnicodeDecodeError):
        pass  # no readable stamp: the digest decides
    with unpacked.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != file.unpacked_sha256:
            log.warning("%s is not used: its digest is not that of MNIST's file", unpacked)
            return False
    _write_stamp(unpacked, right)
    return True


def _stamp_of(unpacked: Path) -> Path:
    return unpacked.with_name(f".{unpacked.name}.verified")


def _write_stamp(unpacked: Path, text: str) -> None:
    if can_write(unpacked.parent):
        try:
            write_whole(_stamp_of(unpacked), text.encode())
        except OSError as error:
            log.warning("%s will be verified again at the next start: %s", unpacked, error)


def _unpack(folder: Path, file: MnistFile, data: bytes) -> np.ndarray:
    """Return the array in verified ``data``, mapped from a file if ``folder`` is writable, else in memory."""
    if can_write(folder):
        unpacked = folder / file.unpacked_name
        try:
            write_whole(unpacked, data)
            _write_stamp(unpacked, f"{_size_and_time(unpacked)} {file.unpacked_sha256}")
            return _map(unpacked)
        except OSError as error:
            log.warning("%s is kept in memory only: %s", file.unpacked_name, error)
    return read_idx(data)


def _map(unpacked: Path) -> np.ndarray:
    """Return the array in an IDX file, mapped read-only; a plain array, as np.memmap slows down every index."""
    with unpacked.open("rb") as content:
        shape = idx_shape(content.read(idx_offset(255)))
    return np.memmap(unpacked, np.uint8, mode="r", offset=idx_offset(len(shape)), shape=shape).view(np.ndarray)
