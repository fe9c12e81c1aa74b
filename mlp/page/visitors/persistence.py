"""Save visitors to disk, and restore them when they return."""

import logging
import time

from mlp.jobs.checkpoints import FULL, Checkpoints, DamagedError, OutdatedError
from mlp.jobs.manifest import Entry, Kept, OtherFormatError, free_name
from mlp.page.visitors.parts import (
    DESK,
    OWN,
    RUN,
    SIGNS,
    SWEEP,
    ImagesGoneError,
    Part,
    order_of,
    parts_of,
    run_name,
    run_number,
    said_of,
    take_part,
)
from mlp.page.visitors.visitor import Visitor, Written

_UNSAVED = "Your work may be lost when the server restarts, so download what you want to keep."
DISK_FULL = f"The server’s disk is full. {_UNSAVED}"
DISK_FAILS = f"The server can’t write to its disk. {_UNSAVED}"
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
            trouble = _save(visitor, checkpoints, all_now, only_small)
        except (OSError, OtherFormatError) as error:
            checkpoints.note_trouble(trouble := error)
        if trouble is not None and not visitor.told_of_disk:
            visitor.tell(DISK_FULL if getattr(trouble, "errno", None) in FULL else DISK_FAILS)
        visitor.told_of_disk = trouble is not None


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool, only_small: bool) -> Exception | None:
    """Publish the parts that are due, and return the error if one could not be written."""
    parts, now = {part.name: part for part in parts_of(visitor)}, time.monotonic()
    if not parts and not visitor.kept.parts:
        return None
    found = checkpoints.newest(visitor.id)
    if found.revision > visitor.kept.revision:
        raise OutdatedError("another server has saved this visitor")
    lost = _lost(visitor, checkpoints, found)
    for name in lost:
        del visitor.written[name]
    if SWEEP in parts:  # a new sweep, which replaces the one that is only on disk
        visitor.put_away = {name for name in visitor.put_away if not name.startswith("sweep")}
    due = [part for part in parts.values() if _is_due(visitor, part, now, all_now, only_small)]
    gone = visitor.written.keys() - parts.keys() - visitor.put_away
    if not due and not gone and found.day == checkpoints.today():
        return None
    replaced = gone | (lost & parts.keys())
    stay = _aside({name: entry for name, entry in found.parts.items() if name not in replaced}, visitor, due)
    visitor.kept = checkpoints.save(visitor.id, found, stay, {part.name: part.dump for part in due})
    for name in gone:
        del visitor.written[name]
    refused = {part.name for part in due if visitor.kept.parts.get(part.name) == stay.get(part.name)}
    for part in due:
        if part.name not in refused:
            visitor.written[part.name] = Written(part.fingerprint, now)
    return checkpoints.trouble if any(part.name in refused and not part.optional for part in due) else None


def _is_due(visitor: Visitor, part: Part, now: float, all_now: bool, only_small: bool) -> bool:
    written = visitor.written.get(part.name)
    if written is None:
        return not only_small or not (visitor.told_of_disk or part.optional)  # refused parts are retried less often
    if written.fingerprint == part.fingerprint or (only_small and part.name not in (DESK, OWN, SIGNS)):
        return False
    return all_now or now - written.at >= part.every_s


def _lost(visitor: Visitor, checkpoints: Checkpoints, found: Kept | None = None) -> set[str]:
    """Return the names of written parts whose file is gone from the disk or cannot be checked."""
    try:
        found = found or checkpoints.newest(visitor.id)
    except (OSError, OtherFormatError):
        return set(visitor.written)
    missing = checkpoints.missing(visitor.id, found)
    kept = visitor.kept.parts
    return {name for name in visitor.written if name in missing or found.parts.get(name) != kept.get(name)}


def _aside(stay: dict[str, Entry], visitor: Visitor, due: list[Part]) -> dict[str, Entry]:
    """Rename unreadable parts whose names are needed for new ones."""
    taken = {_place_of(part.name) for part in due}
    for name in [name for name in stay if name not in visitor.written and _place_of(name) in taken]:
        aside = free_name(name, stay)
        stay[aside] = stay.pop(name)
    return stay


def _place_of(name: str) -> str:
    """Return the name that all parts of a sweep share, or the part's own name."""
    return "sweep" if name.startswith("sweep") else name


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


def put_runs_away(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Free the earlier runs that are also on disk; return False if there are none."""
    return _put_away(visitor, checkpoints, [run_name(run.number) for run in visitor.runs.runs], all_or_none=False)


def put_sweep_away(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Free a sweep that is on disk, perhaps in an earlier state; return False if the disk lacks a part of it."""
    return _put_away(visitor, checkpoints, [part.name for part in parts_of(visitor) if part.name.startswith("sweep")])


def _put_away(visitor: Visitor, checkpoints: Checkpoints, names: list[str], *, all_or_none: bool = True) -> bool:
    if not visitor.disk_lock.acquire(blocking=False):  # a save is in progress
        return False
    try:
        there = visitor.written.keys() & set(names) - _lost(visitor, checkpoints)
        if not there or (all_or_none and len(there) < len(names)):
            return False
        visitor.put_away |= there
        for number in filter(None, map(run_number, there)):
            visitor.runs.delete(number)
        if SWEEP in there:
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
            _take_parts(visitor, checkpoints)
            if checkpoints.newest(visitor_id).revision == visitor.kept.revision:
                break  # otherwise another server has just saved the visitor, so read again
        except (OSError, OtherFormatError) as error:
            log.warning("a visitor in %s cannot be read now: %s", checkpoints.folder, error)
            visitor.tell(UNREAD.format("all of it"))
            break
    return visitor


def _take_parts(visitor: Visitor, checkpoints: Checkpoints) -> None:
    kept, taken, unread = visitor.kept.parts, set(), {}
    visitor.runs.number = max((number for name in kept if (number := run_number(name)) is not None), default=0)
    visitor.waiting_run = visitor.runs.number  # the newest run, unless the desk says otherwise

    def load(name: str) -> bytes:
        return checkpoints.read(visitor.id, kept[name])

    for name in sorted(kept, key=order_of):
        if name.startswith("sweep-") or name.partition("~")[0] not in (name, DESK, OWN, SIGNS):
            continue  # a sweep loads its own parts; of parts moved aside, only these can be merged
        try:
            take_part(visitor, name, load)
            taken.add(name)
        except Exception as error:  # the unreadable part stays on disk, and the others load
            log.warning("%s of a visitor cannot be read: %s: %s", name, type(error).__name__, error)
            unread[name] = error
    if SWEEP in taken:
        taken |= {name for name in kept if name.startswith("sweep-") and "~" not in name}
    visitor.runs.show(visitor.runs.shown)
    said = [f"{words} ({_reason(error)})" for name, error in unread.items() if (words := said_of(name)) is not None]
    if said:
        visitor.tell(UNREAD.format(", ".join(said)))
    parts, now = {part.name: part.fingerprint for part in parts_of(visitor)}, time.monotonic()
    # Parts merged with one that was moved aside, and a desk restored from an old run, must be written again.
    for base in {name.partition("~")[0] if "~" in name else DESK for name in taken if "~" in name or name == RUN}:
        parts.pop(base, None)
    for name in taken:
        visitor.written[name] = Written(parts.get(name, ()), now)


def _reason(error: Exception) -> str:
    if isinstance(error, DamagedError):
        return "its file is damaged"
    if isinstance(error, ImagesGoneError):
        return "its training images are missing"
    if isinstance(error, OSError | MemoryError):
        return "the disk or memory failed"
    return "it is from another version of Inkling"
