"""The kinds of a visitor's work: the memory that each takes, its files on disk, and how they return."""

import json
import math
import re
import weakref
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from mlp.images.drawings.drawing_file import dump_drawings, parse_drawings
from mlp.images.picture import dump_picture, picture_from
from mlp.jobs.checkpoints import SET
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.jobs.record import Record, dump_record, parse_record
from mlp.jobs.rewind import dump_moments, restore_moments
from mlp.jobs.sweep import Sweep
from mlp.language import mark
from mlp.nn.weights import dump_model
from mlp.page.visitors.engine import engine
from mlp.page.visitors.owner import File, Owner, Work
from mlp.training.data.drawing_data import CLOSED, DrawingData
from mlp.training.data.image_set import ImageSet, offered
from mlp.training.uploaded_network import network_for_drawings

PLAYING_S = 7.0  # between two saves of a playing run; with the time of saving everybody, at most ten


class Canvas(Work):
    """The drawing and other small values."""

    suffix, words = "canvas.json", mark("your drawing")

    def n_bytes(self) -> int:
        """Return the number of characters."""
        owner = self.owner
        texts = [*owner.answers.values(), *owner.guesses.values(), owner.nickname, owner.kept]
        return owner.drawing_chars + sum(map(len, texts))

    def files(self) -> list[File]:
        """Return one file, if the visitor has any work: the number of the last run and the choices are in it, too."""
        owner = self.owner
        if not owner.has_work():
            return []
        state = {"drawing": owner.drawing, "network": owner.network, "nickname": owner.nickname}
        state |= {"answers": dict(owner.answers), "guesses": dict(owner.guesses), "kept": dict(owner.kept)}
        state |= {"number": owner.runs.current, "shown": owner.runs.shown, "seen": sorted(owner.seen)}
        return [File(self.suffix, (state,), lambda: json.dumps(state).encode())]

    def load(self, number: int, data: bytes) -> None:
        """Restore the values; all runs come later."""
        state, owner = json.loads(data), self.owner
        guesses = {lesson: tuple(heights) for lesson, heights in state["guesses"].items()}
        owner.keep_drawing(state["drawing"])
        owner.network, owner.nickname, owner.answers = state["network"], state["nickname"], state["answers"]
        owner.guesses, owner.kept = guesses, state["kept"]
        owner.runs.current, owner.runs.shown = state["number"], tuple(state["shown"])
        owner.seen = frozenset(state["seen"])


class Digits(Work):
    """The digits that the visitor labeled."""

    suffix, words = "digits.json", mark("your own digits")

    @property
    def drawings(self) -> Any:
        """The visitor's set as it is now, and before its last changes."""
        return self.owner.digits

    def n_bytes(self) -> int:
        """Return the memory of the set, and of what Undo brings back."""
        return self.drawings.now.n_bytes + self.drawings.undo_bytes

    def files(self) -> list[File]:
        """Return one file with the set, which is another object after each change, if there is anything in it."""
        drawings = self.drawings.now
        file = File(self.suffix, (drawings,), lambda: dump_drawings(drawings, packed=True).encode())
        return [file] if drawings.n_bytes else []

    def load(self, number: int, data: bytes) -> None:
        """Restore the set, without those before its last changes."""
        self.drawings.now = parse_drawings(data)


class Signs(Digits):
    """The visitor's own signs."""

    suffix, words = "signs.json", mark("your own signs")

    @property
    def drawings(self) -> Any:
        """The visitor's set as it is now, and before its last changes."""
        return self.owner.signs


class Photo(Work):
    """The open photo."""

    suffix, words = "photo.safetensors", mark("your photo")

    def n_bytes(self) -> int:
        """Return the memory of the photo."""
        photo = self.owner.picture
        return 0 if photo is None else photo.nbytes

    def files(self) -> list[File]:
        """Return one file."""
        photo = self.owner.picture
        return [] if photo is None else [File(self.suffix, (photo,), partial(dump_picture, photo))]

    def load(self, number: int, data: bytes) -> None:
        """Restore the photo."""
        self.owner.picture = picture_from(data)


