"""Convert each part of a visitor to bytes and back."""

import hashlib
import json
import re
import weakref
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy

from mlp.images.own_digits import OwnDigit, parse_own_digits
from mlp.images.picture import dump_picture, picture_from
from mlp.images.signs.sign_file import dump_signs, parse_signs
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.moments.moments_file import dump_moments, moments_from
from mlp.jobs.record import Record, dump_record, parse_record
from mlp.jobs.sweep import MAX_VALUES, Sweep
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model, load_model
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import DuelScore, Visitor
from mlp.shipped_files import MODELS
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.teaching import Teaching
from mlp.training.uploaded_network import readable_network

RUN = "run.safetensors"
DESK, OWN, TEACHING = "desk.json", "own.json", "lesson.safetensors"
SIGNS = "signs.json"
UPLOADED, PICTURE, SWEEP = "network.safetensors", "picture.safetensors", "sweep.json"
MOMENTS = "moments.safetensors"
LESSON_RUN = "lesson-"  # followed by a number
RUN_EVERY_S = 5.0
SWEEP_EVERY_S = MOMENTS_EVERY_S = 60.0  # many large parts, so they are written less often than a single run

Load = Callable[[str], bytes]
"""Reads a part of the same visitor by its name."""


class ImagesGoneError(ValueError):
    """A run cannot continue, as its training images are missing."""


class Part(NamedTuple):
    """One part of what a visitor has.

    ``fingerprint`` changes whenever the part does. A changed part is written at most once in ``every_s`` seconds. The
    loss of an ``optional`` part is not reported.
    """

    name: str
    fingerprint: tuple[Any, ...]
    dump: Callable[[], bytes]
    every_s: float = 0.0
    optional: bool = False


class SameObject:
    """Compare by identity: equal only if both hold the same object."""

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        """Whether the other one holds the same object."""
        return isinstance(other, SameObject) and other.thing is self.thing

    __hash__ = None  # type: ignore[assignment]


def parts_of(visitor: Visitor) -> list[Part]:
    """Return the visitor's parts, small ones first, as they still fit on a disk that is nearly full."""
    with visitor.lock:  # without it, a run that is just being replaced would appear twice or not at all
        job, number, earlier, sweep = visitor.job, visitor.runs.number, list(visitor.runs.runs), visitor.sweep
        origin, shown = visitor.runs.origin, list(visitor.runs.shown)
    parts = []
    if visitor.has_work():
        desk: dict[str, Any] = {"drawing": visitor.drawing, "network": visitor.network}
        has_run = job is not None or visitor.waiting_run == number
        desk |= {"number": number, "run": number if has_run else None, "shown": shown}
        desk["duel"] = score = [visitor.duel.person, visitor.duel.network]
        desk["nickname"], desk["titles"] = named = visitor.nickname, list(visitor.titles.items())
        seen = (named, SameObject(visitor.drawing), visitor.network, number, has_run, shown, score)
        parts.append(Part(DESK, seen, lambda: json.dumps(desk).encode()))
    if len(visitor.own):
        parts.append(Part(OWN, tuple(visitor.own), lambda: visitor.own.dump().encode()))
    if (signs := visitor.signs).names:
        parts.append(Part(SIGNS, (SameObject(signs),), lambda: dump_signs(signs).encode()))
    if (picture := visitor.picture) is not None:
        parts.append(Part(PICTURE, (SameObject(picture),), lambda: dump_picture(picture)))
    if job is not None:
        parts += [_current_run(visitor, job, number, origin), *_moments(job, number, origin)]
    parts += [Part(run_name(run.number), ("earlier",), partial(_dump_earlier, run)) for run in earlier]
    parts += [
        Part(f"{LESSON_RUN}{run.number}.{RUN}", (SameObject(run.snapshot),), partial(_dump_earlier, run))
        for run in list(visitor.lesson_runs.values())
    ]
    if (uploaded := visitor.uploaded) is not None:
        parts.append(Part(UPLOADED, (SameObject(uploaded),), lambda: dump_model(uploaded)))
    if (teaching := visitor.teaching) is not None:
        parts.append(Part(TEACHING, (SameObject(teaching),), lambda: _dump_teaching(teaching)))
    return parts if sweep is None else [*parts, *_sweep(sweep, job, number)]


