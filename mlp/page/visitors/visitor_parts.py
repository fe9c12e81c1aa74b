"""Convert each part of a visitor to bytes and back."""

import json
import re
import weakref
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from mlp.analysis.lab.guess_comparison import POINTS
from mlp.images.own_digits import MAX_OWN, parse_own_digits
from mlp.images.picture import dump_picture, picture_from
from mlp.images.signs.sign_file import dump_signs, parse_signs
from mlp.jobs.checkpoints import UnusableError
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.moments.moments_file import dump_moments, restore_moments
from mlp.jobs.origin import Origin
from mlp.jobs.record import Record, dump_record, parse_record
from mlp.jobs.sweep import Sweep
from mlp.nn.weights import dump_model
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor
from mlp.training.teaching import dump_teaching, teaching_from
from mlp.training.uploaded_network import readable_network

CANVAS_STATE, OWN, SIGNS = "desk.json", "own.json", "signs.json"
SMALL = (CANVAS_STATE, OWN, SIGNS)
RUN, SWEEP, MOMENTS = "run.safetensors", "sweep.json", "moments.safetensors"
LESSON_RUN, TRIAL = f"lesson-{RUN}", f"sweep-{RUN}"
UPLOADED, PICTURE, TEACHING = "network.safetensors", "picture.safetensors", "lesson.safetensors"
RUN_EVERY_S = 7.0  # with the time of saving everybody, at most ten
SWEEP_EVERY_S = 60.0  # many large parts
MOMENTS_EVERY_S = 300.0  # megabytes, which only make a run that was restored after a crash easier to rewind


Load = Callable[[str], bytes]
"""Reads a part of the same visitor by its name."""
Restore = Callable[[Visitor, str, Load], str | None]
"""Restores the part with this name; returns its new name, if it has one."""


class Part(NamedTuple):
    """One part of a visitor's work.

    ``fingerprint`` changes whenever the part does. A changed part is written at most once in ``every_s`` seconds.
    """

    name: str
    fingerprint: tuple[Any, ...]
    dump: Callable[[], bytes]
    every_s: float = 0.0


def parts_of(visitor: Visitor) -> list[Part]:
    """Return the visitor's parts, small ones first, as they still fit on a disk that is nearly full."""
    with visitor.lock:  # without it, a run that is being replaced would appear twice or not at all
        job, number, earlier, sweep = visitor.job, visitor.runs.number, list(visitor.runs.runs), visitor.sweep
        origin, shown = visitor.runs.origin, list(visitor.runs.shown)
    parts = []
    if visitor.has_work():
        names = ("drawing", "network", "nickname", "apart", "titles", "answers", "guesses")
        state = visitor.unknown_values | {name: copy(getattr(visitor, name)) for name in names}
        state |= {"number": number, "shown": shown}
        parts.append(Part(CANVAS_STATE, (state,), lambda: json.dumps(state).encode()))
    if len(visitor.own):
        parts.append(Part(OWN, tuple(visitor.own), lambda: visitor.own.dump().encode()))
    if (signs := visitor.signs).names:
        parts.append(Part(SIGNS, (signs,), lambda: dump_signs(signs).encode()))
    if job is not None:
        playing = job.playing or visitor.paused_for_absence
        parts += [_job(run_name(number), job, RUN_EVERY_S, playing, origin=origin), *_moments(job, number, origin)]
    parts += [Part(run_name(run.number), (run.snapshot,), run.dump) for run in earlier]
    lesson_runs = list(visitor.lesson_runs.values())
    parts += [Part(f"lesson-{run.number}.{RUN}", (run.snapshot,), run.dump) for run in lesson_runs]
    if (picture := visitor.picture) is not None:
        parts.append(Part(PICTURE, (picture,), lambda: dump_picture(picture)))
    if (uploaded := visitor.uploaded) is not None:
        parts.append(Part(UPLOADED, (uploaded,), lambda: dump_model(uploaded)))
    if (teaching := visitor.teaching) is not None:
        parts.append(Part(TEACHING, (teaching,), lambda: dump_teaching(teaching)))
    return parts if sweep is None else [*parts, *_sweep(sweep, job, number)]


