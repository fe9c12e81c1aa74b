"""Files that several processes share: atomic writes, of which they see a whole file or none, and a lock."""

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

LOCK_POLL_S = 0.05


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at a temporary place and move it, so that a crash or a full disk leaves the old file intact.

    Raises an OSError if the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        write_synced(part, data)
        os.replace(part, path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_synced(path: Path, data: bytes) -> None:
    """Write a file to the disk itself, and leave nothing of it if that fails.

    Raises an OSError if it cannot be written.
    """
    try:
        with open(path, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        with suppress(OSError):
            os.unlink(path)
        raise


def sync_folder(folder: Path) -> None:
    """Write the names of a folder's files to the disk itself, where the system can."""
    with suppress(OSError):  # on Windows a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def take_lock(lock: BinaryIO, wait_s: float) -> bool:
    """Take the lock of an open file against other processes until it is closed, and return whether that was possible.

    It is also possible on a disk or a system without locks.

    Another holder is waited for at most ``wait_s``.
    """
    ends = time.monotonic() + wait_s
    while fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ends:
                return False
            time.sleep(LOCK_POLL_S)
        except OSError:  # the disk has no locks
            break
        else:
            break
    return True