def take_part(visitor: Visitor, name: str, load: Load) -> None:
    """Restore the part with this name into ``visitor``; invalid bytes can raise any exception."""
    _TAKE[_kind(name)](visitor, name, load)


def order_of(name: str) -> tuple[int, int, str]:
    """Sort key for restoring: parts come after the parts that they need."""
    kinds = list(_TAKE)
    return kinds.index(_kind(name)) if _kind(name) in kinds else len(kinds), run_number(name) or 0, name


def _kind(name: str) -> str:
    if name.startswith(LESSON_RUN):
        return LESSON_RUN
    return name.partition("~")[0] if run_number(name) is None else RUN


def run_name(number: int) -> str:
    """Return the part name of a run."""
    return f"{number}.{RUN}"


def run_number(name: str) -> int | None:
    """Return the run number in a part name, or None for another kind of part."""
    found = re.fullmatch(rf"(\d+)\.{re.escape(RUN)}", name, re.ASCII)
    return int(found[1]) if found else None


def said_of(name: str) -> str | None:
    """Return the visitor's name for a part, or None for a part that they would not miss."""
    number, base = run_number(name), _kind(name)
    return _SAID.get(base, "something from another version of Inkling") if number is None else f"run {number}"


_SAID = {
    MOMENTS: None,
    DESK: "your drawing",
    OWN: "your own digits",
    SIGNS: "your own signs",
    PICTURE: "your photo",
    UPLOADED: "your uploaded network",
    TEACHING: "the network that learned your digits",
    SWEEP: "your runs under “Several at once”",
    RUN: "your last run",
    LESSON_RUN: "a result of a lesson",
}


def _current_run(visitor: Visitor, job: Job, number: int, origin: str | None) -> Part:
    now, playing = job.snapshot(), job.playing or visitor.paused_for_absence
    measured = len(now.history.evaluations)
    fingerprint = (weakref.ref(job), now.step, now.learning_rate, now.diverged, measured, playing)

    def dump() -> bytes:
        return dump_record(replace(job.record(origin=origin), playing=playing))

    return Part(run_name(number), fingerprint, dump, RUN_EVERY_S if job.playing else 0.0)


def _moments(job: Job, number: int, origin: str | None) -> list[Part]:
    rewind, first = job.rewind, job.rewind.start
    if not rewind.states:
        return []
    known = origin is None or first is None  # without an origin, the settings determine the first weights
    dump = partial(dump_moments, rewind, number, None if known or first is None else first.network)
    every_s = MOMENTS_EVERY_S if job.playing else 0.0
    return [Part(MOMENTS, (weakref.ref(job), number, *rewind.states), dump, every_s, optional=True)]


def _dump_earlier(earlier: NumberedRun) -> bytes:
    """Dump an earlier run as paused, without its optimizer's state, which is not kept."""
    snapshot = earlier.snapshot
    run = Run(snapshot.settings, snapshot.network, temperature=snapshot.temperature)
    run.step = snapshot.step
    run.learning_rate = snapshot.learning_rate
    extra = {"origin": earlier.origin}
    return dump_record(Record(run, earlier.data, snapshot.history, snapshot.seconds, snapshot.diverged, extra=extra))


def _sweep(sweep: Sweep, current: Job | None, number: int) -> list[Part]:
    # A job that became the visitor's run is written there.
    adopted = [(place, number) for place, job in enumerate(sweep.jobs) if job is current]
    about = {"name": sweep.name, "labels": sweep.labels, "n": len(sweep.jobs), "adopted": adopted}
    parts = [Part(SWEEP, (weakref.ref(sweep), adopted), lambda: json.dumps(about).encode())]
    for place, job in enumerate(sweep.jobs):
        if job is not current:
            now = job.snapshot()
            fingerprint = (weakref.ref(job), now.step, now.learning_rate, now.diverged)
            every_s = SWEEP_EVERY_S if now.playing else 0.0
            parts.append(Part(_trial_name(place), fingerprint, partial(_dump_trial, job), every_s))
    return parts


