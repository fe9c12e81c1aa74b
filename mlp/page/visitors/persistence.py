"""Save visitors to disk, and restore them when they return."""

import logging
import time
from collections.abc import Iterator

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.visitor import Saved, Visitor
from mlp.page.visitors.works import File, Unknown, Work

UNSAVED = (
    "The server can’t write to its disk, or its disk is full. Your work may be lost when the server restarts, so "
    "download what you want to keep."
)
UNSAVABLE = (
    "Inkling can’t save part of your work, because of a fault in Inkling. It may be lost when the server restarts, so "
    "download what you want to keep."
)
UNREADABLE = "The server can’t read part of your earlier work: {}. It keeps the files, but they don’t come back here."

log = logging.getLogger(__name__)


class DiskError(Exception):
    """The disk or memory does not allow for reading a visitor at present; nothing is lost."""


def save(visitor: Visitor, checkpoints: Checkpoints, *, all_now: bool = False, only_small: bool = False) -> None:
    """Write each file that has changed, delete those whose work is gone, and note the visit.

    With ``all_now``, files that could wait are written too, as the server is about to end. With ``only_small``, only
    new files, the drawing, own digits and signs are written. A visitor who was forgotten is not saved.
    """
    with visitor.disk_lock:
        if visitor.forgotten:
            return
        try:
            errors = _save(visitor, checkpoints, all_now, only_small)
        except OSError as error:
            errors = [error]
        if errors and not visitor.unsaved:
            reason = getattr(errors[0], "strerror", None) or errors[0]
            log.warning("some work is not saved in %s, and would be lost in a restart: %s", checkpoints.folder, reason)
            visitor.add_notice(UNSAVED)
        visitor.unsaved = bool(errors) or (visitor.unsaved and only_small)


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> list[OSError]:
    """Return the disk's errors with files that visitors would miss."""
    for name in list(visitor.unreadable):
        checkpoints.set_aside(visitor.id, name)
        visitor.unreadable.remove(name)

    def is_due(work: Work, file: File) -> bool:
        if (last := visitor.saved.get(file.name)) is None:  # refused files and optional ones are tried less often
            return not only_small or bool(work.words and not visitor.unsaved and file.name not in visitor.unsavable)
        if last.fingerprint == file.fingerprint or (only_small and not work.is_small):
            return False
        return all_now or not last.is_of(file.fingerprint) or time.monotonic() - last.at >= file.every_s

    errors: list[OSError] = []
    files = _files(visitor)
    for work, file in files:
        if is_due(work, file):
            try:
                checkpoints.write(visitor.id, file.name, file.dump())
                visitor.saved[file.name] = Saved(file.fingerprint, time.monotonic())
                visitor.unsavable.discard(file.name)
            except OSError as error:  # an unwritable file must not affect the others
                if work.words:
                    errors.append(error)
            except Exception:
                if file.name not in visitor.unsavable:
                    log.exception("%s of a visitor cannot be saved, and would be lost in a restart", file.name)
                    visitor.unsavable.add(file.name)
                    visitor.add_notice(UNSAVABLE)
    visitor.unsavable &= {file.name for _, file in files}
    # Last, as work that has moved, such as a lesson's result, is then at its new place.
    for name in visitor.saved.keys() - {file.name for _, file in files}:
        checkpoints.delete(visitor.id, name)
        del visitor.saved[name]
    if visitor.noted_day != checkpoints.today():
        visitor.noted_day = checkpoints.note_visit(visitor.id)
    return errors


def _files(visitor: Visitor) -> list[tuple[Work, File]]:
    with visitor.lock:  # without it, a run that is being replaced would appear twice or not at all
        return [(work, file) for work in visitor.works for file in work.files()]


def is_saved(visitor: Visitor) -> bool:
    """Whether all of the visitor's work is on disk in its current state, so that memory can be freed."""
    if visitor.unreadable or any(job.snapshot().busy for job in visitor.jobs()):
        return False
    return all(
        (last := visitor.saved.get(file.name)) is not None and last.fingerprint == file.fingerprint
        for work, file in _files(visitor)
        if work.words
    )


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Return the visitor saved under this id, each file restored by itself, or None if nothing is saved.

    A notice names what cannot be decoded; the next save sets it aside. A DiskError says that disk or memory does not
    allow for it at present.
    """
    visitor, lost = Visitor(visitor_id), []
    try:
        if not checkpoints.knows(visitor_id):
            return None
        files = list(_in_order(visitor, checkpoints.names(visitor_id)))
        for work, number, name in files:
            try:
                work.load(number, checkpoints.read(visitor_id, name))
            except Exception as error:
                if _is_temporary(error):
                    raise
                log.warning("%s of a visitor cannot be read: %s: %s", name, type(error).__name__, error)
                visitor.unreadable.add(name)
                lost.append(work.words.format(number))
    except Exception as error:
        raise DiskError("a visitor cannot be restored at present") from error
    if named := ", ".join(filter(None, dict.fromkeys(lost))):
        visitor.add_notice(UNREADABLE.format(named))
    now, fingerprints = time.monotonic(), {file.name: file.fingerprint for _, file in _files(visitor)}
    on_disk = [name for _, _, name in files if name not in visitor.unreadable]
    visitor.saved = {name: Saved(fingerprints.get(name, ()), now) for name in on_disk}
    return visitor


def _in_order(visitor: Visitor, names: list[str]) -> Iterator[tuple[Work, int, str]]:
    """Yield the kind and number of each file: by kind, and of each kind the highest number first."""
    for work in [*visitor.works, Unknown(visitor)]:
        numbers = {name: number for name in names if (number := work.number_of(name)) is not None}
        names = [name for name in names if name not in numbers]
        for name in sorted(numbers, key=numbers.__getitem__, reverse=True):
            yield work, numbers[name], name


def _is_temporary(error: BaseException | None) -> bool:
    """Whether the disk or memory caused an error, rather than the content of a file."""
    return error is not None and (isinstance(error, OSError | MemoryError) or _is_temporary(error.__cause__))
