"""The user's cache folder, and the files in it that all processes of a machine map: one copy in memory for all."""

import hashlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from mlp.atomic import take_lock, write_whole

log = logging.getLogger(__name__)

MAX_BYTES = 300_000_000
"""Size of all shared files, beyond which those that were not used for longest are removed."""
DIGEST_BYTES = 32
"""Length of the SHA-256 digest at the end of each file."""
LOCK = ".lock"
LOCK_WAIT_S = 60.0


def user_cache() -> Path:
    """Return the user's cache folder for Inkling; it may be missing.

    Raises a RuntimeError if the user has no home.
    """
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local", "inkling", "inkling", "Cache")
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # others do not count, by the rules of XDG
        return Path(named, "inkling")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "inkling"


def shared(name: str, n_bytes: int, make: Callable[[], bytes]) -> np.ndarray:
    """Return the bytes that ``make`` returns, mapped from a file of the cache folder, which is written if missing.

    Where the folder cannot be written, or is not the user's alone, each process has its own copy in memory.

    The result is (n_bytes,) uint8, read-only. Other bytes need another ``name``. A file of another length than
    ``n_bytes``, or whose bytes have changed since, is written again.
    """
    try:
        path = user_cache() / "shared" / name
        _make_private(path.parent)
    except (RuntimeError, OSError) as error:
        log.warning("%s is not shared by processes: %s", name, error)
        return np.frombuffer(make(), np.uint8)
    mapped = _mapped(path, n_bytes)
    if mapped is not None:
        return mapped
    with _one_writer(path.parent):
        mapped = _mapped(path, n_bytes)  # another process may have written it meanwhile
        if mapped is not None:
            return mapped
        data = make()
        _write(path, data)
    mapped = _mapped(path, n_bytes)
    return np.frombuffer(data, np.uint8) if mapped is None else mapped


def _make_private(folder: Path) -> None:
    """Make the folder for its user alone; an OSError if it cannot be made, or others could write into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":  # where a user's own folder is closed to others
        return
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{folder} must be this user's, and nobody else may write into it")


def _mapped(path: Path, n_bytes: int) -> np.ndarray | None:
    """Return a file's bytes, mapped; None if it is missing or damaged."""
    try:
        if path.stat().st_size != n_bytes + DIGEST_BYTES:
            return None
        content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)  # np.memmap slows down every index
    except (OSError, ValueError):  # a ValueError, if it was emptied just now
        return None
    data, digest = content[:n_bytes], content[n_bytes:]
    if hashlib.sha256(data.data).digest() != digest.tobytes():
        return None
    with suppress(OSError):
        os.utime(path)
    return data


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Keep other processes from writing; without a lock, some make the same bytes twice, and nothing worse."""
    try:
        lock = open(folder / LOCK, "wb")  # noqa: SIM115 - closed below
    except OSError:
        yield
        return
    with lock:
        take_lock(lock, LOCK_WAIT_S)
        yield


def _write(path: Path, data: bytes) -> None:
    """Write a file, check its content, and remove old ones; log a failure."""
    try:
        write_whole(path, data + hashlib.sha256(data).digest())
        if _mapped(path, len(data)) is None:
            path.unlink()
            raise OSError("the disk returns other bytes than were written")
        files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in path.parent.iterdir())
        total = 0
        for _, size, file in reversed(files):
            total += size
            if total > MAX_BYTES and file not in (path, path.with_name(LOCK)):
                with suppress(OSError):  # on Windows, while a process maps it
                    file.unlink()
    except OSError as error:
        log.warning("%s is not shared by processes: %s", path.name, error)