def _dump_trial(job: Job) -> bytes:
    return dump_record(job.record())


def _trial_name(place: int) -> str:
    return f"sweep-{place}.{RUN}"


def _dump_teaching(teaching: Teaching) -> bytes:
    digits = [*teaching.learned, *teaching.kept_back]
    about: dict[str, Any] = {"number": teaching.number, "n_learned": len(teaching.learned)}
    arrays: dict[str, np.ndarray] = {
        "images": np.array([digit.image for digit in digits], np.uint8),
        "labels": np.array([digit.label for digit in digits], np.int64),
    }
    if teaching.shipped_as is None:
        arrays["network"] = np.frombuffer(dump_model(teaching.network), np.uint8)
    else:  # a reference: a class that teaches the pretrained network would fill the disk with copies
        about |= {"shipped_as": teaching.shipped_as, "digest": _digest(teaching.network)}
    return safetensors.numpy.save(arrays, {name: str(value) for name, value in about.items()})


def _take_desk(visitor: Visitor, name: str, load: Load) -> None:
    desk, runs = json.loads(load(name)), visitor.runs
    drawing, network = desk.get("drawing"), desk.get("network")
    if visitor.drawing is None:  # a part that was moved aside only fills gaps
        visitor.keep_drawing(drawing if isinstance(drawing, dict) else None)
    visitor.network = visitor.network or (network if isinstance(network, str) else None)
    runs.number = max(runs.number, int(desk.get("number", 0)))
    runs.shown = runs.shown or tuple(map(int, desk.get("shown", ())))  # the runs come next
    visitor.nickname = visitor.nickname or str(desk.get("nickname", ""))
    visitor.titles |= {int(number): str(title) for number, title in desk.get("titles", ())}
    person, network_won = desk.get("duel", (0, 0))
    visitor.duel = DuelScore(int(person), int(network_won))
    if "~" not in name:
        visitor.waiting_run = desk.get("run", visitor.waiting_run)


def _take_own(visitor: Visitor, name: str, load: Load) -> None:
    for digit in parse_own_digits(load(name)):
        visitor.own.put(digit)


def _take_signs(visitor: Visitor, name: str, load: Load) -> None:
    visitor.signs = parse_signs(load(name), fewest=0)


def _take_run(visitor: Visitor, name: str, load: Load) -> None:
    """Restore a run as the current one or as an earlier one."""
    record, number = parse_record(load(name)), run_number(name)
    runs, extra = visitor.runs, record.extra
    if number is None:  # the current run in the old format
        number, runs.shown = int(extra["number"]), tuple(extra["shown"])
        runs.number = visitor.waiting_run = max(number, runs.number)
    origin = extra["origin"] if isinstance(extra.get("origin"), str) else None
    is_current = number == visitor.waiting_run
    try:
        first_network = record.run.settings.new_network() if is_current and origin is None else None
        job = Job.resumed(record, engine(), visitor.id, first_network=first_network)
    except (ValueError, OSError) as error:
        raise ImagesGoneError(str(error)) from error
    if is_current:
        visitor.job, runs.data, runs.origin = job, record.data, origin
        visitor.paused_for_absence = record.playing
    else:
        runs.runs.append(NumberedRun(number, job.snapshot(), record.data, origin))


def _take_lesson_run(visitor: Visitor, name: str, load: Load) -> None:
    record, number = parse_record(load(name)), int(name.removeprefix(LESSON_RUN).partition(".")[0])
    try:
        now = Job.resumed(record, engine(), visitor.id).snapshot()
    except (ValueError, OSError) as error:
        raise ImagesGoneError(str(error)) from error
    visitor.lesson_runs[now.settings] = NumberedRun(number, now, record.data)


