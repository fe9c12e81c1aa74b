"""Atomic file writes: other processes see a whole file or none."""

import os
import uuid
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at a temporary place and move it, so that a crash or a full disk leaves the old file intact.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        write_synced(part, data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_synced(path: Path, data: bytes) -> None:
    """Write a file to the disk itself, and leave nothing of it if that fails.

    Raises
    ------
    OSError
        If it cannot be written.
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
