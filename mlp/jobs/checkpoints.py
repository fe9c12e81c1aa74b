"""Owners' work on disk: one folder per owner, with a manifest of the valid files.

A save writes the changed parts under new names, then publishes a manifest of all parts: a crash at any point leaves the
state before or after it. Saved work is removed only by its owner, or after days of absence.
"""

import errno
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pooch

from mlp.atomic import sync_folder, take_lock, write_synced, write_whole
from mlp.checks import checked
from mlp.jobs.limits import Limits, limits
from mlp.jobs.manifest import Kept, dump_manifest, parse_manifest, recovered

MAX_MB = 2000.0
"""Limit for all owners together, unless MLP_CHECKPOINT_MB sets another: twice that of visitors' memory, as memory can
only be freed of what is on disk."""

OWNER_SHARE = 0.1  # of that limit, for one owner
DAY_S = 24 * 3600
LOCK_WAIT_S = 2.0
FULL = {errno.ENOSPC, errno.EDQUOT}
MANIFEST = "manifest"

_FOLDER = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FLAT = re.compile(r"([0-9a-f]{64})\.([\w.-]+)", re.ASCII)  # a file of the previous version


class OutdatedError(Exception):
    """Another server has written something newer for this owner."""


class UnusableError(ValueError):
    """A part cannot be used at present; the message tells its owner why."""


