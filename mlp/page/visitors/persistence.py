"""Save visitors to disk, and restore them when they return."""

import logging
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from mlp.jobs.checkpoints import Checkpoints, UnusableError
from mlp.jobs.manifest import aside_name
from mlp.page.visitors.visitor import Saved, Visitor
from mlp.page.visitors.visitor_parts import RUN, SMALL, SWEEP, Part, name_for_visitors, parts_of, restore

UNSAVED = (
    "The server can’t write to its disk, or its disk is full. Your work may be lost when the server restarts, so "
    "download what you want to keep."
)
UNREAD = "The server couldn’t read part of your work: {}. It will try again on your next visit."

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
            errors = _save(visitor, checkpoints, all_now, only_small)
        except OSError as error:
            errors = [error]
        for each in errors:
            _log_once(checkpoints.folder, str(getattr(each, "strerror", None) or each))
        if errors and not visitor.unsaved:
            visitor.add_notice(UNSAVED)
        visitor.unsaved = bool(errors) or (visitor.unsaved and only_small)


@cache
def _log_once(folder: Path, reason: str) -> None:
    log.warning("some work is not saved in %s, and would be lost in a restart: %s", folder, reason)


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> list[Exception]:
    """Publish the parts that are due; return the errors of those that were left out and that visitors would miss."""
    parts, kept, now = {part.name: part for part in parts_of(visitor)}, visitor.kept, time.monotonic()
    if not parts and not kept.parts:
        return []
    there = checkpoints.intact(visitor.id, kept)
    saved = {name: each for name, each in visitor.saved.items() if name in parts}
    saved |= {name: saved[name]._replace(fingerprint=()) for name in saved.keys() - there}  # to be written again

    def is_due(part: Part) -> bool:
        if (last := saved.get(part.name)) is None:  # refused parts and optional ones are tried less often
            return not only_small or not (visitor.unsaved or name_for_visitors(part.name) is None)
        if last.fingerprint == part.fingerprint or (only_small and part.name not in SMALL):
            return False
        return all_now or now - last.at >= part.every_s

    due = {name: part for name, part in parts.items() if is_due(part)}
    stay = {name: kept.parts[name] for name in saved}
    for name in kept.parts.keys() - visitor.saved.keys():  # only on disk
        if name not in visitor.freed_sweep or SWEEP not in parts:  # a new sweep replaces the one that left memory
            entry = kept.parts[name]
            stay[aside_name(entry.file) if name in due else name] = entry
    # Restored under one name and written under another; they stay until that is written, as the disk may refuse it.
    renamed = {name: each for name, each in visitor.saved.items() if "~" in name or name == RUN}
    if due or visitor.unsaved:
        stay |= {name: kept.parts[name] for name in renamed}
    if not due and stay == kept.parts and kept.day == checkpoints.today():
        return []
    dumps = {name: part.dump for name, part in due.items()}
    visitor.kept, refused = checkpoints.save(visitor.id, kept.revision, stay, dumps)
    done = due.keys() - refused.keys()
    saved |= {name: Saved(due[name].fingerprint, now) for name in done}
    visitor.saved = saved | renamed
    if renamed and not refused and not visitor.unsaved:
        stay = {name: entry for name, entry in visitor.kept.parts.items() if name not in renamed}
        visitor.kept, _ = checkpoints.save(visitor.id, visitor.kept.revision, stay, {})
        visitor.saved = saved
    return [error for name, error in refused.items() if name_for_visitors(name)]


def saved_parts(visitor: Visitor, checkpoints: Checkpoints) -> dict[str, bool]:
    """Return for each part that the visitor has in memory whether it is on disk in its current state."""
    there = checkpoints.intact(visitor.id, visitor.kept)
    saved = {name: each.fingerprint for name, each in visitor.saved.items() if name in there}
    return {part.name: saved.get(part.name) == part.fingerprint for part in parts_of(visitor)}


def is_fully_saved(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Whether all of the visitor's work is saved in its current state, so that memory can be freed."""
    if any(now.busy or now.error for now in (job.snapshot() for job in visitor.jobs())):
        return False
    return all(saved for name, saved in saved_parts(visitor, checkpoints).items() if name_for_visitors(name))


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Return the visitor saved under this id, each part restored by itself, or None if nothing is saved."""
    visitor = Visitor(visitor_id)
    try:
        visitor.kept = checkpoints.newest(visitor_id)
    except OSError as error:
        log.warning("a visitor in %s cannot be read now: %s", checkpoints.folder, error)
        visitor.add_notice(UNREAD.format("all of it"))
        return visitor
    if not (kept := visitor.kept.parts):
        return None
    lost, errors = list[str](), restore(visitor, kept, lambda name: checkpoints.read(visitor_id, kept[name]))
    with suppress(OSError):
        if any(errors.values()) and checkpoints.newest(visitor_id) != visitor.kept:
            return restored(visitor_id, checkpoints)  # another server has saved meanwhile
    for name, reason in errors.items():
        if reason is not None:  # the unreadable part stays on disk
            log.warning("%s of a visitor cannot be read: %s: %s", name, type(reason).__name__, reason)
            if words := name_for_visitors(name):
                lost.append(f"{words} ({reason})" if isinstance(reason, UnusableError) else words)
    if lost:
        visitor.add_notice(UNREAD.format(", ".join(lost)))
    now, parts = time.monotonic(), {part.name: part.fingerprint for part in parts_of(visitor)}
    # Small parts are written again, as those that were set aside may be among them now.
    taken = {name: () if name in SMALL else parts.get(name, ()) for name, reason in errors.items() if reason is None}
    visitor.saved = {name: Saved(fingerprint, now) for name, fingerprint in taken.items()}
    return visitor
