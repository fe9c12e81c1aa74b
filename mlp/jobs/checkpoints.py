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
import threading
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pooch

from mlp.atomic import sync_folder, write_synced
from mlp.checks import checked_int
from mlp.jobs.days import Days
from mlp.jobs.manifest import (
    Entry,
    Kept,
    OtherFormatError,
    dump_manifest,
    newest_revision,
    parse_manifest,
    recovered_parts,
    revision_of,
)

MAX_MB = 2000.0
"""Limit for all owners together, unless MLP_CHECKPOINT_MB sets another: twice that of visitors' memory, as memory can
only be freed of what is on disk."""

OWNER_SHARE = 0.1  # of that limit, for one owner
KEPT_DAYS = 30  # days on which a server was up, after the owner's last visit; MLP_KEPT_DAYS
FULL = {errno.ENOSPC, errno.EDQUOT}

_FOLDER = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FLAT = re.compile(r"([0-9a-f]{64})\.([\w.-]+)", re.ASCII)  # a file of the previous version

Dump = Callable[[], bytes]

log = logging.getLogger(__name__)


class OutdatedError(Exception):
    """Another server has written something newer for this owner."""


class DamagedError(ValueError):
    """A file is missing, or its content has changed."""


class Checkpoints:
    """A folder with one folder per owner, named by the digest of the owner's id, and limited in total size.

    If it is full, new parts are refused. Several servers may share the folder if its disk has hard links: of two that
    save the same owner, the second is refused.

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
        self._max_bytes = max_mb * 1e6
        self._days = Days(self.folder / "days.json")
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()  # for sizes and days
        self.trouble: Exception | None = None
        self._logged: set[object] = set()
        if self.folder.is_dir():
            self.tend()

    def today(self) -> int:
        """Return the number of this day among those on which a server was up."""
        with self._lock:
            return self._days.today()

    def newest(self, owner: str) -> Kept:
        """Return an owner's state on disk.

        Raises
        ------
        OtherFormatError
            If another version wrote it.
        OSError
            If it cannot be read at present.
        """
        return self._newest(self._place(owner))

    def missing(self, owner: str, kept: Kept) -> set[str]:
        """Return the parts whose files are missing or have another length."""
        place = self._place(owner)
        return {name for name, entry in kept.parts.items() if _length(place / entry.file) != entry.n_bytes}

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
        digest = entry.file.rpartition(".")[2]
        if digest not in (hashlib.sha256(data).hexdigest(), "flat"):
            raise DamagedError(f"{entry.file} is not what was written")
        return data

    def save(self, owner: str, found: Kept, stay: Mapping[str, Entry], changes: Mapping[str, Dump]) -> Kept:
        """Publish all parts of an owner together, and return them.

        Parts ``stay``, possibly renamed, and ``changes`` are written in order; all others are removed. A change without
        room is left out and named in `trouble`; the part keeps its old content.

        Raises
        ------
        OutdatedError
            If the disk has something newer than ``found``; nothing changes.
        OSError
            If nothing can be written; nothing changes.
        """
        place, parts, written = self._place(owner), dict(stay), []
        version = f"{found.revision + 1}.{uuid.uuid4().hex[:8]}"
        trouble: Exception | None = None
        try:
            self._make(place)
            for name, dump in changes.items():
                try:
                    written.append(self._write(place, name, version, dump(), parts))
                    parts[name] = written[-1]
                except Exception as error:  # an unwritable part must not affect the others
                    trouble = error
            kept = Kept(found.revision + 1, self.today(), parts)
            self._publish(place, kept, {entry.file for entry in found.parts.values()} - _files(stay))
        except Exception as error:
            self.note_trouble(error)
            if isinstance(error, OutdatedError) or not (place / f"manifest.{found.revision + 1}").exists():
                _remove(place, [entry.file for entry in written])
            raise
        self._clean(place, kept)
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
            _remove_folder(place)
        self._sizes.pop(place.name, None)

    def tend(self) -> None:
        """Measure the folder, and remove owners after long absence; once an hour is enough."""
        self._adopt_flat_files()
        today, sizes = self.today(), {}
        for place in sorted(self.folder.iterdir()):
            if place.name.endswith(".gone"):
                shutil.rmtree(place, ignore_errors=True)
            if not _FOLDER.fullmatch(place.name):
                continue
            kept = Kept(day=today)
            with suppress(OSError, OtherFormatError, OutdatedError):
                kept = self._newest(place)
                # Damaged or missing, as after a killed server: it ages from now on.
                if not kept.day and (kept.parts or place.name in self._sizes):
                    kept = kept._replace(revision=kept.revision + 1, day=today)
                    self._publish(place, kept, ())
            if today - (kept.day or today) > self.kept_days:
                with suppress(OSError):
                    _remove_folder(place)
            else:
                sizes[place.name] = sum(_length(path) for path in place.iterdir())
        self._sizes = sizes

    def _place(self, owner: str) -> Path:
        return self.folder / hashlib.sha256(owner.encode()).hexdigest()

    def _newest(self, place: Path) -> Kept:
        for _ in range(5):
            try:
                files = os.listdir(place)
                revision = newest_revision(files)
                data = (place / f"manifest.{revision}").read_bytes() if revision else b""
            except FileNotFoundError:  # another server has just published the next revision, or there is no folder
                if place.is_dir():
                    continue
                return Kept()
            kept = parse_manifest(revision, data)
            if kept is None:
                lengths = {file: _length(place / file) for file in files}
                kept = Kept(revision, 0, recovered_parts(lengths, revision))
            return kept
        raise OSError(errno.EAGAIN, "other servers write the same visitor")

    def _make(self, place: Path) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.is_dir():
            place.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self.folder)

    def _write(self, place: Path, name: str, version: str, data: bytes, parts: Mapping[str, Entry]) -> Entry:
        """Write a part under a new name.

        Raises
        ------
        OSError
            If there is no room.
        """
        own = len(data) + sum(entry.n_bytes for other, entry in parts.items() if other != name)
        total = own + sum(size for other, size in list(self._sizes.items()) if other != place.name)
        for number, n_bytes, share in ((errno.EDQUOT, own, OWNER_SHARE), (errno.ENOSPC, total, 1.0)):
            if n_bytes > share * self._max_bytes:
                limit = f"{share:.0%} of {self._max_bytes / 1e6:g} MB (MLP_CHECKPOINT_MB)"
                raise OSError(number, f"the next part does not fit into {limit}")
        entry = Entry(f"{name}.{version}.{hashlib.sha256(data).hexdigest()}", len(data))
        write_synced(place / entry.file, data)
        return entry

    def _publish(self, place: Path, kept: Kept, gone: Collection[str]) -> None:
        """Publish a manifest by a link, unless another server has done so."""
        data = dump_manifest(kept)
        manifest, temporary = place / f"manifest.{kept.revision}", place / f".{uuid.uuid4().hex}"
        try:
            try:
                write_synced(temporary, data)
            except OSError as error:
                if error.errno not in FULL or not gone:
                    raise
                _remove(place, gone)  # removed parts make room for the manifest
                write_synced(temporary, data)
            sync_folder(place)  # the named files must be on disk before the manifest
            try:
                os.link(temporary, manifest)
            except FileExistsError as error:
                raise OutdatedError("another server was quicker") from error
            except OSError:  # a disk without hard links, which only one server may use
                os.rename(temporary, manifest)
        finally:
            _remove(place, [temporary.name])
        if self._newest(place).revision > kept.revision:  # it replaced one that others have replaced already
            _remove(place, [manifest.name])
            raise OutdatedError("other servers were quicker")
        sync_folder(place)

    def _clean(self, place: Path, kept: Kept) -> None:
        """Remove the files of earlier revisions, and unfinished files of killed servers."""
        stay = {*_files(kept.parts), f"manifest.{kept.revision}"}
        with suppress(OSError):
            files = [file for file in os.listdir(place) if file not in stay and revision_of(file) <= kept.revision]
            _remove(place, files)
        self._sizes[place.name] = kept.n_bytes

    def note_trouble(self, trouble: Exception | None) -> None:
        """Note why work is not saved, and log each kind of reason once."""
        self.trouble = trouble
        kind = getattr(trouble, "errno", type(trouble))
        if trouble is not None and kind not in self._logged and not isinstance(trouble, OutdatedError):
            self._logged.add(kind)
            reason = getattr(trouble, "strerror", None) or trouble
            log.warning("not everything is kept in %s, and would not outlive this server: %s", self.folder, reason)

    def _adopt_flat_files(self) -> None:
        """Move the files of the previous version, one per part, into a folder for each owner."""
        for name in os.listdir(self.folder):
            found = _FLAT.fullmatch(name)
            if found is not None and not any((self.folder / found[1]).glob("manifest.*")):
                with suppress(OSError):
                    (self.folder / found[1]).mkdir(mode=0o700, exist_ok=True)
                    os.rename(self.folder / name, self.folder / found[1] / f"{found[2]}.0.00000000.flat")


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


def _files(parts: Mapping[str, Entry]) -> set[str]:
    return {entry.file for entry in parts.values()}


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _remove_folder(place: Path) -> None:
    gone = place.with_name(f"{place.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)  # what a killed server left
    os.rename(place, gone)  # so that no reader sees half of it
    shutil.rmtree(gone)


def _remove(place: Path, names: Iterable[str]) -> None:
    for name in names:
        with suppress(OSError):
            os.unlink(place / name)
