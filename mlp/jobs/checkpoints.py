"""Owners' work on disk: one folder per owner, with a manifest of the valid files.

A save writes the changed parts under new names, then publishes a manifest of all parts: a crash at any point leaves the
state before or after it. Saved work is removed only by its owner, or after days of absence.
"""

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pooch

from mlp.atomic import sync_folder, write_synced
from mlp.checks import checked_int
from mlp.jobs.days import day_number
from mlp.jobs.manifest import FLAT, Entry, Kept, dump_manifest, parse_manifest, recovered

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

MAX_MB = 2000.0
"""Limit for all owners together, unless MLP_CHECKPOINT_MB sets another: twice that of visitors' memory, as memory can
only be freed of what is on disk."""

OWNER_SHARE = 0.1  # of that limit, for one owner
KEPT_DAYS = 30  # days on which a server was up, after the owner's last visit; MLP_KEPT_DAYS
FULL = {errno.ENOSPC, errno.EDQUOT}
MANIFEST = "manifest"

_FOLDER = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FLAT = re.compile(r"([0-9a-f]{64})\.([\w.-]+)", re.ASCII)  # a file of the previous version

log = logging.getLogger(__name__)


class OutdatedError(Exception):
    """Another server has written something newer for this owner."""


class DamagedError(ValueError):
    """A file is missing, or its content has changed."""


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

    Attributes
    ----------
    trouble : Exception or None
        The reason that the last save was incomplete; None if it was not.
    """

    def __init__(self, folder: str | os.PathLike[str], max_mb: float = MAX_MB, kept_days: int = KEPT_DAYS) -> None:
        self.folder = Path(folder)
        self.kept_days = kept_days
        self.trouble: Exception | None = None
        self._max_bytes = max_mb * 1e6
        self._sizes: dict[str, int] = {}
        self._logged: set[object] = set()
        if self.folder.is_dir():
            self.clean_up()

    def today(self) -> int:
        """Return the number of this day among those on which a server was up."""
        return day_number(self.folder / "days.json")

    def newest(self, owner: str) -> Kept:
        """Return an owner's state on disk.

        Raises
        ------
        OSError
            If it cannot be read at present; an OtherFormatError if another version wrote it.
        """
        return _newest(self._place(owner))

    def missing(self, owner: str, kept: Kept) -> set[str]:
        """Return the parts whose files are missing or have another length."""
        lengths = _lengths(self._place(owner))
        return {name for name, entry in kept.parts.items() if lengths.get(entry.file) != entry.n_bytes}

    def read(self, owner: str, entry: Entry) -> bytes:
        """Return the content of a part.

        Raises
        ------
        DamagedError
            If the file is missing, or its content has changed.
        OSError, MemoryError
            If it cannot be read at present.
        """
        try:
            data = (self._place(owner) / entry.file).read_bytes()
        except FileNotFoundError as error:
            raise DamagedError(f"{entry.file} is missing") from error
        if not entry.file.endswith((hashlib.sha256(data).hexdigest(), FLAT)):
            raise DamagedError(f"{entry.file} is not what was written")
        return data

    def save(
        self, owner: str, found: Kept, stay: Mapping[str, Entry], changes: Mapping[str, Callable[[], bytes]]
    ) -> Kept:
        """Publish all parts of an owner together, and return them.

        Parts ``stay``, possibly renamed, and ``changes`` are written in order; all others are removed. A change without
        room is left out and named in `trouble`; the part keeps its old content.

        Raises
        ------
        OutdatedError
            If the disk has something else than ``found``; nothing changes.
        OSError
            If nothing can be written; nothing changes.
        """
        place, parts = self._place(owner), dict(stay)
        trouble: Exception | None = None
        try:
            with self._locked():
                if _newest(place).revision != found.revision:
                    raise OutdatedError("another server has saved this owner first")
                try:
                    if not place.is_dir():
                        place.mkdir(mode=0o700)
                        sync_folder(self.folder)
                    for name, dump in changes.items():
                        try:
                            parts[name] = self._write(place, name, found.revision + 1, dump(), parts)
                        except Exception as error:  # an unwritable part must not affect the others
                            trouble = error
                    kept = Kept(found.revision + 1, self.today(), parts)
                    _publish(place, kept, _files(found.parts) - _files(stay))
                finally:
                    self._clean(place)
        except Exception as error:
            trouble = error
            raise
        finally:
            self.note_trouble(trouble)
        return kept

    def remove(self, owner: str) -> None:
        """Remove all that is kept of an owner.

        Raises
        ------
        OSError
            If the disk refuses.
        """
        place = self._place(owner)
        if place.is_dir():
            with self._locked():
                _remove_all(place)
                self._sizes.pop(place.name, None)

    def clean_up(self) -> None:
        """Measure the folder, and remove owners after long absence; once an hour is enough."""
        with suppress(OSError), self._locked():
            self._adopt_flat_files()
            today, self._sizes = self.today(), {}
            for place in [path for path in self.folder.iterdir() if _FOLDER.fullmatch(path.name)]:
                with suppress(OSError):
                    kept = _newest(place)
                    if kept.parts and not kept.day:  # without a valid manifest: it ages from now on
                        _publish(place, Kept(kept.revision + 1, today, kept.parts))
                    elif today - kept.day > self.kept_days:
                        _remove_all(place)
                self._clean(place)

    def note_trouble(self, trouble: Exception | None) -> None:
        """Note why work is not saved, and log each kind of reason once."""
        self.trouble = trouble
        kind = getattr(trouble, "errno", type(trouble))
        if trouble is not None and kind not in self._logged and not isinstance(trouble, OutdatedError):
            self._logged.add(kind)
            reason = getattr(trouble, "strerror", None) or trouble
            log.warning("some work is not saved in %s, and would be lost in a restart: %s", self.folder, reason)

    def _place(self, owner: str) -> Path:
        return self.folder / hashlib.sha256(owner.encode()).hexdigest()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the folder against other servers, if its disk has locks."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.folder / ".lock", "wb") as lock:
            with suppress(OSError):
                if fcntl is not None:
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, place: Path, name: str, revision: int, data: bytes, parts: Mapping[str, Entry]) -> Entry:
        """Write a part under a new name.

        Raises
        ------
        OSError
            If there is no room.
        """
        own = len(data) + sum(entry.n_bytes for other, entry in parts.items() if other != name)
        total = own + sum(size for other, size in self._sizes.items() if other != place.name)
        for number, n_bytes, share in ((errno.EDQUOT, own, OWNER_SHARE), (errno.ENOSPC, total, 1.0)):
            if n_bytes > share * self._max_bytes:
                limit = f"{share:.0%} of {self._max_bytes / 1e6:g} MB (MLP_CHECKPOINT_MB)"
                raise OSError(number, f"the next part does not fit into {limit}")
        entry = Entry(f"{name}.{revision}.{hashlib.sha256(data).hexdigest()}", len(data))
        write_synced(place / entry.file, data)
        return entry

    def _clean(self, place: Path) -> None:
        """Remove files that are not valid, such as those of a killed server, and measure the others."""
        with suppress(OSError):  # the published state is valid anyway
            lengths = _lengths(place)
            with suppress(OSError):
                gone = lengths.keys() - {MANIFEST} - _files(_newest(place).parts)
                _remove(place, gone)
                lengths = {file: length for file, length in lengths.items() if file not in gone}
            self._sizes[place.name] = sum(lengths.values()) - lengths.get(MANIFEST, 0)

    def _adopt_flat_files(self) -> None:
        """Move the files of the previous version, one per part, into a folder for each owner."""
        for name in os.listdir(self.folder):
            found = _FLAT.fullmatch(name)
            if found is not None and not (self.folder / found[1] / MANIFEST).exists():
                with suppress(OSError):
                    (self.folder / found[1]).mkdir(mode=0o700, exist_ok=True)
                    os.rename(self.folder / name, self.folder / found[1] / f"{found[2]}.{FLAT}")


def chosen_checkpoints() -> Checkpoints | None:
    """Return the checkpoints that MLP_CHECKPOINTS names: a folder, "off" for none, or by default the user's cache."""
    named = os.environ.get("MLP_CHECKPOINTS") or str(Path(pooch.os_cache("inkling")) / "checkpoints")
    if named.lower() == "off":
        return None
    max_mb = float(os.environ.get("MLP_CHECKPOINT_MB") or MAX_MB)
    return Checkpoints(Path(named).expanduser(), max_mb, kept_days())


