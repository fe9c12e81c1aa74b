"""Write each part of a visitor to bytes of its own file, and read it again."""

import hashlib
import json
import weakref
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy

from mlp.images.own_digits import OwnDigit, parse_own_digits
from mlp.images.picture import dump_picture
from mlp.jobs.checkpoints import RUN
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.moments.moments_file import dump_moments, moments_from
from mlp.jobs.record import Record, dump_record
from mlp.jobs.sweep import MAX_VALUES, Sweep
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model, load_model
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor
from mlp.shipped_files import MODELS
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.teaching import Teaching
from mlp.training.uploaded_network import readable_network

DESK, OWN, TEACHING = "desk.json", "own.json", "lesson.safetensors"
UPLOADED, PICTURE, SWEEP = "network.safetensors", "picture.safetensors", "sweep.json"
MOMENTS = "moments.safetensors"
SWEEP_SHARE = 0.5  # of the disk's room, so that a few large sweeps and moments leave enough for everybody's runs
MOMENTS_EVERY_S = 60.0
SWEEP_EVERY_S = 60.0  # the runs of a sweep are many, so they are written less often than a single run


class Part(NamedTuple):
    """One part of what a visitor has.

    ``stands`` differs as soon as the part does; ``every_s`` is how long a file of it need not be written again, and
    ``share`` how much of the disk's room may be taken when it is. What is ``spare`` may be missing: nobody is told.
    """

    name: str
    stands: tuple[Any, ...]
    dump: Callable[[], bytes]
    every_s: float = 0.0
    share: float = 1.0
    spare: bool = False


class _The:
    """Compare by identity: equal only if both hold the same object."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _The) and other.thing is self.thing

    __hash__ = None  # type: ignore[assignment]


def parts_of(visitor: Visitor) -> list[Part]:
    """Give all parts that there are, small ones first: a disk that is nearly full still takes those."""
    parts, sweep = [], visitor.sweep
    if visitor.drawing is not None or (visitor.network is not None and visitor.has_work()):
        desk = {"drawing": visitor.drawing, "network": visitor.network}
        parts.append(Part(DESK, (_The(visitor.drawing), visitor.network), lambda: json.dumps(desk).encode()))
    if len(visitor.own):
        parts.append(Part(OWN, tuple(visitor.own), lambda: visitor.own.dump().encode()))
    if (picture := visitor.picture) is not None:
        parts.append(Part(PICTURE, (_The(picture),), lambda: dump_picture(picture)))
    if visitor.job is not None:
        parts.append(_run_part(visitor, visitor.job))
        parts += _moments_parts(visitor, visitor.job)
    for run in list(visitor.runs.runs):
        parts.append(Part(earlier_name(run.number), (run.number,), lambda run=run: dump_record(_record(run))))  # type: ignore[misc]
    if (uploaded := visitor.uploaded) is not None:
        parts.append(Part(UPLOADED, (_The(uploaded),), lambda: dump_model(uploaded)))
    if (teaching := visitor.teaching) is not None:
        parts.append(Part(TEACHING, (_The(teaching),), lambda: _dump_teaching(teaching)))
    return parts if sweep is None else [*parts, *_sweep_parts(visitor, sweep)]


def earlier_name(number: int) -> str:
    """Name the file of an earlier run."""
    return f"{number}.{RUN}"


def earlier_numbers(names: list[str]) -> list[int]:
    """Give the numbers of the earlier runs among the names of files, in their order."""
    numbers = [name.removesuffix(f".{RUN}") for name in names]
    return sorted(int(number) for number in numbers if number.isascii() and number.isdecimal())


def _run_part(visitor: Visitor, job: Job) -> Part:
    now, playing, runs = job.snapshot(), job.playing or visitor.paused_for_absence, visitor.runs
    beside = {
        "number": runs.number,
        "origin": runs.origin,
        "kept": [run.number for run in runs.runs],
        "shown": list(runs.shown),
    }
    stands = (
        weakref.ref(job),
        now.step,
        now.learning_rate,
        now.diverged,
        len(now.history.evaluations),
        playing,
        beside,
    )
    return Part(RUN, stands, lambda: dump_record(replace(job.record(**beside), playing=playing)))


def _moments_parts(visitor: Visitor, job: Job) -> list[Part]:
    rewind, number, first = job.rewind, visitor.runs.number, job.rewind.start
    if not rewind.states:
        return []
    stands = (weakref.ref(job), number, *list(rewind.states))
    every_s = MOMENTS_EVERY_S if job.playing else 0.0
    known = visitor.runs.origin is None or first is None  # of a network from nothing, its settings tell the start
    dump = partial(dump_moments, rewind, number, None if known or first is None else first.network)
    return [Part(MOMENTS, stands, dump, every_s, SWEEP_SHARE, spare=True)]


def take_moments(visitor: Visitor, data: bytes) -> None:
    """Give a visitor's run its moments back; raises an error of any kind if they are not of that run."""
    if visitor.job is None:
        raise ValueError("there is no run that they could be of")
    job = visitor.job
    first = moments_from(data, job.rewind, visitor.runs.number, job.snapshot().step)
    if first is not None and job.rewind.start is None:
        start = job.run_state()
        start.network.values[...] = first
        job.rewind.start = Run(start.settings, start.network, temperature=start.temperature)


def _record(earlier: NumberedRun) -> Record:
    """Write down an earlier run as one that stands still; what its optimizer kept is gone."""
    snapshot = earlier.snapshot
    run = Run(snapshot.settings, snapshot.network, temperature=snapshot.temperature)
    run.step = snapshot.step
    run.learning_rate = snapshot.learning_rate
    extra = {"origin": earlier.origin}
    return Record(run, earlier.data, snapshot.history, snapshot.seconds, snapshot.diverged, extra=extra)


