"""Save visitors to disk, and restore them when they return."""

import logging
import time

from mlp.jobs.checkpoints import FULL, Checkpoints, DamagedError, OutdatedError
from mlp.jobs.manifest import Kept, free_name
from mlp.page.visitors.parts import (
    CANVAS_STATE,
    OWN,
    RUN,
    SIGNS,
    SWEEP,
    TRIAL,
    ImagesGoneError,
    Part,
    kind_of,
    name_for_visitors,
    order_of,
    parts_of,
    restore_part,
    run_name,
)
from mlp.page.visitors.visitor import Visitor, Written

_UNSAVED = "Your work may be lost when the server restarts, so download what you want to keep."
DISK_FULL = f"The server’s disk is full. {_UNSAVED}"
DISK_FAILS = f"The server can’t write to its disk. {_UNSAVED}"
UNREAD = "The server couldn’t read part of your work: {}. It will try again on your next visit."
SMALL = (CANVAS_STATE, OWN, SIGNS)

log = logging.getLogger(__name__)


def save(visitor: Visitor, checkpoints: Checkpoints, *, all_now: bool = False, only_small: bool = False) -> None:
    """Publish all parts at once if one of them has changed, or to record the day of the visit.

    With ``all_now``, parts that could wait are written too, as the server is about to end. With ``only_small``, only
    new parts, the drawing, own digits and signs are written. A visitor who was forgotten is not saved.

    Raises
    ------
    OutdatedError
        If another server has saved the visitor since this one did.
    """
    with visitor.disk_lock:
        if visitor.forgotten:
            return
        try:
            trouble = _save(visitor, checkpoints, all_now, only_small)
        except OSError as error:
            checkpoints.note_trouble(trouble := error)
        if trouble is not None and not visitor.told_of_disk:
            visitor.add_notice(DISK_FULL if getattr(trouble, "errno", None) in FULL else DISK_FAILS)
        visitor.told_of_disk = trouble is not None


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> Exception | None:
    """Publish the parts that are due, and return the error if one could not be written."""
    parts, now = {part.name: part for part in parts_of(visitor)}, time.monotonic()
    if not parts and not visitor.kept.parts:
        return None
    found = checkpoints.newest(visitor.id)
    if found.revision > visitor.kept.revision:
        raise OutdatedError("another server has saved this visitor")
    lost = _lost(visitor, checkpoints, found) & parts.keys()
    for name in lost:
        del visitor.written[name]
    if SWEEP in parts:  # a new sweep, which replaces the one that is only on disk
        visitor.on_disk_only = {name for name in visitor.on_disk_only if kind_of(name)[0] not in (SWEEP, TRIAL)}
    due = {part.name: part for part in parts.values() if _is_due(visitor, part, now, all_now, only_small)}
    gone = visitor.written.keys() - parts.keys() - visitor.on_disk_only
    if not due and not gone and found.day == checkpoints.today():
        return None
    stay = {name: entry for name, entry in found.parts.items() if name not in gone | lost}
    for name in stay.keys() & due.keys() - visitor.written.keys():  # a new part has the name of an unreadable one
        aside = free_name(name, stay)
        stay[aside] = stay.pop(name)
    visitor.kept = checkpoints.save(visitor.id, found, stay, {name: part.dump for name, part in due.items()})
    for name in gone:
        del visitor.written[name]
    refused = {name for name in due if visitor.kept.parts.get(name) == stay.get(name)}
    visitor.written |= {name: Written(due[name].fingerprint, now) for name in due.keys() - refused}
    return checkpoints.trouble if any(not due[name].optional for name in refused) else None


def _is_due(visitor: Visitor, part: Part, now: float, all_now: bool, only_small: bool) -> bool:
    written = visitor.written.get(part.name)
    if written is None:
        return not only_small or not (visitor.told_of_disk or part.optional)  # refused parts are retried less often
    if written.fingerprint == part.fingerprint or (only_small and part.name not in SMALL):
        return False
    return all_now or now - written.at >= part.every_s


def _lost(visitor: Visitor, checkpoints: Checkpoints, found: Kept | None = None) -> set[str]:
    """Return the names of written parts whose file is gone from the disk or cannot be checked."""
    try:
        found = found or checkpoints.newest(visitor.id)
        missing = checkpoints.missing(visitor.id, found)
    except OSError:
        return set(visitor.written)
    kept = visitor.kept.parts
    return {name for name in visitor.written if name in missing or found.parts.get(name) != kept.get(name)}


