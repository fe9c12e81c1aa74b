"""Save the work of visitors and other owners to disk, and restore it when they return."""

import logging
import time
from functools import reduce

from mlp.jobs.checkpoints import Checkpoints
from mlp.language import Later, mark
from mlp.page.visitors.owner import File, Owner, Saved, Work

UNSAVED = Later(
    "The server can’t write to its disk, or its disk is full. Your work may be lost when the server restarts, so "
    "download what you want to keep."
)
UNSAVABLE = Later(
    "Inkling can’t save part of your work, because of a fault in Inkling. It may be lost when the server restarts, so "
    "download what you want to keep."
)
UNREADABLE = mark(
    "The server can’t read part of your earlier work: {works}. It keeps the files, but they don’t come back here."
)
UNKNOWN = Later("something of another version of Inkling")
LISTED = "{first}, {second}"
RETRY_S = 7.0  # between two attempts to save work that was refused

log = logging.getLogger(__name__)


class DiskError(OSError):
    """The disk or memory does not allow for reading an owner's work at present; nothing is lost."""


def save(owner: Owner, checkpoints: Checkpoints, *, all_now: bool = False) -> None:
    """Write each file that has changed, delete those whose work is gone, and note the visit of whoever is here.

    With ``all_now``, files that could wait are written too, as the server is about to end. A visitor who was forgotten
    is not saved.
    """
    with owner.disk_lock:
        if owner.forgotten:
            return
        try:
            for name in list(owner.unreadable):
                checkpoints.set_aside(owner.id, name)
                owner.unreadable.remove(name)
            files = _files(owner)
            for work, file in files:
                if _is_due(file, owner.saved.get(file.name), all_now):
                    owner.saved[file.name] = _written(owner, checkpoints, work, file)
            # Last, as work that has moved, such as a lesson's result, is then at its new place.
            for name in owner.saved.keys() - {file.name for _, file in files}:
                checkpoints.delete(owner.id, name)
                del owner.saved[name]
            if owner.is_here:
                checkpoints.note_visit(owner.id)
        except OSError as error:
            _refuse_for_disk(owner, checkpoints, error)
        else:
            owner.refusals = {last.refusal for last in owner.saved.values() if last.refusal}


def _is_due(file: File, last: Saved | None, all_now: bool) -> bool:
    if last is None or last.fingerprint == file.fingerprint:
        return last is None
    is_new = last.fingerprint[:1] not in ((), file.fingerprint[:1])  # of another object, such as another run
    return all_now or is_new or time.monotonic() - last.at >= (file.every_s if last.fingerprint else RETRY_S)


def _written(owner: Owner, checkpoints: Checkpoints, work: Work, file: File) -> Saved:
    """Write a file; an error must not affect the others, and is reported unless the work would not be missed."""
    refusal = ""
    try:
        checkpoints.write(owner.id, file.name, file.dump())
        return Saved(file.fingerprint, time.monotonic())
    except OSError as error:
        if work.words:
            refusal = _refuse_for_disk(owner, checkpoints, error)
    except Exception:
        if UNSAVABLE not in owner.refusals:
            log.exception("%s of a visitor cannot be saved, and would be lost in a restart", file.name)
        refusal = _refuse(owner, UNSAVABLE)
    return Saved((), time.monotonic(), refusal)


def _refuse_for_disk(owner: Owner, checkpoints: Checkpoints, error: OSError) -> str:
    if UNSAVED not in owner.refusals:
        reason = error.strerror or error
        log.warning("some work is not saved in %s, and would be lost in a restart: %s", checkpoints.folder, reason)
    return _refuse(owner, UNSAVED)


def _refuse(owner: Owner, sentence: str) -> str:
    """Return the sentence, once it is shown to the owner."""
    if sentence not in owner.refusals:
        owner.refusals.add(sentence)
        owner.add_notice(sentence)
    return sentence


def _files(owner: Owner) -> list[tuple[Work, File]]:
    with owner.lock:  # without it, a run that is being replaced would appear twice or not at all
        return [(work, file) for work in owner.works for file in work.files()]


def is_saved(owner: Owner) -> bool:
    """Whether all of the visitor's work is on disk in its current state, so that memory can be freed."""
    if owner.unreadable or any(job.snapshot().busy for job in owner.jobs()):
        return False
    files = _files(owner)
    if owner.saved.keys() - {file.name for _, file in files}:  # the next save deletes them, or they would come back
        return False
    return all(
        (last := owner.saved.get(file.name)) is not None and last.fingerprint == file.fingerprint
        for work, file in files
        if work.words
    )


def restore(owner: Owner, checkpoints: Checkpoints) -> bool:
    """Restore each file that is saved under an owner's id by itself; return whether anything is saved.

    A notice names what cannot be decoded; the next save sets it aside. A DiskError says that disk or memory does not
    allow for it at present.
    """
    lost = list[Later]()
    try:
        if not checkpoints.knows(owner.id):
            return False
        names = checkpoints.names(owner.id)
        files = _in_order(owner, names)
        for work, number, name in files:
            try:
                work.load(number, checkpoints.load(owner.id, name))
            except Exception as error:
                if _is_temporary(error):
                    raise
                log.warning("%s of a visitor cannot be read: %s: %s", name, type(error).__name__, error)
                owner.unreadable.add(name)
                lost.append(Later(work.words, number=number))
    except Exception as error:
        raise DiskError("a visitor cannot be restored at present") from error
    if unknown := set(names) - {name for _, _, name in files}:
        log.warning("files of a visitor are of no kind of work: %s", ", ".join(sorted(unknown)))
        owner.unreadable |= unknown
        lost.append(UNKNOWN)
    if named := [*filter(None, dict.fromkeys(lost))]:
        works = reduce(lambda first, second: Later(LISTED, first=first, second=second), named)
        owner.add_notice(Later(UNREADABLE, works=works))
    now, fingerprints = time.monotonic(), {file.name: file.fingerprint for _, file in _files(owner)}
    owner.saved = {name: Saved(fingerprints.get(name, ()), now) for name in set(names) - owner.unreadable}
    return True


def _in_order(owner: Owner, names: list[str]) -> list[tuple[Work, int, str]]:
    """Return the kind and number of each file: by kind, and of each kind the highest number first."""
    numbered = [
        (place, -number, work, name)
        for place, work in enumerate(owner.works)
        for name in names
        if (number := work.number_of(name)) is not None
    ]
    return [(work, -number, name) for _, number, work, name in sorted(numbered, key=lambda entry: entry[:2])]


def _is_temporary(error: BaseException | None) -> bool:
    """Whether the disk or memory caused an error, rather than the content of a file."""
    return error is not None and (isinstance(error, OSError | MemoryError) or _is_temporary(error.__cause__))
