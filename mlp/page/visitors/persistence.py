"""Save visitors to disk, and restore them when they return."""

import logging
import time
from functools import cache
from pathlib import Path

from mlp.jobs.checkpoints import FULL, Checkpoints, UnusableError
from mlp.page.visitors.parts import (
    CANVAS_STATE,
    OWN,
    RUN,
    SIGNS,
    SWEEP,
    TRIAL,
    Part,
    is_set_aside,
    is_swept,
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
ALL = "all parts"  # the name under which a save that failed as a whole is recorded

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
            refused = _save(visitor, checkpoints, all_now, only_small)
        except OSError as error:
            refused = {ALL: error}
        for reason in refused.values():
            _log_once(checkpoints.folder, str(getattr(reason, "strerror", None) or reason))
        missed = {name: error for name, error in refused.items() if name_for_visitors(name)}
        if missed and not visitor.unsaved:
            full = any(getattr(error, "errno", None) in FULL for error in missed.values())
            visitor.add_notice(DISK_FULL if full else DISK_FAILS)
        visitor.unsaved |= missed.keys()


@cache
def _log_once(folder: Path, reason: str) -> None:
    log.warning("some work is not saved in %s, and would be lost in a restart: %s", folder, reason)


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> dict[str, Exception]:
    """Publish the parts that are due, and return the errors of those that could not be written."""
    parts, kept, now = {part.name: part for part in parts_of(visitor)}, visitor.kept, time.monotonic()
    if not parts and not kept.parts:
        return {}
    lost = visitor.written.keys() & parts.keys() - checkpoints.intact(visitor.id, kept)
    written = {name: each for name, each in visitor.written.items() if name not in lost}

    def is_due(part: Part) -> bool:
        if (last := written.get(part.name)) is None:  # refused parts and optional ones are tried less often
            return not only_small or not (visitor.unsaved or name_for_visitors(part.name) is None)
        if last.fingerprint == part.fingerprint or (only_small and part.name not in SMALL):
            return False
        return all_now or now - last.at >= part.every_s

    due = {name: part for name, part in parts.items() if is_due(part)}
    if SWEEP in parts:  # a new sweep, which replaces the one that is only on disk
        visitor.on_disk_only = {name for name in visitor.on_disk_only if not is_swept(name)}
    gone = lost | visitor.written.keys() - parts.keys() - visitor.on_disk_only
    if not due and not gone and kept.day == checkpoints.today():
        return {}
    new = due.keys() - visitor.written.keys()  # these must not replace parts that could not be read
    visitor.kept, refused = checkpoints.save(
        visitor.id, kept, gone, {name: part.dump for name, part in due.items()}, new=new
    )
    visitor.written = {name: each for name, each in written.items() if name not in gone}
    done = due.keys() - refused.keys()
    visitor.written |= {name: Written(due[name].fingerprint, now) for name in done}
    visitor.unsaved = (visitor.unsaved - done) & parts.keys()
    return refused


def _saved(visitor: Visitor, checkpoints: Checkpoints) -> dict[str, bool]:
    """Return for each of the visitor's parts whether it is on disk in its current state."""
    there = checkpoints.intact(visitor.id, visitor.kept)
    written = {name: each.fingerprint for name, each in visitor.written.items() if name in there}
    return {part.name: written.get(part.name) == part.fingerprint for part in parts_of(visitor)}


def is_fully_saved(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Whether all of the visitor's work is saved in its current state, so that memory can be freed."""
    snapshots = [job.snapshot() for job in visitor.jobs()]
    if any(now.busy or now.error for now in snapshots):
        return False
    return all(saved for name, saved in _saved(visitor, checkpoints).items() if name_for_visitors(name))


def free_saved(visitor: Visitor, checkpoints: Checkpoints, *, sweep: bool) -> bool:
    """Free a sweep if all of it is on disk, or the earlier runs that are on disk; return whether anything was freed."""
    if not visitor.disk_lock.acquire(blocking=False):  # a save is in progress
        return False
    try:
        runs = {run_name(run.number): run.number for run in visitor.runs.runs}
        saved = _saved(visitor, checkpoints)
        freed = {name for name in saved if (is_swept(name) if sweep else name in runs and saved[name])}
        if not freed or not all(saved[name] for name in freed):
            return False
        visitor.on_disk_only |= freed
        for name in freed & runs.keys():
            visitor.runs.delete(runs[name])
        if sweep:
            visitor.sweep = visitor.shown_sweep = None
        return True
    finally:
        visitor.disk_lock.release()


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Return the visitor saved under this id, each part restored by itself, or None if nothing is saved."""
    visitor = Visitor(visitor_id)
    try:
        visitor.kept = checkpoints.newest(visitor_id)
        if not visitor.kept.parts:
            return None
        _restore_parts(visitor, checkpoints)
        if checkpoints.newest(visitor_id).revision > visitor.kept.revision:  # another server has just saved it
            return restored(visitor_id, checkpoints)
    except OSError as error:
        log.warning("a visitor in %s cannot be read now: %s", checkpoints.folder, error)
        visitor.add_notice(UNREAD.format("all of it"))
    return visitor


def _restore_parts(visitor: Visitor, checkpoints: Checkpoints) -> None:
    kept, taken, lost = visitor.kept.parts, set(), []
    visitor.runs.number = max((number or 0 for kind, number in map(kind_of, kept) if kind == RUN), default=0)
    visitor.waiting_run = visitor.runs.number  # the newest run, unless the canvas's state names another
    for name in sorted(kept, key=order_of):
        if kind_of(name)[0] == TRIAL or (is_set_aside(name) and kind_of(name)[0] not in SMALL):
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
            if words := name_for_visitors(name):
                lost.append(f"{words} ({_reason(error)})")
    visitor.runs.show(visitor.runs.shown)
    if lost:
        visitor.add_notice(UNREAD.format(", ".join(lost)))
    now, parts = time.monotonic(), {part.name: part.fingerprint for part in parts_of(visitor)}
    # Small parts are written again, as those that were set aside may be among them now.
    visitor.written = {name: Written(() if name in SMALL else parts.get(name, ()), now) for name in taken}


def _reason(error: Exception) -> str:
    if isinstance(error, UnusableError):
        return str(error)
    if isinstance(error, OSError | MemoryError):
        return "the disk or memory failed"
    return "it is from another version of Inkling"