class Checkpoints:
    """A folder with one folder per owner, named by the digest of the owner's id, and limited in total size.

    If it is full, new parts are refused. Several servers may share the folder if its disk has locks: of two that save
    the same owner, the second is refused.

    Parameters
    ----------
    folder : path
        Created when it is first needed, readable by this user only.
    max_mb : float
        Limit for all files together.
    kept_days : int
        Days of absence after which work is removed, counting those on which a server was up.
    """

    def __init__(
        self, folder: str | os.PathLike[str], max_mb: float = MAX_MB, kept_days: int = Limits.kept_days
    ) -> None:
        self.folder = Path(folder)
        self.kept_days = kept_days
        self._max_bytes = max_mb * 1e6
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()
        self._lock_wait_s = LOCK_WAIT_S
        if self.folder.is_dir():
            self.clean_up()

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

    def newest(self, owner: str) -> Kept:
        """Return an owner's state on disk.

        Raises
        ------
        OSError
            If it cannot be read at present, or another version wrote it.
        """
        return _newest(self._place(owner))

    def intact(self, owner: str, kept: Kept) -> set[str]:
        """Return the files of ``kept`` that are still valid and on disk, with the right length."""
        with suppress(OSError):
            there = _lengths(self._place(owner)).items() & self.newest(owner).files.items()
            return {file for file, _ in there & kept.files.items()}
        return set()

    def read(self, owner: str, file: str) -> bytes:
        """Return the content of a file.

        Raises
        ------
        UnusableError
            If it is missing, or its content has changed.
        OSError, MemoryError
            If it cannot be read at present.
        """
        data = _content(self._place(owner) / file)
        if not file.endswith(_digest(data)):
            raise UnusableError("its file is damaged")
        return data

    def save(
        self,
        owner: str,
        revision: int,
        stay: Mapping[str, int],
        changes: Mapping[str, Callable[[], bytes]],
        replaced: Mapping[str, Collection[str]] = {},
    ) -> tuple[Kept, dict[str, Exception]]:
        """Publish all files of an owner together; return them, and the errors of changes that were left out.

        These are the files that ``stay``, with their lengths, and one for each part in ``changes``, written in order
        and instead of the files that it ``replaced``. If a change is left out, such as for lack of room, those stay.

        Raises
        ------
        OutdatedError
            If the disk has something newer than ``revision``; nothing changes.
        OSError
            If nothing can be written; nothing changes.
        """
        place, files, refused = self._place(owner), dict(stay), dict[str, Exception]()
        with self._locked():
            found = _newest(place)
            if found.revision > revision:
                raise OutdatedError("another server has saved this owner first")
            try:
                if not found.day:
                    place.mkdir(mode=0o700, exist_ok=True)
                    _publish(place, found)  # so that one that is missing later was lost
                    sync_folder(self.folder)
                for name, dump in changes.items():
                    others = {file: files[file] for file in files.keys() - set(replaced.get(name, ()))}
                    try:
                        files = others | self._write(place, f"{name}.{revision + 1}", dump(), sum(others.values()))
                    except Exception as error:  # an unwritable part must not affect the others
                        refused[name] = error
                saved = Kept(revision + 1, self.today(), files)
                _publish(place, saved, found.files.keys() - stay.keys())
            finally:
                self._clean(place)
        return saved, refused

    def remove(self, owner: str) -> None:
        """Remove all work of an owner; the empty manifest keeps other servers from saving an older state again.

        Raises
        ------
        OSError
            If the disk refuses.
        """
        if (found := self.newest(owner)).files:
            self.save(owner, found.revision, {}, {})
            if left := _lengths(self._place(owner)):
                raise OSError(f"files that could not be removed: {len(left)}")

    def clean_up(self) -> None:
        """Measure the folder, and remove owners after long absence; once an hour is enough."""
        with suppress(OSError), self._locked():
            self._adopt_flat_files()
            today, self._sizes = self.today(), {}
            for place in [path for path in self.folder.iterdir() if _FOLDER.fullmatch(path.name)]:
                with suppress(OSError):
                    kept = _newest(place)
                    if kept.files and not kept.day:  # without a valid manifest: it ages from now on
                        _publish(place, Kept(kept.revision + 1, today, kept.files))
                    elif today - kept.day > self.kept_days:
                        shutil.rmtree(place)
                self._clean(place)

    def _place(self, owner: str) -> Path:
        return self.folder / _digest(owner.encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the folder against other threads and, if its disk has locks, other servers.

        A server that was stopped may hold the lock: after one TimeoutError, no call waits until the lock is free again.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock, open(self.folder / ".lock", "wb") as lock:
            taken = take_lock(lock, self._lock_wait_s)
            self._lock_wait_s = LOCK_WAIT_S if taken else 0.0
            if not taken:
                raise TimeoutError("another server holds the lock; is it stopped?")
            yield

    def _write(self, place: Path, name: str, data: bytes, others: int) -> dict[str, int]:
        """Write a file beside the owner's ``others``, in bytes; return it, or raise an OSError if there is no room."""
        own = others + len(data)
        total = own + sum(size for other, size in self._sizes.items() if other != place.name)
        for number, n_bytes, share in ((errno.EDQUOT, own, OWNER_SHARE), (errno.ENOSPC, total, 1.0)):
            if n_bytes > share * self._max_bytes:
                limit = f"{share:.0%} of {self._max_bytes / 1e6:g} MB (MLP_CHECKPOINT_MB)"
                raise OSError(number, f"the next part does not fit into {limit}")
        file = f"{name}.{_digest(data)}"
        write_synced(place / file, data)
        return {file: len(data)}

    def _clean(self, place: Path) -> None:
        """Remove files that are not valid, such as those of a killed server, and measure the others."""
        with suppress(OSError):  # the published state is valid anyway
            with suppress(OSError):
                _remove(place, _lengths(place).keys() - _newest(place).files.keys())
            self._sizes[place.name] = sum(_lengths(place).values())

    def _adopt_flat_files(self) -> None:
        """Move the files of the previous version, one per part, into a folder for each owner."""
        for path in list(self.folder.iterdir()):
            with suppress(OSError):
                if found := _FLAT.fullmatch(path.name):
                    place = self.folder / found[1]
                    place.mkdir(mode=0o700, exist_ok=True)
                    if not _content(place / MANIFEST):
                        os.rename(path, place / f"{found[2]}.0.{_digest(path.read_bytes())}")


def chosen_checkpoints() -> Checkpoints | None:
    """Return the checkpoints that MLP_CHECKPOINTS names: a folder, "off" for none, or by default the user's cache."""
    named = os.environ.get("MLP_CHECKPOINTS") or str(Path(pooch.os_cache("inkling")) / "checkpoints")
    if named.lower() == "off":
        return None
    max_mb: Any = os.environ.get("MLP_CHECKPOINT_MB") or MAX_MB
    return Checkpoints(Path(named).expanduser(), checked("MLP_CHECKPOINT_MB", max_mb, low=0), limits().kept_days)


def _newest(place: Path) -> Kept:
    return parse_manifest(_content(place / MANIFEST)) or recovered(_lengths(place))


def _content(path: Path) -> bytes:
    """Return the content of a file, none if it is missing; unlike `Path.exists`, never take an error for that."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _publish(place: Path, kept: Kept, gone: Collection[str] = ()) -> None:
    """Replace the last manifest by this one; files that are ``gone`` are removed first if it needs their room."""
    sync_folder(place)  # the named files must be on disk before the manifest
    try:
        write_whole(place / MANIFEST, dump_manifest(kept))
    except OSError as error:
        if error.errno not in FULL or not gone:
            raise
        _remove(place, gone)
        write_whole(place / MANIFEST, dump_manifest(kept))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lengths(place: Path) -> dict[str, int]:
    """Return the length of each file in a folder but the manifest; of none if there is no folder."""
    try:
        paths = list(place.iterdir())
    except FileNotFoundError:
        return {}
    return {path.name: path.stat().st_size for path in paths if path.name != MANIFEST}


def _remove(place: Path, names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            os.unlink(place / name)
