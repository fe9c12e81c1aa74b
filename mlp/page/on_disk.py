"""What of a visitor waits on disk: written while they are here, read when they come back."""

import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mlp.images.own import OwnDigitsError, parse_own_digits
from mlp.page.engine import engine
from mlp.page.visitor import Visitor
from mlp.training.checkpoints import Checkpoints
from mlp.training.job import Job
from mlp.training.kept import KeptRun
from mlp.training.record import Record
from mlp.training.run import Run

log = logging.getLogger(__name__)


def save(visitor: Visitor, checkpoints: Checkpoints) -> None:
    """Write the run with the drawing and the own digits, and earlier runs, unless nothing has changed since the last.

    An earlier run is a file of its own, as it never changes.
    """
    job, stands = visitor.job, _stands(visitor)
    if job is None or stands == visitor.saved:
        return
    numbers = [run.number for run in visitor.runs.runs]
    for run in list(visitor.runs.runs):
        if run.number not in visitor.kept_on_disk and checkpoints.save(_name(visitor.id, run.number), _record(run)):
            visitor.kept_on_disk.add(run.number)
    for number in visitor.kept_on_disk - set(numbers):
        checkpoints.forget(_name(visitor.id, number))
    visitor.kept_on_disk &= set(numbers)
    record = job.record(
        drawing=visitor.drawing,
        network=visitor.network,
        number=visitor.runs.number,
        origin=visitor.runs.origin,
        own=visitor.own.dump() if len(visitor.own) else None,
        kept=numbers,
        shown=list(visitor.runs.shown),
    )
    record = replace(record, playing=job.playing or visitor.paused_for_absence)
    if checkpoints.save(visitor.id, record) and visitor.kept_on_disk == set(numbers):
        visitor.saved = stands


def is_all_there(visitor: Visitor) -> bool:
    """Whether all that the visitor has is on disk as it is now, so that memory need not hold it too."""
    if visitor.job is None or visitor.job.snapshot().busy or visitor.job.snapshot().error:
        return False
    elsewhere = (visitor.sweep, visitor.uploaded, visitor.picture, visitor.lesson, visitor.notice)
    return all(thing is None for thing in elsewhere) and visitor.saved == _stands(visitor)


def _stands(visitor: Visitor) -> tuple[Any, ...] | None:
    """How things stand, to be compared with a later time."""
    job = visitor.job
    if job is None:
        return None
    now, own = job.snapshot(), visitor.own.dump() if len(visitor.own) else None
    playing = job.playing or visitor.paused_for_absence
    runs = (visitor.runs.number, *(run.number for run in visitor.runs.runs)), visitor.runs.shown
    return id(job), now.step, now.learning_rate, now.diverged, playing, id(visitor.drawing), visitor.network, own, runs


def restored(visitor_id: str, checkpoints: Checkpoints) -> Visitor | None:
    """Make a visitor of what is on disk under this id; None if there is nothing."""
    record = checkpoints.load(visitor_id)
    if record is None:
        return None
    visitor = Visitor(visitor_id)
    extra = record.extra
    if isinstance(own := extra.get("own"), str):
        with suppress(OwnDigitsError):
            for digit in parse_own_digits(own.encode()):
                visitor.own.put(digit)
    origin = extra["origin"] if isinstance(extra.get("origin"), str) else None
    try:
        first_network = record.run.settings.new_network() if origin is None else None
        visitor.job = Job.resumed(record, engine(), first_network=first_network)
    except (ValueError, OSError) as error:
        log.warning("a run on disk cannot go on: %s", error)
        visitor.notice = "Your last run cannot go on: the images that it was training on are no longer there."
        return visitor
    visitor.paused_for_absence = record.playing
    number, drawing, network = (extra.get(name) for name in ("number", "drawing", "network"))
    visitor.keep_drawing(drawing if isinstance(drawing, dict) else None)
    visitor.network = network if isinstance(network, str) else None
    visitor.runs.number = number - 1 if isinstance(number, int) and number > 0 else 0
    visitor.runs.begin(record.data, origin)
    for kept_number in _numbers(extra.get("kept")):
        kept = _kept(visitor_id, kept_number, checkpoints)
        if kept is not None:
            visitor.runs.runs.append(kept)
            visitor.kept_on_disk.add(kept_number)
    visitor.runs.show(_numbers(extra.get("shown")))
    return visitor


def _name(visitor_id: str, number: int) -> str:
    """Whose checkpoint an earlier run is: no visitor's id has a space."""
    return f"{visitor_id} {number}"


def _record(kept: KeptRun) -> Record:
    """Write down an earlier run as one that stands still; what its optimizer kept is gone."""
    snapshot = kept.snapshot
    run = Run(snapshot.settings, snapshot.network)
    run.step = snapshot.step
    run.optimizer.learning_rate = snapshot.learning_rate
    extra = {"origin": kept.origin}
    return Record(run, kept.data, snapshot.history, snapshot.seconds, snapshot.diverged, extra=extra)


def _kept(visitor_id: str, number: int, checkpoints: Checkpoints) -> KeptRun | None:
    record = checkpoints.load(_name(visitor_id, number))
    if record is None:
        return None
    try:
        snapshot = Job.resumed(record, engine()).snapshot()
    except (ValueError, OSError) as error:
        log.warning("an earlier run on disk cannot be shown: %s", error)
        return None
    origin = record.extra.get("origin")
    return KeptRun(number, snapshot, record.data, origin if isinstance(origin, str) else None)


def _numbers(found: object) -> list[int]:
    """Give the numbers in what stands on disk where a list of numbers should be."""
    return [number for number in found if type(number) is int] if isinstance(found, list) else []
