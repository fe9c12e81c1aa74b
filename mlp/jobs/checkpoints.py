"""Checkpoints on disk: the saved parts of each owner, for the next start of the server."""

import errno
import hashlib
import logging
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pooch

from mlp.atomic import write_whole
from mlp.jobs.record import OtherVersionError, Record, RecordError, dump_record, parse_record

MAX_MB = 2000.0
"""Limit for all checkpoints together, unless MLP_CHECKPOINT_MB sets another. Sweeps may use half of it, the same as all
visitors may have in memory: memory can only be freed of what is on disk."""

KEPT_S = 7 * 24 * 3600.0  # after the last write or renewal of a part
RUN = "run.safetensors"
FULL = {errno.ENOSPC, errno.EDQUOT}
_OURS = re.compile(r"\.?[0-9a-f]{64}\.[\w.-]+", re.ASCII)  # a leading dot: left unfinished by a killed server

log = logging.getLogger(__name__)


class Stamp(NamedTuple):
    """Identity of a file on disk; every write, replacement and renewal changes it."""

    inode: int
    n_bytes: int
    modified_ns: int

    @property
    def age_s(self) -> float:
        """Seconds since the last write or renewal."""
        return time.time() - self.modified_ns / 1e9


class Checkpoints:
    """Files on disk, one for each part of each owner, written atomically and limited in total size.

    A file stays for `KEPT_S`; without room, the newer file is refused. If the disk is full or cannot be written, the
    checkpoint is lost but never the run, and the log says so once. The name of a file is a digest of its owner's id, so
    that the folder does not reveal the ids.

    Parameters
    ----------
    folder : path
        Created when it is first needed, readable by this user only.
    max_mb : float
        Limit for all files together.
    """

    def __init__(self, folder: str | os.PathLike[str], max_mb: float = MAX_MB) -> None:
        self.folder = Path(folder)
        self._max_bytes = max_mb * 1e6
        self._failing: tuple[int | None, int] | None = None

    @property
    def full(self) -> bool:
        """Whether the latest failed write found the disk, or this program's share of it, full."""
        return self._failing is not None and self._failing[0] in FULL

    def save(self, owner: str, record: Record, part: str = RUN) -> bool:
        """Replace the owner's record; return whether that worked."""
        try:
            data = dump_record(record)
        except RecordError as error:
            log.warning("a run is not kept in %s, and would not outlive this server: %s", self.folder, error)
            return False
        return self.write(owner, part, data) is not None

    def load(self, owner: str, part: str = RUN) -> Record | None:
        """Return the owner's record; None if no readable one exists.

        A damaged record is logged and deleted; one of another version stays for a server that can read it.
        """
        data = self.read(owner, part)
        if data is None:
            return None
        try:
            return parse_record(data)
        except OtherVersionError as error:
            log.warning("the run in %s waits: %s", self._path(owner, part), error)
        except RecordError as error:
            log.warning("the run in %s is lost: %s", self._path(owner, part), error)
            self.forget(owner, part)
        return None

    def write(self, owner: str, part: str, data: bytes, *, share: float = 1.0) -> Stamp | None:
        """Replace one part of an owner; return its stamp, or None if it could not be written.

        With a ``share`` below 1, the rest of the room is left to more important parts.
        """
        path = self._path(owner, part)
        try:
            self._make_room(len(data), path, share * self._max_bytes)
            write_whole(path, data)
        except OSError as error:
            if self._failing is None or self._failing[0] != error.errno:
                reason = error.strerror or str(error)  # without the file's name, which differs each time
                log.warning("runs are not kept in %s, and would not outlive this server: %s", self.folder, reason)
            self._failing = error.errno, len(data)
            return None
        if self._failing is not None and not (self.full and len(data) < self._failing[1]):
            self._failing = None  # a small file may still fit where a larger one does not
        return self.stamp(owner, part)

    def read(self, owner: str, part: str) -> bytes | None:
        """Return the bytes of a part; None if it is missing or too old."""
        path = self._path(owner, part)
        stamp = self.stamp(owner, part)
        if stamp is None or stamp.age_s > KEPT_S:
            return None
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("%s cannot be read: %s", path, error)
            return None

    def parts(self, owner: str) -> list[str]:
        """Return the names of an owner's parts that are not too old."""
        prefix = self._path(owner, "").name
        try:
            names = [name.removeprefix(prefix) for name in os.listdir(self.folder) if name.startswith(prefix)]
        except OSError:
            return []
        stamps = {name: self.stamp(owner, name) for name in names}
        return sorted(name for name, stamp in stamps.items() if stamp is not None and stamp.age_s <= KEPT_S)

    def stamp(self, owner: str, part: str) -> Stamp | None:
        """Return the identity of a part on disk; None if it is missing."""
        try:
            status = self._path(owner, part).stat()
        except OSError:
            return None
        return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)

    def renew(self, owner: str, part: str) -> Stamp | None:
        """Reset the age of a part to zero, and return its new stamp."""
        with suppress(OSError):
            os.utime(self._path(owner, part))
        return self.stamp(owner, part)

    def move(self, owner: str, part: str, new_part: str) -> None:
        """Rename a part; a missing part is no error."""
        with suppress(OSError):
            os.replace(self._path(owner, part), self._path(owner, new_part))

    def forget(self, owner: str, part: str = RUN) -> None:
        """Remove a part, if it exists and the disk allows it."""
        with suppress(OSError):
            self._path(owner, part).unlink(missing_ok=True)

    def _path(self, owner: str, part: str = RUN) -> Path:
        return self.folder / f"{hashlib.sha256(owner.encode()).hexdigest()}.{part}"

    def _make_room(self, n_bytes: int, path: Path, max_bytes: float) -> None:
        """Remove files that are too old, and no others.

        Raises
        ------
        OSError
            If ``n_bytes`` do not fit beside the remaining files, or the folder cannot be made or read.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        now, total = time.time(), n_bytes
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if not _OURS.fullmatch(entry.name) or entry.name == path.name:
                    continue
                with suppress(FileNotFoundError):  # another server on the same folder may have removed it
                    status = entry.stat(follow_symlinks=False)
                    if now - status.st_mtime > KEPT_S:
                        os.unlink(entry)
                    else:
                        total += status.st_size
        if total > max_bytes:
            raise OSError(errno.ENOSPC, f"the next one does not fit into {max_bytes / 1e6:g} MB (MLP_CHECKPOINT_MB)")


def chosen_checkpoints() -> Checkpoints | None:
    """Return the checkpoints that MLP_CHECKPOINTS names: a folder, "off" for none, or by default the user's cache."""
    named = os.environ.get("MLP_CHECKPOINTS") or str(Path(pooch.os_cache("inkling")) / "checkpoints")
    if named.lower() == "off":
        return None
    return Checkpoints(Path(named).expanduser(), float(os.environ.get("MLP_CHECKPOINT_MB") or MAX_MB))