class Uploads(Work):
    """The uploaded networks."""

    suffix, words = "network.safetensors", mark("upload {number}")

    def n_bytes(self) -> int:
        """Return the memory of their weights."""
        return sum(reader.network.values.nbytes for reader in list(self.owner.uploads.values()))

    def files(self) -> list[File]:
        """Return a file for each network, by its number."""
        uploads = self.owner.uploads
        return [File(f"{n}.{self.suffix}", (uploads[n],), partial(dump_model, uploads[n])) for n in uploads]

    def load(self, number: int, data: bytes) -> None:
        """Restore a network."""
        self.owner.uploads = {number: network_for_drawings(data, "a network on disk"), **self.owner.uploads}


class ImageSets(Work):
    """The data sets that the visitor uploaded, or that runs learned from; their images are in one file for all."""

    suffix, words = SET.removeprefix("."), mark("a data set")

    def n_bytes(self) -> int:
        """Return the approximate memory of their facts."""
        return 1000 * len(self.owner.sets)

    def files(self) -> list[File]:
        """Return a file of facts for each set: while there is one, its images stay."""
        sets = {**self.owner.learned_sets(), **self.owner.sets}
        return [File(f"{digest}{SET}", (data,), partial(_facts, data)) for digest, data in sets.items()]

    def load(self, number: int, data: bytes) -> None:
        """Restore the facts of a set, unless the server offers it to all."""
        found = ImageSet(**json.loads(data))
        if found.digest not in {each.digest for each in offered()[0]}:
            self.owner.sets = {**self.owner.sets, found.digest: found}

    def number_of(self, file: str) -> int | None:
        """Return 0 for a file whose name begins with a digest."""
        return 0 if re.fullmatch(rf"[0-9a-f]{{64}}{re.escape(SET)}", file) else None


class Runs(Work):
    """The current run, and the earlier ones."""

    suffix, words = "run.safetensors", mark("run {number}")

    def n_bytes(self) -> int:
        """Return the memory of all runs."""
        job = self.owner.job
        return (job.n_bytes() if job is not None else 0) + sum(run.n_bytes for run in self.owner.runs.runs)

    def files(self) -> list[File]:
        """Return a file for each run, by its number."""
        owner = self.owner
        files = [_ended(f"{run.number}.{self.suffix}", run) for run in owner.runs.runs]
        if owner.job is not None:
            playing = owner.job.playing or owner.paused_for_absence
            name = f"{owner.runs.current}.{self.suffix}"
            files.append(_job(name, owner.job, playing=playing, origin=owner.runs.origin and owner.runs.origin.saved()))
        return files

    def load(self, number: int, data: bytes) -> None:
        """Restore the last run as the current one, unless its room is closed, and each other as an earlier one."""
        record, owner = parse_record(data), self.owner
        job, saved = _resumed(owner, record), record.extra["origin"]
        origin = None if saved is None else Origin.from_saved(saved)
        owner.runs.current = max(owner.runs.current, number)
        is_ended = isinstance(record.data, DrawingData) and record.data.room == CLOSED
        if number == owner.runs.current and not is_ended:
            owner.job, owner.runs.data, owner.runs.origin = job, record.data, origin
            owner.paused_for_absence = record.playing
        else:
            owner.runs.runs.insert(0, NumberedRun(number, job.snapshot(), record.data, origin))


class Moments(Work):
    """The saved steps of the current run, which `Runs` counts."""

    suffix, words = "moments.safetensors", ""

    def n_bytes(self) -> int:
        """Return 0, as the run has them."""
        return 0

    def files(self) -> list[File]:
        """Return one file with all steps, by the number of their run."""
        job, runs = self.owner.job, self.owner.runs
        if job is None or not job.rewind.states:
            return []
        first = job.rewind.start if runs.origin else None  # without an origin, the settings determine its weights
        dump = partial(dump_moments, job.rewind, first.network if first else None)
        every_s = math.inf if job.playing else 0.0  # megabytes, which only a rewound run needs
        return [File(f"{runs.current}.{self.suffix}", (weakref.ref(job), *job.rewind.states), dump, every_s)]

    def load(self, number: int, data: bytes) -> None:
        """Restore the steps, unless their run is no longer the current one."""
        owner = self.owner
        if owner.job is not None and number == owner.runs.current:
            restore_moments(data, owner.job.rewind, owner.job.run_state())


