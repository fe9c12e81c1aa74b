"""Save visitors to disk, part by part, and restore them when they return."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mlp.images.picture import picture_from
from mlp.jobs.checkpoints import RUN, Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.record import Record, RecordError
from mlp.nn.weights import ModelError
from mlp.page.visitors.engine import engine
from mlp.page.visitors.parts import (
    DESK,
    MOMENTS,
    OWN,
    PICTURE,
    SWEEP,
    TEACHING,
    UPLOADED,
    Part,
    earlier_name,
    earlier_numbers,
    numbered_run,
    own_from,
    parts_of,
    sweep_from,
    take_moments,
    teaching_from,
)
from mlp.page.visitors.visitor import Visitor, Written
from mlp.training.uploaded_network import readable_network

RENEW_S = 3600.0  # files are renewed once an hour: of the seven days that they are kept, an hour may be missing

_UNSAVED = (
    "What you make is here as long as the server runs, but may be gone after that: download what you want to keep."
)
DISK_FULL = f"The server’s room on disk is full. {_UNSAVED}"
DISK_FAILS = f"The server cannot write to its disk. {_UNSAVED}"

log = logging.getLogger(__name__)


def save(visitor: Visitor, checkpoints: Checkpoints, *, all_now: bool = False) -> None:
    """Write each part that has changed, remove those that the visitor removed, and renew the others.

    With ``all_now`` parts that could wait are written too, as the server is about to end. Nothing is done for a visitor
    who was forgotten: the files are those of one who returned.
    """
    with visitor.disk_lock:
        if not visitor.forgotten:
            _save(visitor, checkpoints, all_now)


def _save(visitor: Visitor, checkpoints: Checkpoints, all_now: bool) -> None:
    parts = parts_of(visitor)
    names = {part.name for part in parts}
    _make_way(visitor, checkpoints, names)
    for name in visitor.written.keys() - names:
        checkpoints.forget(visitor.id, name)
        del visitor.written[name]
    refused = False
    for part in parts:
        if not _is_written(visitor, part, checkpoints) and (all_now or not _can_wait(visitor, part, checkpoints)):
            refused |= not _write(visitor, part, checkpoints) and not part.spare
    if refused and not visitor.told_of_disk:
        visitor.tell(DISK_FULL if checkpoints.full else DISK_FAILS)
    visitor.told_of_disk = refused
    stamps = [checkpoints.stamp(visitor.id, name) for name in (*visitor.written, *visitor.asleep)]
    if any(stamp is not None and stamp.age_s > RENEW_S for stamp in stamps):
        _renew(visitor, checkpoints)


def is_all_there(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Whether the disk has everything that the visitor has, as it is now, so that memory can be freed."""
    jobs = [*([visitor.job] if visitor.job else []), *(visitor.sweep.jobs if visitor.sweep else [])]
    snapshots = [job.snapshot() for job in jobs]
    if any(now.busy or now.error for now in snapshots):
        return False
    return all(part.spare or _is_written(visitor, part, checkpoints) for part in parts_of(visitor))