def is_all_there(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Whether all of the visitor's work is saved in its current state, so that memory can be freed."""
    jobs = [*([visitor.job] if visitor.job else []), *(visitor.sweep.jobs if visitor.sweep else [])]
    snapshots = [job.snapshot() for job in jobs]
    if any(now.busy or now.error for now in snapshots):
        return False
    parts = {part.name: part.fingerprint for part in parts_of(visitor) if not part.optional}
    written = {name: written.fingerprint for name, written in visitor.written.items()}
    there = all(written.get(name) == parts[name] for name in parts)
    return there and not parts.keys() & _lost(visitor, checkpoints)


def free_saved(visitor: Visitor, checkpoints: Checkpoints, *, sweep: bool) -> bool:
    """Free a sweep if all of it is on disk, or the earlier runs that are on disk; return whether anything was freed."""
    if not visitor.disk_lock.acquire(blocking=False):  # a save is in progress
        return False
    try:
        runs = {run_name(run.number): run.number for run in visitor.runs.runs}
        swept = {part.name for part in parts_of(visitor) if kind_of(part.name)[0] in (SWEEP, TRIAL)}
        there = (swept if sweep else runs.keys()) & visitor.written.keys() - _lost(visitor, checkpoints)
        if not there or (sweep and there < swept):
            return False
        visitor.on_disk_only |= there
        for name in there & runs.keys():
            visitor.runs.delete(runs[name])
        if sweep:
            visitor.sweep = visitor.shown_sweep = None
        return True
    finally:
        visitor.disk_lock.release()


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Return the visitor saved under this id, each part restored by itself, or None if nothing is saved."""
    for _ in range(3):
        visitor = Visitor(visitor_id)
        try:
            visitor.kept = checkpoints.newest(visitor_id)
            if not visitor.kept.parts:
                return None
            _restore_parts(visitor, checkpoints)
            if checkpoints.newest(visitor_id).revision == visitor.kept.revision:
                break  # otherwise another server has just saved the visitor, so read again
        except OSError as error:
            log.warning("a visitor in %s cannot be read now: %s", checkpoints.folder, error)
            visitor.add_notice(UNREAD.format("all of it"))
            break
    return visitor


def _restore_parts(visitor: Visitor, checkpoints: Checkpoints) -> None:
    kept, taken, lost = visitor.kept.parts, set(), []
    visitor.runs.number = max((number or 0 for kind, number in map(kind_of, kept) if kind == RUN), default=0)
    visitor.waiting_run = visitor.runs.number  # the newest run, unless the canvas's state names another
    for name in sorted(kept, key=order_of):
        if kind_of(name)[0] == TRIAL or ("~" in name and not name.startswith(SMALL)):
            continue  # a sweep loads its own parts; of parts moved aside, only small ones can be merged
        used = {name}

        def load(part: str, used: set[str] = used) -> bytes:
            used.add(part)
            return checkpoints.read(visitor.id, kept[part])

        try:
            restore_part(visitor, name, load)
            taken |= used
        except Exception as error:  # the unreadable part stays on disk, and the others load
            log.warning("%s of a visitor cannot be read: %s: %s", name, type(error).__name__, error)
            if (words := name_for_visitors(name)) is not None:
                lost.append(f"{words} ({_reason(error)})")
    visitor.runs.show(visitor.runs.shown)
    if lost:
        visitor.add_notice(UNREAD.format(", ".join(lost)))
    parts, now = {part.name: part.fingerprint for part in parts_of(visitor)}, time.monotonic()
    if taken - parts.keys():  # parts moved aside or in the old format were merged with small ones
        parts |= dict.fromkeys(SMALL, ())
    visitor.written = {name: Written(parts.get(name, ()), now) for name in taken}


def _reason(error: Exception) -> str:
    if isinstance(error, DamagedError):
        return "its file is damaged"
    if isinstance(error, ImagesGoneError):
        return "its training images are missing"
    if isinstance(error, OSError | MemoryError):
        return "the disk or memory failed"
    return "it is from another version of Inkling"