class LessonRuns(Work):
    """The results of replaced sweeps of lessons."""

    suffix, words = "lesson.safetensors", mark("a result of a lesson")

    def n_bytes(self) -> int:
        """Return the memory of the runs."""
        return sum(run.n_bytes for run in list(self.owner.lesson_runs.values()))

    def files(self) -> list[File]:
        """Return a file for each run."""
        return [_ended(f"{run.number}.{self.suffix}", run) for run in self.owner.lesson_runs.values()]

    def load(self, number: int, data: bytes) -> None:
        """Restore a run."""
        record = parse_record(data)
        ended = NumberedRun(number, _resumed(self.owner, record).snapshot(), record.data)
        self.owner.lesson_runs = {(record.run.settings, record.data): ended} | self.owner.lesson_runs


class Trials(Work):
    """The sweep: a file for each of its runs."""

    suffix, words = "trial.safetensors", mark("your runs under “Several at once”")

    def n_bytes(self) -> int:
        """Return the memory of the runs, without that of the current one."""
        owner = self.owner
        return sum(job.n_bytes() for job in owner.sweep.jobs if job is not owner.job)

    def files(self) -> list[File]:
        """Return a file for each run."""
        owner, sweep, files = self.owner, self.owner.sweep, list[File]()
        for number, job, label in zip(sweep.numbers, sweep.jobs, sweep.labels, strict=True):
            is_current = job is owner.job  # its steps are saved as the visitor's run
            about = {"sweep": sweep.key, "setting": sweep.name, "label": label, "purpose": sweep.purpose}
            file = _job(
                f"{number}.{self.suffix}",
                job,
                playing=False,
                origin=None,
                **about,
                run=owner.runs.current if is_current else None,
            )
            files.append(file._replace(fingerprint=(weakref.ref(job), owner.runs.current)) if is_current else file)
        return files

    def load(self, number: int, data: bytes) -> None:
        """Restore a run, paused, unless it is of an earlier sweep than those restored before it."""
        record, owner = parse_record(data), self.owner
        about = record.extra
        if owner.sweep.jobs and owner.sweep.key != about["sweep"]:
            return
        is_current = about["run"] == owner.runs.current
        job = owner.job if is_current and owner.job is not None else _resumed(owner, record)
        if not owner.sweep.jobs:
            owner.sweep = Sweep([], name=about["setting"], purpose=about["purpose"], key=about["sweep"])
        owner.sweep.jobs.insert(0, job)
        owner.sweep.labels.insert(0, about["label"])
        owner.sweep.numbers.insert(0, number)


WORKS: tuple[type[Work], ...] = (
    Canvas,
    Digits,
    Signs,
    ImageSets,  # before the runs that need their images
    Runs,
    Photo,
    Uploads,
    LessonRuns,  # before the sweep that replaces the one from which they come
    Trials,
    Moments,
)
"""All kinds, in the order in which they are saved and restored: small ones first, as they still fit on a full disk."""


def _facts(data: ImageSet) -> bytes:
    return json.dumps(asdict(data)).encode()


def _job(name: str, job: Job, *, playing: bool, **extra: Any) -> File:
    def dump() -> bytes:
        record = replace(job.record(**extra), playing=playing)
        return dump_record(record, weights_are_random=extra["origin"] is None)

    return File(name, (weakref.ref(job), job.revision, playing), dump, PLAYING_S if job.playing else 0.0)


def _ended(name: str, run: NumberedRun) -> File:
    return File(name, (run.snapshot, run.data), run.dump)


def _resumed(owner: Owner, record: Record) -> Job:
    first_network = None if record.extra["origin"] else record.run.settings.new_network()
    try:
        return Job.resumed(record, engine(), owner.id, first_network=first_network)
    except FileNotFoundError:
        raise LookupError("its training images are missing") from None