def kept_days() -> int:
    """Return the number of days for which work is kept after a visit: MLP_KEPT_DAYS."""
    text = os.environ.get("MLP_KEPT_DAYS", "").strip() or str(KEPT_DAYS)
    return checked_int("MLP_KEPT_DAYS", int(text) if text.isdecimal() else text, 1, 400)  # type: ignore[arg-type]


def _newest(place: Path) -> Kept:
    try:
        return parse_manifest((place / MANIFEST).read_bytes()) or recovered(_lengths(place))
    except FileNotFoundError:  # no save was finished; the previous version had no manifests
        return recovered({file: length for file, length in _lengths(place).items() if file.endswith(FLAT)})


def _publish(place: Path, kept: Kept, gone: Collection[str] = ()) -> None:
    """Replace the last manifest by this one; files that are ``gone`` are removed first if it needs their room."""
    data, new = dump_manifest(kept), place / f".{MANIFEST}"
    try:
        write_synced(new, data)
    except OSError as error:
        if error.errno not in FULL or not gone:
            raise
        _remove(place, gone)
        write_synced(new, data)
    sync_folder(place)  # the named files must be on disk before the manifest
    os.replace(new, place / MANIFEST)
    sync_folder(place)


def _files(parts: Mapping[str, Entry]) -> set[str]:
    return {entry.file for entry in parts.values()}


def _lengths(place: Path) -> dict[str, int]:
    """Return the length of each file in a folder; of none if there is no folder."""
    return {path.name: path.stat().st_size for path in place.iterdir()} if place.is_dir() else {}


def _remove(place: Path, names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            os.unlink(place / name)


def _remove_all(place: Path) -> None:
    (place / MANIFEST).unlink(missing_ok=True)  # first, so that no reader sees half of the rest
    shutil.rmtree(place)