def put_runs_away(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Free the earlier runs that are on disk too; False if there are none."""
    if not visitor.disk_lock.acquire(blocking=False):  # they are being written
        return False
    try:
        names = {earlier_name(run.number): run.number for run in visitor.runs.runs}
        there = [part.name for part in parts_of(visitor) if part.name in names]
        there = [name for name in there if _is_as_written(visitor, name, checkpoints)]
        for name in there:
            _leave_to_disk(visitor, name)
            visitor.runs.delete(names[name])
        return bool(there)
    finally:
        visitor.disk_lock.release()


def put_sweep_away(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Free a sweep that is on disk, as it was last written; False if the disk does not have all of it."""
    if not visitor.disk_lock.acquire(blocking=False):
        return False
    try:
        names = [part.name for part in parts_of(visitor) if part.name.startswith("sweep")]
        if not names or not all(_is_as_written(visitor, name, checkpoints) for name in names):
            return False
        for name in names:
            _leave_to_disk(visitor, name)
        visitor.sweep = None
        return True
    finally:
        visitor.disk_lock.release()


def _leave_to_disk(visitor: Visitor, name: str) -> None:
    del visitor.written[name]
    visitor.asleep[name] = name


def _is_as_written(visitor: Visitor, name: str, checkpoints: Checkpoints) -> bool:
    """Whether the file of a part is the one that was written last."""
    written = visitor.written.get(name)
    return written is not None and checkpoints.stamp(visitor.id, name) == written.stamp


def _is_written(visitor: Visitor, part: Part, checkpoints: Checkpoints) -> bool:
    written = visitor.written.get(part.name)
    return written is not None and written.stands == part.stands and _is_as_written(visitor, part.name, checkpoints)


def _can_wait(visitor: Visitor, part: Part, checkpoints: Checkpoints) -> bool:
    """Whether a part was written so recently that it need not be written again yet."""
    written = visitor.written.get(part.name)
    if written is None or written.stamp.age_s >= part.every_s:
        return False
    return _is_as_written(visitor, part.name, checkpoints)


def _write(visitor: Visitor, part: Part, checkpoints: Checkpoints) -> bool:
    """Write a part; False if it could not be written."""
    try:
        data = part.dump()
    except (RecordError, ModelError) as error:
        log.warning("%s of a visitor cannot be kept: %s", part.name, error)
        return True
    stamp = checkpoints.write(visitor.id, part.name, data, share=part.share)
    if stamp is not None:
        visitor.written[part.name] = Written(part.stands, stamp)
        if earlier_numbers([part.name]):  # until this version it had a name of its own
            checkpoints.forget(_old_name(visitor.id, earlier_numbers([part.name])[0]))
    return stamp is not None


def _make_way(visitor: Visitor, checkpoints: Checkpoints, names: set[str]) -> None:
    """Rename a file on disk alone whose name a newer part needs: a run becomes one of the earlier runs."""
    for name in visitor.asleep.keys() & names:
        target = visitor.asleep.pop(name)
        if target != name:
            checkpoints.move(visitor.id, name, target)
            visitor.asleep[target] = target
    if SWEEP in names:
        for name in [name for name in visitor.asleep if name.startswith("sweep")]:
            checkpoints.forget(visitor.id, name)
            del visitor.asleep[name]


def _renew(visitor: Visitor, checkpoints: Checkpoints) -> None:
    """Renew all files of a visitor together."""
    for name in visitor.asleep:
        checkpoints.renew(visitor.id, name)
    for name, written in list(visitor.written.items()):
        if checkpoints.stamp(visitor.id, name) == written.stamp:
            stamp = checkpoints.renew(visitor.id, name)
            if stamp is not None:
                visitor.written[name] = written._replace(stamp=stamp)


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Restore a visitor from the files under this id, each part by itself; None if there are none."""
    names = checkpoints.parts(visitor_id)
    if not names:
        return None
    visitor = Visitor(visitor_id)
    record = checkpoints.load(visitor_id) if RUN in names else None
    extra = record.extra if record is not None else {}
    _take_desk(visitor, checkpoints, extra)
    _take_own(visitor, checkpoints, extra)
    _take_earlier(visitor, checkpoints, names, extra)
    _take_run(visitor, record, was_there=RUN in names)
    for name, take in _OTHERS.items():
        data = checkpoints.read(visitor_id, name) if name in names else None
        if data is not None:
            try:
                take(visitor, data, lambda part: checkpoints.load(visitor_id, part))
            except Exception as error:  # a file that is no such part costs that part alone
                log.warning("%s of a visitor cannot be had: %s: %s", name, type(error).__name__, error)
    _note(visitor, checkpoints, names, old="own" in extra or "drawing" in extra)
    return visitor


_Load = Callable[[str], Record | None]
_OTHERS: dict[str, Callable[[Visitor, bytes, _Load], None]] = {
    PICTURE: lambda visitor, data, load: setattr(visitor, "picture", picture_from(data)),
    UPLOADED: lambda visitor, data, load: setattr(visitor, "uploaded", readable_network(data, "a network on disk")),
    TEACHING: lambda visitor, data, load: setattr(visitor, "teaching", teaching_from(data)),
    SWEEP: lambda visitor, data, load: setattr(visitor, "sweep", sweep_from(data, visitor, load)),
    MOMENTS: lambda visitor, data, load: take_moments(visitor, data),
}


def _take_desk(visitor: Visitor, checkpoints: Checkpoints, extra: dict[str, Any]) -> None:
    desk = extra
    data = checkpoints.read(visitor.id, DESK)
    if data is not None:
        with suppress(ValueError, RecursionError):
            desk = json.loads(data)
    drawing, network = (desk.get(name) if isinstance(desk, dict) else None for name in ("drawing", "network"))
    visitor.keep_drawing(drawing if isinstance(drawing, dict) else None)
    visitor.network = network if isinstance(network, str) else None


def _take_own(visitor: Visitor, checkpoints: Checkpoints, extra: dict[str, Any]) -> None:
    data = checkpoints.read(visitor.id, OWN)
    if data is None and isinstance(extra.get("own"), str):
        data = extra["own"].encode()
    if data is not None:
        with suppress(ValueError):
            own_from(visitor, data)


def _take_earlier(visitor: Visitor, checkpoints: Checkpoints, names: list[str], extra: dict[str, Any]) -> None:
    found = earlier_numbers(names)
    for number in sorted({*found, *_numbers(extra.get("kept"))}):
        if number in found:
            record = checkpoints.load(visitor.id, earlier_name(number))
        else:
            record = checkpoints.load(_old_name(visitor.id, number))
        if record is not None:
            try:
                visitor.runs.runs.append(numbered_run(number, record))
            except (ValueError, OSError) as error:
                log.warning("an earlier run on disk cannot be shown: %s", error)
    visitor.runs.number = max(found, default=0)
    visitor.runs.show(_numbers(extra.get("shown")))


def _take_run(visitor: Visitor, record: Record | None, *, was_there: bool) -> None:
    """Restore the current run, or say why it cannot go on; its number counts as used in either case."""
    runs, extra = visitor.runs, record.extra if record is not None else {}
    number = extra.get("number")
    runs.number = max(runs.number, number - 1 if type(number) is int and number > 0 else 0)
    if record is None:
        if was_there:
            runs.number += 1
            visitor.tell("Your last run could not be read from the server’s disk. All else that you had is here.")
        return
    origin = extra["origin"] if isinstance(extra.get("origin"), str) else None
    runs.begin(record.data, origin)
    try:
        first_network = record.run.settings.new_network() if origin is None else None
        visitor.job = Job.resumed(record, engine(), visitor.id, first_network=first_network)
    except (ValueError, OSError) as error:
        log.warning("a run on disk cannot go on: %s", error)
        visitor.tell(
            "Your last run cannot go on: the images that it was training on are no longer there. It waits on the "
            "server’s disk for them; all else that you had is here."
        )
        return
    visitor.paused_for_absence = record.playing


def _note(visitor: Visitor, checkpoints: Checkpoints, names: list[str], *, old: bool) -> None:
    """Note the files of a visitor who returns, which are renewed by that."""
    parts = {part.name: part for part in parts_of(visitor)}
    for name in names:
        stamp = checkpoints.renew(visitor.id, name)
        if stamp is None:
            continue
        if name not in parts:
            visitor.asleep[name] = earlier_name(visitor.runs.number) if name == RUN else name
        elif not (old and name == RUN):  # one of an earlier version, with parts in it that are files now
            visitor.written[name] = Written(parts[name].stands, stamp)


def _old_name(visitor_id: str, number: int) -> str:
    """Name under which earlier versions kept an earlier run: an owner of its own."""
    return f"{visitor_id} {number}"


def _numbers(found: object) -> list[int]:
    """Give the whole numbers of a list from disk, which may be anything."""
    return [number for number in found if type(number) is int] if isinstance(found, list) else []
