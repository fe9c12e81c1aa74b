"""Runs on disk: where they wait while the server is started anew."""

import hashlib
import logging
import os
import time
from contextlib import suppress
from pathlib import Path

import pooch

from mlp.images.store import write_whole
from mlp.training.record import Record, RecordError, dump_record, parse_record

MAX_MB = 1000.0  # of all checkpoints together, unless MLP_CHECKPOINT_MB says otherwise
KEPT_S = 7 * 24 * 3600.0  # after the last one of a run was written
ENDING = ".run.safetensors"

log = logging.getLogger(__name__)


class Checkpoints:
    """The last record of each owner's run, a file each: written whole or not at all, bounded in number of bytes.

    A disk that is full or cannot be written costs the checkpoint, never the run; the log says so once. Files have the
    digest of their owner's id for a name, so the folder does not tell who may have what is in it.

    Parameters
    ----------
    folder : path
        Is created when it is first needed, for this user alone.
    max_mb : float
        Of all files together; the oldest go first.
    """

    def __init__(self, folder: str | os.PathLike[str], max_mb: float = MAX_MB) -> None:
        self.folder = Path(folder)
        self._max_bytes = max_mb * 1e6
        self._failing: str | None = None

    def save(self, owner: str, record: Record) -> bool:
        """Keep a record in place of the owner's last one; False if that could not be."""
        try:
            data = dump_record(record)
            self._make_room(len(data), self._path(owner))
            write_whole(self._path(owner), data)
        except (OSError, RecordError) as error:
            reason = getattr(error, "strerror", None) or str(error)  # without the file's name, another each time
            if reason != self._failing:
                log.warning("runs are not kept in %s, and would not outlive this server: %s", self.folder, reason)
            self._failing = reason
            return False
        self._failing = None
        return True

    def load(self, owner: str) -> Record | None:
        """Give the owner's record; None if there is none. One that cannot be read is logged, and is gone."""
        path = self._path(owner)
        try:
            if time.time() - path.stat().st_mtime > KEPT_S:
                return None
            return parse_record(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, RecordError) as error:
            log.warning("the run in %s is lost: %s", path, error)
            if isinstance(error, RecordError):
                with suppress(OSError):
                    path.unlink()
            return None

    def forget(self, owner: str) -> None:
        """Remove the owner's record, if there is one."""
        self._path(owner).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        return self.folder / f"{hashlib.sha256(owner.encode()).hexdigest()}{ENDING}"

    def _make_room(self, n_bytes: int, path: Path) -> None:
        """Remove what is too old, and then the oldest until ``n_bytes`` more fit."""
        if n_bytes > self._max_bytes:
            raise RecordError(
                f"a checkpoint of {n_bytes / 1e6:.0f} MB does not fit into {self._max_bytes / 1e6:.0f} MB"
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = []
        # What a killed server left half written ends in ".part".
        for file in (*self.folder.glob(f"*{ENDING}"), *self.folder.glob(f".*{ENDING}.*.part")):
            try:
                status = file.stat()
            except FileNotFoundError:  # another server on the same folder was quicker
                continue
            files.append((status.st_mtime, status.st_size, file))
        files.sort()
        surplus = sum(size for _, size, file in files if file != path) + n_bytes - self._max_bytes
        now = time.time()
        for written, size, file in files:
            if file != path and (surplus > 0 or now - written > KEPT_S):
                file.unlink(missing_ok=True)
                surplus -= size


def chosen_checkpoints() -> Checkpoints | None:
    """Give those that MLP_CHECKPOINTS asks for: a folder, "off" for none, else one in the user's cache."""
    named = os.environ.get("MLP_CHECKPOINTS") or str(Path(pooch.os_cache("inkling")) / "checkpoints")
    if named.lower() == "off":
        return None
    return Checkpoints(Path(named).expanduser(), float(os.environ.get("MLP_CHECKPOINT_MB") or MAX_MB))