def _take_moments(visitor: Visitor, name: str, load: Load) -> None:
    if visitor.job is None:
        raise ValueError("saved steps need their run, which is missing")
    job = visitor.job
    first = moments_from(load(name), job.rewind, visitor.runs.number, job.snapshot().step)
    if first is not None and job.rewind.start is None:
        start = job.run_state()
        start.network.values[...] = first
        job.rewind.start = Run(start.settings, start.network, temperature=start.temperature)


def _take_picture(visitor: Visitor, name: str, load: Load) -> None:
    visitor.picture = picture_from(load(name))


def _take_uploaded(visitor: Visitor, name: str, load: Load) -> None:
    visitor.uploaded = readable_network(load(name), "a network on disk")


def _take_teaching(visitor: Visitor, name: str, load: Load) -> None:
    data = load(name)
    length = int.from_bytes(data[:8], "little")
    about, arrays = json.loads(data[8 : 8 + length])["__metadata__"], safetensors.numpy.load(data)
    shipped_as = about.get("shipped_as")
    if shipped_as is None:
        network = readable_network(arrays["network"].tobytes(), "a teaching on disk")
    else:
        network = shipped_network(shipped_as)
        if _digest(network) != about["digest"]:
            raise ValueError(f"{shipped_as} must be the network that was taught, but its weights differ")
    images, labels = arrays["images"], arrays["labels"].tolist()
    if images.dtype != np.uint8 or images.shape != (len(labels), 784) or not set(labels) <= set(range(10)):
        raise ValueError(f"digits must be uint8 of shape (n, 784) with labels 0 to 9, got {images.shape}")
    digits = [OwnDigit(label, image) for label, image in zip(labels, images, strict=True)]
    n_learned = int(about["n_learned"])
    visitor.teaching = Teaching(int(about["number"]), network, digits[:n_learned], digits[n_learned:], shipped_as)


def _take_sweep(visitor: Visitor, name: str, load: Load) -> None:
    """Restore a sweep, paused; one of its jobs may be the visitor's run."""
    about = json.loads(load(name))
    setting, n, adopted = about["name"], about["n"], dict(about["adopted"])
    labels = [str(label) for label in about.get("labels", ())]
    named = setting in [field.name for field in fields(Settings)] or (setting is None and len(labels) == n)
    if not named or not 1 <= n <= MAX_VALUES:
        raise ValueError(f"a sweep must have a setting and 1 to {MAX_VALUES} runs, got {setting!r:.60}, {n!r}")
    jobs = []
    for place in range(n):
        if visitor.job is not None and adopted.get(place) == visitor.runs.number:
            jobs.append(visitor.job)
        else:
            record = parse_record(load(_trial_name(place)))
            first_network = record.run.settings.new_network()
            jobs.append(Job.resumed(record, engine(), visitor.id, first_network=first_network))
    visitor.sweep = Sweep.resumed(setting, jobs, labels)


_TAKE: dict[str, Callable[[Visitor, str, Load], None]] = {
    DESK: _take_desk,
    OWN: _take_own,
    SIGNS: _take_signs,
    RUN: _take_run,
    PICTURE: _take_picture,
    UPLOADED: _take_uploaded,
    TEACHING: _take_teaching,
    SWEEP: _take_sweep,
    MOMENTS: _take_moments,
    LESSON_RUN: _take_lesson_run,
}


@lru_cache
def shipped_network(name: str) -> Reader:
    """Load a pretrained network once for all visitors."""
    if Path(name).name != name:
        raise ValueError(f"a pretrained network must have a file name without folders, got {name!r:.60}")
    return load_model(MODELS / name)


def _digest(network: MLP | Reader) -> str:
    parameters = b"".join(parameter.value.tobytes() for parameter in network.parameters())
    return hashlib.sha256(parameters).hexdigest()