def numbered_run(number: int, record: Record) -> NumberedRun:
    """Make an earlier run of its record; raises ValueError or OSError if its images are not there."""
    origin = record.extra.get("origin")
    snapshot = Job.resumed(record, engine()).snapshot()
    return NumberedRun(number, snapshot, record.data, origin if isinstance(origin, str) else None)


def _dump_teaching(teaching: Teaching) -> bytes:
    digits = [*teaching.learned, *teaching.kept_back]
    about: dict[str, Any] = {"number": teaching.number, "n_learned": len(teaching.learned)}
    arrays: dict[str, np.ndarray] = {
        "images": np.array([digit.image for digit in digits], np.uint8),
        "labels": np.array([digit.label for digit in digits], np.int64),
    }
    if teaching.shipped_as is None:
        arrays["network"] = np.frombuffer(dump_model(teaching.network), np.uint8)
    else:  # else a class that teaches the shipped network would fill the disk with copies of it
        about |= {"shipped_as": teaching.shipped_as, "digest": _digest(teaching.network)}
    return safetensors.numpy.save(arrays, {name: str(value) for name, value in about.items()})


def teaching_from(data: bytes) -> Teaching:
    """Make a teaching of its file; raises an error of any kind if that is not one."""
    length = int.from_bytes(data[:8], "little")
    about, arrays = json.loads(data[8 : 8 + length])["__metadata__"], safetensors.numpy.load(data)
    shipped_as = about.get("shipped_as")
    if shipped_as is None:
        network = readable_network(arrays["network"].tobytes(), "a teaching on disk")
    else:
        network = shipped_network(shipped_as)
        if _digest(network) != about["digest"]:
            raise ValueError(f"{shipped_as} is another network than the one that was taught")
    images, labels = arrays["images"], arrays["labels"].tolist()
    if images.dtype != np.uint8 or images.shape != (len(labels), 784) or not set(labels) <= set(range(10)):
        raise ValueError(f"digits must be uint8 of shape (n, 784) with labels 0 to 9, got {images.shape}")
    digits, n_learned = (
        [OwnDigit(label, image) for label, image in zip(labels, images, strict=True)],
        about["n_learned"],
    )
    learned, kept_back = digits[: int(n_learned)], digits[int(n_learned) :]
    return Teaching(int(about["number"]), network, learned, kept_back, shipped_as)


@lru_cache
def shipped_network(name: str) -> Reader:
    """Load a network that comes with Inkling, once for all who have taught it."""
    if Path(name).name != name:
        raise ValueError(f"a network of ours has the name of a file, got {name!r:.60}")
    return load_model(MODELS / name)


def _digest(network: MLP | Reader) -> str:
    parameters = b"".join(parameter.value.tobytes() for parameter in network.parameters())
    return hashlib.sha256(parameters).hexdigest()


def own_from(visitor: Visitor, data: bytes) -> None:
    """Give a visitor the own digits in a file; raises OwnDigitsError if there are none."""
    for digit in parse_own_digits(data):
        visitor.own.put(digit)


def _sweep_parts(visitor: Visitor, sweep: Sweep) -> list[Part]:
    # The one that became the visitor's run is written as that.
    adopted = [(place, visitor.runs.number) for place, job in enumerate(sweep.jobs) if job is visitor.job]
    about = {"name": sweep.name, "labels": sweep.labels, "n": len(sweep.jobs), "adopted": adopted}
    parts = [Part(SWEEP, (weakref.ref(sweep), adopted), lambda: json.dumps(about).encode())]
    for place, job in enumerate(sweep.jobs):
        if job is not visitor.job:
            now = job.snapshot()
            stands = (weakref.ref(job), now.step, now.learning_rate, now.diverged)
            every_s = SWEEP_EVERY_S if now.playing else 0.0
            dump = partial(_dump_job, job)
            parts.append(Part(_trial_name(place), stands, dump, every_s, SWEEP_SHARE))
    return parts


def _dump_job(job: Job) -> bytes:
    return dump_record(job.record())


def _trial_name(place: int) -> str:
    return f"sweep-{place}.{RUN}"


def sweep_from(data: bytes, visitor: Visitor, load: Callable[[str], Record | None]) -> Sweep:
    """Make a sweep of its file and those of its runs, paused.

    Parameters
    ----------
    data : bytes
        The sweep's own file.
    visitor : Visitor
        Whose run may be one of them.
    load : callable
        Reads the record of a run by the name of its file.

    Raises
    ------
    Exception
        Of any kind, if one of them cannot be had.
    """
    about = json.loads(data)
    name, n, adopted = about["name"], about["n"], dict(about["adopted"])
    labels = [str(label) for label in about.get("labels", ())]
    named = name in [field.name for field in fields(Settings)] or (name is None and len(labels) == n)
    if not named or not 1 <= n <= MAX_VALUES:
        raise ValueError(f"a sweep has the name of a setting and at most {MAX_VALUES} runs, got {name!r:.60}, {n!r}")
    jobs = []
    for place in range(n):
        if visitor.job is not None and adopted.get(place) == visitor.runs.number:
            jobs.append(visitor.job)
        else:
            record = load(_trial_name(place))
            if record is None:
                raise ValueError(f"run {place + 1} of {n} cannot be had")
            first_network = record.run.settings.new_network()
            jobs.append(Job.resumed(record, engine(), visitor.id, first_network=first_network))
    return Sweep.resumed(name, jobs, labels)