def restore(visitor: Visitor, names: Iterable[str], load: Load) -> tuple[dict[str, str], dict[str, Exception]]:
    """Restore parts into ``visitor``, each by itself; return the new names of those restored, and errors of others.

    Of the parts that are older than others of the same kind, only small ones can join those; the rest are errors.
    """
    kinds = {name: _kind_of(name) for name in names if "~" not in name or _kind_of(name)[0] != TRIAL}
    places = {kind: place for place, kind in enumerate(_KINDS)}
    restored, errors = dict[str, str](), dict[str, Exception]()
    # The current run is the newest, even if it cannot be read.
    visitor.runs.number = max((number or 0 for kind, number in kinds.values() if kind == RUN), default=0)
    for name in sorted(kinds, key=lambda name: (places.get(kinds[name][0], len(places)), len(name), name)):
        kind = kinds[name][0]
        try:
            if "~" in name and kind not in SMALL:
                raise UnusableError("you have something newer")
            if kind != TRIAL:
                restored[name] = _KINDS[kind][0](visitor, name, load) or name.partition("~")[0]
            elif (sweep := visitor.sweep) and name in {part.name for part in _sweep(sweep, visitor.job, 0)}:
                restored[name] = name  # else it is of an older sweep, or its sweep has the error
        except Exception as error:  # the others load
            errors[name] = error
    visitor.runs.show(visitor.runs.shown)
    return restored, errors


def _kind_of(name: str) -> tuple[str, int | None]:
    """Return the kind of a part, and its number if there may be several of its kind.

    Examples
    --------
    >>> _kind_of("own.json~9f86d0"), _kind_of("3.run.safetensors"), _kind_of("sweep-0.run.safetensors")
    (('own.json', None), ('run.safetensors', 3), ('sweep-run.safetensors', 0))
    """
    name, number = name.partition("~")[0], re.search(r"(\d+)\.", name)
    return (name, None) if number is None else (name.replace(number[0], ""), int(number[1]))


def is_swept(name: str) -> bool:
    """Whether a part belongs to a sweep."""
    return _kind_of(name)[0] in (SWEEP, TRIAL)


def run_name(number: int) -> str:
    """Return the part name of a run."""
    return f"{number}.{RUN}"


def name_for_visitors(name: str) -> str | None:
    """Return the name of a part as visitors know it, or None for a part that they would not miss."""
    kind, number = _kind_of(name)
    if kind == RUN and number is not None:
        return f"run {number}"
    return _KINDS[kind][1] if kind in _KINDS else "something from another version of Inkling"


def _job(name: str, job: Job, every_s: float, playing: bool, **extra: Any) -> Part:
    def dump() -> bytes:
        record = replace(job.record(**extra), playing=playing)
        return dump_record(record, weights_are_random=extra.get("origin") is None)

    return Part(name, (weakref.ref(job), job.revision, playing), dump, every_s if job.playing else 0.0)


def _moments(job: Job, number: int, origin: Origin | None) -> list[Part]:
    rewind = job.rewind
    if not rewind.states:
        return []
    first = rewind.start if origin else None  # without an origin, the settings determine the first weights
    dump = partial(dump_moments, rewind, number, first.network if first else None)
    every_s = MOMENTS_EVERY_S if job.playing else 0.0
    return [Part(MOMENTS, (weakref.ref(job), number, *rewind.states), dump, every_s)]


def _sweep(sweep: Sweep, current: Job | None, number: int) -> list[Part]:
    # A job that became the visitor's run is written there.
    adopted = [(place, number) for place, job in enumerate(sweep.jobs) if job is current]
    about = {"name": sweep.name, "labels": sweep.labels, "n": len(sweep.jobs), "adopted": adopted}
    trials = [
        _job(f"sweep-{place}.{RUN}", job, SWEEP_EVERY_S, False)
        for place, job in enumerate(sweep.jobs)
        if job is not current
    ]
    return [Part(SWEEP, (weakref.ref(sweep), adopted), lambda: json.dumps(about).encode()), *trials]


def _restore_canvas(visitor: Visitor, name: str, load: Load) -> None:
    """Restore the canvas and other small values; one that was set aside only fills gaps, and may have to stay."""
    state, runs = json.loads(load(name)), visitor.runs
    shown = tuple(map(int, state.pop("shown", ())))
    guesses = {lesson: tuple(heights) for lesson, heights in state.pop("guesses", {}).items() if len(heights) == POINTS}
    if (drawing := state.pop("drawing", None)) and visitor.drawing is None:
        visitor.keep_drawing(drawing)
    for attribute, empty in (("network", None), ("nickname", ""), ("apart", "")):
        kept = state.pop(attribute, empty)
        setattr(visitor, attribute, getattr(visitor, attribute) or kept)
    visitor.titles = {int(number): title for number, title in state.pop("titles", {}).items()} | visitor.titles
    visitor.answers = (answers := state.pop("answers", {})) | visitor.answers
    visitor.guesses = guesses | visitor.guesses
    runs.number, runs.shown = max(runs.number, state.pop("number", 0)), runs.shown or shown  # the runs come next
    visitor.unknown_values = state | visitor.unknown_values  # which a newer version saved
    if (drawing and drawing != visitor.drawing) or not answers.items() <= visitor.answers.items():
        raise UnusableError("you have drawn or written something else since")


