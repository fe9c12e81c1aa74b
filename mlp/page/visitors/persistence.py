"""Save visitors to disk, and restore them when they return."""

import logging
import time

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.visitor import Saved, Visitor
from mlp.page.visitors.works import File, Work

UNSAVED = (
    "The server can’t write to its disk, or its disk is full. Your work may be lost when the server restarts, so "
    "download what you want to keep."
)
UNSAVABLE = (
    "Inkling can’t save part of your work, because of a fault in Inkling. It may be lost when the server restarts, so "
    "download what you want to keep."
)
UNREADABLE = "The server can’t read part of your earlier work: {}. It keeps the files, but they don’t come back here."
UNKNOWN = "something of another version of Inkling"
RETRY_S = 7.0  # between two attempts to save work that was refused

log = logging.getLogger(__name__)


class DiskError(Exception):
    """The disk or memory does not allow for reading a visitor at present; nothing is lost."""


def save(visitor: Visitor, checkpoints: Checkpoints, *, all_now: bool = False) -> None:
    """Write each file that has changed, delete those whose work is gone, and note the visit.

    With ``all_now``, files that could wait are written too, as the server is about to end. A visitor who was forgotten
    is not saved.
    """
    with visitor.disk_lock:
        if visitor.forgotten:
            return
        try:
            for name in list(visitor.unreadable):
                checkpoints.set_aside(visitor.id, name)
                visitor.unreadable.remove(name)
            files = _files(visitor)
            for work, file in files:
                if _is_due(file, visitor.saved.get(file.name), all_now):
                    visitor.saved[file.name] = _written(visitor, checkpoints, work, file)
            # Last, as work that has moved, such as a lesson's result, is then at its new place.
            for name in visitor.saved.keys() - {file.name for _, file in files}:
                checkpoints.delete(visitor.id, name)
                del visitor.saved[name]
            checkpoints.note_visit(visitor.id)
        except OSError as error:
            _refuse_for_disk(visitor, checkpoints, error)
        else:
            visitor.refusals = {last.refusal for last in visitor.saved.values() if last.refusal}


def _is_due(file: File, last: Saved | None, all_now: bool) -> bool:
    if last is None or last.fingerprint == file.fingerprint:
        return last is None
    is_new = last.fingerprint and not last.is_of(file.fingerprint)
    return all_now or bool(is_new) or time.monotonic() - last.at >= (file.every_s if last.fingerprint else RETRY_S)


def _written(visitor: Visitor, checkpoints: Checkpoints, work: Work, file: File) -> Saved:
    """Write a file; an error must not affect the others, and is reported unless the work would not be missed."""
    refusal = ""
    try:
        checkpoints.write(visitor.id, file.name, file.dump())
        return Saved(file.fingerprint, time.monotonic())
    except OSError as error:
        if work.words:
            refusal = _refuse_for_disk(visitor, checkpoints, error)
    except Exception:
        if UNSAVABLE not in visitor.refusals:
            log.exception("%s of a visitor cannot be saved, and would be lost in a restart", file.name)
        refusal = _refuse(visitor, UNSAVABLE)
    return Saved((), time.monotonic(), refusal)


def _refuse_for_disk(visitor: Visitor, checkpoints: Checkpoints, error: OSError) -> str:
    if UNSAVED not in visitor.refusals:
        reason = error.strerror or error
        log.warning("some work is not saved in %s, and would be lost in a restart: %s", checkpoints.folder, reason)
    return _refuse(visitor, UNSAVED)


def _refuse(visitor: Visitor, sentence: str) -> str:
    """Return the sentence, once it is shown to the visitor."""
    if sentence not in visitor.refusals:
        visitor.refusals.add(sentence)
        visitor.add_notice(sentence)
    return sentence


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
    visitor, lost = Visitor(visitor_id), list[str]()
    try:
        if not checkpoints.knows(visitor_id):
            return None
        names = checkpoints.names(visitor_id)
        files = _in_order(visitor, names)
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
    if unknown := set(names) - {name for _, _, name in files}:
        log.warning("files of a visitor are of no kind of work: %s", ", ".join(sorted(unknown)))
        visitor.unreadable |= unknown
        lost.append(UNKNOWN)
    if named := ", ".join(filter(None, dict.fromkeys(lost))):
        visitor.add_notice(UNREADABLE.format(named))
    now, fingerprints = time.monotonic(), {file.name: file.fingerprint for _, file in _files(visitor)}
    visitor.saved = {name: Saved(fingerprints.get(name, ()), now) for name in set(names) - visitor.unreadable}
    return visitor


def _in_order(visitor: Visitor, names: list[str]) -> list[tuple[Work, int, str]]:
    """Return the kind and number of each file: by kind, and of each kind the highest number first."""
    found = [
        (place, -number, work, name)
        for place, work in enumerate(visitor.works)
        for name in names
        if (number := work.number_of(name)) is not None
    ]
    return [(work, -number, name) for _, number, work, name in sorted(found, key=lambda one: one[:2])]


def _is_temporary(error: BaseException | None) -> bool:
    """Whether the disk or memory caused an error, rather than the content of a file."""
    return error is not None and (isinstance(error, OSError | MemoryError) or _is_temporary(error.__cause__))
