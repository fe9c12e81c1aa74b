"""Owners' work on disk: one folder per owner, with one file for each piece of work.

A file is replaced whole, so that a crash at any point leaves its last state or the new one. Saved work is removed only
by its owner, or after days of absence.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
import threading
import time
import weakref
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from mlp.atomic import sync_folder, take_lock, write_whole
from mlp.checks import Number
from mlp.jobs.limits import Limits, limits
from mlp.training.data.image_set import bytes_of_sets
from mlp.user_cache import user_cache

FORMAT = b"inkling-work-1"

MAX_MB = 2000.0
"""Limit for all owners together, unless MLP_CHECKPOINT_MB sets another: twice that of visitors' memory, as memory can
only be freed of what is on disk."""

OWNER_SHARE = 0.1  # of that limit, for one owner
DAY_S = 24 * 3600
LOCK_WAIT_S = 10.0  # for a server that ends while the next one starts
VISIT, UNREADABLE = "visit", "unreadable"

SET = ".set.json"
"""The end of the name of a file that says that its owner has a data set, whose digest is before it."""

_FOLDER = re.compile(r"[0-9a-f]{64}", re.ASCII)

log = logging.getLogger(__name__)


class DamagedError(ValueError):
    """A file is damaged or has another format."""


class TakenError(RuntimeError):
    """Another server uses the folder; the message names the address of its page."""


class Checkpoints:
    """A folder with one folder per owner, named by the digest of the owner's id, and limited in total size.

    If it is full, new files are refused. Only one server may use the folder at a time, see `chosen_checkpoints`. All
    methods but `clean_up` raise an OSError if the disk cannot be read or written at present.

    ``folder`` is created when it is first needed, readable by this user only. ``max_mb`` limits all files together.
    Work is removed after ``kept_days`` of absence, counting those on which a server was up. ``lock`` is what holds the
    folder against other servers until it is closed, with this object.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        max_mb: float = MAX_MB,
        kept_days: int = Limits.kept_days,
        lock: BinaryIO | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.kept_days = kept_days
        self._max_bytes = max_mb * 1e6
        if lock is not None:
            weakref.finalize(self, lock.close).atexit = False  # it is held until everything is saved
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()
        self.clean_up()
        if n_unreadable := len(list(self.folder.glob(f"*/{UNREADABLE}/*"))):
            log.warning("%d files of visitors cannot be read: see %s/*/%s", n_unreadable, self.folder, UNREADABLE)

    def today(self) -> int:
        """Return the number of this day among those on which a server was up, from 1.

        A jump of the clock adds one day. If the table of days is lost, numbers start again, and work stays longer.
        """
        table, date = self.folder / "days", b"%d" % (time.time() // DAY_S)
        dates = set(re.findall(rb"^\d+$", _content(table), re.MULTILINE))
        if date not in dates:
            with suppress(OSError), open(table, "ab") as out:  # if it cannot be written, everything is kept longer
                out.write(date + b"\n")
        return len(dates | {date})

    def note_visit(self, owner: str) -> None:
        """Note that the owner was here today, if anything is on disk."""
        folder = self._folder(owner)
        with self._lock:
            today = b"%d" % self.today()
            if folder.is_dir() and _content(folder / VISIT) != today:
                write_whole(folder / VISIT, today)

    def knows(self, owner: str) -> bool:
        """Whether any work of the owner is on disk, readable or not."""
        return bool(self.names(owner)) or any(_listed(self._folder(owner) / UNREADABLE))

    def names(self, owner: str) -> list[str]:
        """Return the names of an owner's files."""
        own = {VISIT, UNREADABLE}
        return sorted(name for name in _listed(self._folder(owner)) if name not in own and not name.startswith("."))

    def sets(self) -> set[str]:
        """Return the digests of the data sets that any owner has: their images are in one file for all."""
        return {path.name.removesuffix(SET) for path in self.folder.glob(f"*/*{SET}")}

    def load(self, owner: str, name: str) -> bytes:
        """Return the content of a file.

        Raises a DamagedError if its content has changed, or it has another format.
        """
        head, _, data = (self._folder(owner) / name).read_bytes().partition(b"\n")
        if head != _head(data):
            raise DamagedError(f"the file must begin with {FORMAT.decode()} and the digest of what follows")
        return data

    def write(self, owner: str, name: str, data: bytes) -> None:
        """Write a file in place of the last one of this name, which stays after an OSError, as if there is no room."""
        folder, content = self._folder(owner), _head(data) + b"\n" + data
        with self._lock:
            own = _size(folder, but=name) + len(content)
            self._require_space(folder, own, {*_listed(folder), name})
            if not folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.mkdir(mode=0o700)
                sync_folder(self.folder)
            write_whole(folder / name, content)
            self._sizes[folder.name] = own

    def _require_space(self, folder: Path, own: int, names: Collection[str]) -> None:
        """Raise an OSError if the owner's files, of these names, do not fit; a data set counts for each who has it."""
        total = own + sum(size for other, size in self._sizes.items() if other != folder.name)
        sets = bytes_of_sets()
        own += sum(sets.get(name.removesuffix(SET), 0) for name in names)
        total += sum(sets.values())
        for number, n_bytes, share in ((errno.EDQUOT, own, OWNER_SHARE), (errno.ENOSPC, total, 1.0)):
            if n_bytes > share * self._max_bytes:
                limit = f"{share:.0%} of {self._max_bytes / 1e6:g} MB (MLP_CHECKPOINT_MB)"
                raise OSError(number, f"the next file does not fit into {limit}")

    def delete(self, owner: str, name: str) -> None:
        """Delete a file; a missing one is no error."""
        folder = self._folder(owner)
        with self._lock:
            (folder / name).unlink(missing_ok=True)
            self._sizes[folder.name] = _size(folder)

    def set_aside(self, owner: str, name: str) -> None:
        """Move a file that cannot be decoded to the owner's folder of such files, where it stays."""
        folder = self._folder(owner)
        with self._lock:
            (folder / UNREADABLE).mkdir(mode=0o700, exist_ok=True)
            os.replace(folder / name, folder / UNREADABLE / f"{len(_listed(folder / UNREADABLE)) + 1}.{name}")

    def remove(self, owner: str) -> None:
        """Remove everything of an owner; after an OSError, some of it remains."""
        folder = self._folder(owner)
        with self._lock:
            if folder.exists():
                shutil.rmtree(folder)
            self._sizes.pop(folder.name, None)

    def clean_up(self) -> None:
        """Measure the folder, and remove owners after long absence and leftovers of killed servers."""
        with suppress(OSError), self._lock:
            self._sizes, today = {}, self.today()
            for folder in [self.folder / name for name in _listed(self.folder) if _FOLDER.fullmatch(name)]:
                with suppress(OSError):
                    last = _content(folder / VISIT)
                    if not last.isdigit():  # lost: it ages from now on
                        write_whole(folder / VISIT, b"%d" % today)
                    elif today - int(last) > self.kept_days:
                        shutil.rmtree(folder)
                        continue
                    for leftover in folder.glob(".*.part"):
                        leftover.unlink()
                    self._sizes[folder.name] = _size(folder)

    def _folder(self, owner: str) -> Path:
        return self.folder / hashlib.sha256(owner.encode()).hexdigest()


def chosen_checkpoints(address: str) -> Checkpoints | None:
    """Return the checkpoints that MLP_CHECKPOINTS names: a folder, "off" for none, or by default the user's cache.

    The folder is held until the process ends, and names the ``address`` of this server's page to others. If another
    server has the default folder, for which nobody asked, there are no checkpoints. Raises a TakenError if another
    server still holds the named folder after ten seconds, and a ValueError if a variable is invalid.
    """
    named = os.environ.get("MLP_CHECKPOINTS", "")
    if named.lower() == "off":
        return None
    folder = Path(named or user_cache() / "checkpoints").expanduser()
    max_mb: Any = os.environ.get("MLP_CHECKPOINT_MB") or MAX_MB
    limit_mb, kept_days = Number("MLP_CHECKPOINT_MB", low=0).checked(max_mb), limits().kept_days
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = open(folder / ".lock", "a+b")  # noqa: SIM115 - closed with the object
    except OSError as error:
        log.warning("visitors' work cannot be saved in %s: %s", folder, error)
        return Checkpoints(folder, limit_mb, kept_days)
    if not take_lock(lock, LOCK_WAIT_S):
        with lock:
            lock.seek(0)
            other = lock.read().decode(errors="replace")
        taken = f"the page at {other} keeps its visitors' work in {folder}, and a folder serves one page"
        if named:
            raise TakenError(f"{taken}. Stop that page, or name another folder by MLP_CHECKPOINTS.")
        log.warning("work is kept in memory only: %s", taken)
        return None
    lock.truncate(0)
    lock.write(address.encode())
    lock.flush()
    return Checkpoints(folder, limit_mb, kept_days, lock)


def _content(path: Path) -> bytes:
    """Return the content of a file, none if it is missing; unlike `Path.exists`, never take an error for that."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _listed(folder: Path) -> list[str]:
    """Return the names in a folder; none if it is missing."""
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _head(data: bytes) -> bytes:
    return FORMAT + b" " + hashlib.sha256(data).hexdigest().encode()


def _size(folder: Path, *, but: str = "") -> int:
    """Return the bytes of all files in an owner's folder, except the one named."""
    files = [path for path in folder.rglob("*") if path != folder / but]
    return sum(path.stat().st_size for path in files if path.is_file())
