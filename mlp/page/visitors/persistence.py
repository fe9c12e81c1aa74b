"""Save visitors to disk, and restore them when they return."""

import logging
import time
from contextlib import suppress

from mlp.jobs.checkpoints import Checkpoints, UnusableError
from mlp.page.visitors.visitor import Saved, Visitor
from mlp.page.visitors.visitor_parts import SMALL, SWEEP, Part, is_swept, name_for_visitors, parts_of, restore

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
        if errors and not visitor.unsaved:
            reason = getattr(errors[0], "strerror", None) or errors[0]
            log.warning("some work is not saved in %s, and would be lost in a restart: %s", checkpoints.folder, reason)
            visitor.add_notice(UNSAVED)
        visitor.unsaved = bool(errors) or (visitor.unsaved and only_small)


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> list[Exception]:
    """Publish the parts that are due; return the errors of those that were left out and that visitors would miss."""
    parts, kept, now = {part.name: part for part in parts_of(visitor)}, visitor.kept, time.monotonic()
    if not parts and not kept.files:
        return []
    intact = _intact(visitor, checkpoints)

    def is_due(part: Part) -> bool:
        if (last := intact.get(part.name)) is None:  # refused parts and optional ones are tried less often
            return not only_small or not (visitor.unsaved or name_for_visitors(part.name) is None)
        if last.fingerprint == part.fingerprint or (only_small and part.name not in SMALL):
            return False
        return all_now or not last.is_of(part.fingerprint) or now - last.at >= part.every_s

    def is_gone(name: str, last: Saved) -> bool:
        if is_swept(name):  # a sweep that left memory stays until another one replaces it
            return SWEEP in parts and not (name in parts and last.is_of(parts[name].fingerprint))
        return name not in parts

    due = {name: part for name, part in parts.items() if is_due(part)}
    gone = {name: last.files for name, last in visitor.saved.items() if is_gone(name, last)}
    if not due and not gone and kept.day == checkpoints.today():
        return []
    stay = {file: kept.files[file] for file in kept.files.keys() - set().union(*gone.values())}
    changes = {name: part.dump for name, part in due.items()}
    replaced = {name: last.files for name, last in visitor.saved.items()}
    visitor.kept, refused = checkpoints.save(visitor.id, kept.revision, stay, changes, replaced)
    files = visitor.kept.parts
    written = {name: Saved(due[name].fingerprint, now, {files[name]}) for name in due.keys() - refused.keys()}
    visitor.saved = {name: last for name, last in visitor.saved.items() if name not in gone} | written
    return [error for name, error in refused.items() if name_for_visitors(name)]


def _intact(visitor: Visitor, checkpoints: Checkpoints) -> dict[str, Saved]:
    """Return what is saved of the visitor and still on disk."""
    there = checkpoints.intact(visitor.id, visitor.kept)
    return {name: last for name, last in visitor.saved.items() if there >= last.files}


def saved_parts(visitor: Visitor, checkpoints: Checkpoints) -> dict[str, bool]:
    """Return for each part that the visitor has in memory whether it is on disk in its current state."""
    intact = _intact(visitor, checkpoints)
    return {part.name: intact.get(part.name, Saved()).fingerprint == part.fingerprint for part in parts_of(visitor)}


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Return the visitor saved under this id, each part restored by itself, or None if nothing is saved."""
    visitor = Visitor(visitor_id)
    try:
        visitor.kept = checkpoints.newest(visitor_id)
    except OSError as error:
        log.warning("a visitor in %s cannot be read now: %s", checkpoints.folder, error)
        visitor.add_notice(UNREAD.format("all of it"))
        return visitor
    if not (files := visitor.kept.parts):
        return None
    names, errors = restore(visitor, files, lambda name: checkpoints.read(visitor_id, files[name]))
    with suppress(OSError):
        if errors and checkpoints.newest(visitor_id) != visitor.kept:
            return restored(visitor_id, checkpoints)  # another server has saved meanwhile
    lost = []
    for name, reason in errors.items():  # the unreadable part stays on disk
        log.warning("%s of a visitor cannot be read: %s: %s", name, type(reason).__name__, reason)
        if words := name_for_visitors(name):
            lost.append(f"{words} ({reason})" if isinstance(reason, UnusableError) else words)
    if lost:
        visitor.add_notice(UNREAD.format(", ".join(lost)))
    now, parts = time.monotonic(), {part.name: part.fingerprint for part in parts_of(visitor)}
    for name, new_name in names.items():
        # Small parts and renamed ones are written again, as they may have joined others.
        fingerprint = () if new_name in SMALL or new_name != name else parts.get(name, ())
        joined = visitor.saved.get(new_name, Saved()).files
        visitor.saved[new_name] = Saved(fingerprint, now, joined | {files[name]})
    return visitor