def _restore_own_digits(visitor: Visitor, name: str, load: Load) -> None:
    digits = parse_own_digits(load(name))
    if len({digit.image.tobytes() for digit in [*visitor.own, *digits]}) > MAX_OWN:
        raise UnusableError(f"with the others there would be more than {MAX_OWN}")
    for digit in digits:
        visitor.own.put(digit)


def _restore_signs(visitor: Visitor, name: str, load: Load) -> None:
    signs = parse_signs(load(name), min_signs=0)
    if visitor.signs.names:
        raise UnusableError("you have begun others since")
    visitor.signs = signs


def _restore_run(visitor: Visitor, name: str, load: Load) -> str:
    """Restore a run as the current one, as an earlier one, or as a lesson's; return its name."""
    record, (kind, number), runs = parse_record(load(name)), _kind_of(name), visitor.runs
    if number is None:  # the current run of the previous version
        number, runs.shown = int(record.extra["number"]), tuple(record.extra["shown"])
        runs.number = max(number, runs.number)
    origin = Origin(*record.extra["origin"]) if record.extra.get("origin") else None
    is_current = kind == RUN and number == runs.number
    job = _resumed(visitor, record)
    ended = NumberedRun(number, job.snapshot(), record.data, origin)
    if is_current:
        visitor.job, runs.data, runs.origin = job, record.data, origin
        visitor.paused_for_absence = record.playing
    elif kind == RUN:
        runs.runs.append(ended)
    else:
        visitor.lesson_runs[ended.snapshot.settings] = ended
    return run_name(number) if kind == RUN else name


def _resumed(visitor: Visitor, record: Record) -> Job:
    first_network = None if record.extra.get("origin") else record.run.settings.new_network()
    try:
        return Job.resumed(record, engine(), visitor.id, first_network=first_network)
    except (ValueError, OSError) as error:
        raise UnusableError("its training images are missing") from error


def _restore_moments(visitor: Visitor, name: str, load: Load) -> None:
    if (job := visitor.job) is None:
        raise ValueError("saved steps need their run, which is missing")
    restore_moments(load(name), job.rewind, visitor.runs.number, job.run_state())


def _restore_sweep(visitor: Visitor, name: str, load: Load) -> None:
    """Restore a sweep, paused; one of its jobs may be the visitor's run."""
    about = json.loads(load(name))
    adopted = dict(about["adopted"])
    jobs = [
        visitor.job
        if visitor.job is not None and adopted.get(place) == visitor.runs.number
        else _resumed(visitor, parse_record(load(f"sweep-{place}.{RUN}")))
        for place in range(about["n"])
    ]
    visitor.sweep = Sweep(jobs, name=about["name"], labels=about.get("labels", ()))


def _sets(attribute: str, parse: Callable[[bytes], Any]) -> Restore:
    """Return the function that restores an attribute of a visitor from a part."""
    return lambda visitor, name, load: setattr(visitor, attribute, parse(load(name)))


# How each kind is restored, in this order, and its name for visitors.
_KINDS: dict[str, tuple[Restore, str | None]] = {
    CANVAS_STATE: (_restore_canvas, "your drawing"),
    OWN: (_restore_own_digits, "your own digits"),
    SIGNS: (_restore_signs, "your own signs"),
    RUN: (_restore_run, "your last run"),
    PICTURE: (_sets("picture", picture_from), "your photo"),
    UPLOADED: (_sets("uploaded", partial(readable_network, name="a network on disk")), "your uploaded network"),
    TEACHING: (_sets("teaching", teaching_from), "the network that learned your digits"),
    SWEEP: (_restore_sweep, "your runs under “Several at once”"),
    MOMENTS: (_restore_moments, None),
    LESSON_RUN: (_restore_run, "a result of a lesson"),
}
