"""A visitor's work and state, and the memory that it takes."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol
from weakref import WeakSet

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.images.picture import Picture
from mlp.jobs.earlier_runs import EarlierRuns, NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.sweep import Sweep
from mlp.nn.reader import Reader
from mlp.page.visitors.owner import Owner
from mlp.page.visitors.works import WORKS
from mlp.training.data.drawing_data import room_of
from mlp.training.data.image_set import ImageSet
from mlp.training.data.saved_sources import Source
from mlp.training.settings import Settings

MAX_DRAWING_CHARS = 1_000_000
MAX_UNDO = 30
MAX_ANSWER_CHARS = 600
FRIENDS = "friends_named"
"""Name of the codes of friends' networks among a visitor's kept values, the newest last, with name and classes."""
StepReading = tuple[int, int, float]
"""A step of a run, the digit that the network read then, and its probability."""


class Listener(Protocol):
    """A page that shows a visitor's work; its method can be called from any thread."""

    def visitor_changed(self) -> None:
        """Respond to a new run, a new sweep or a new notice."""


@dataclass
class Drawings:
    """A visitor's set of drawings as it is now, and before its last changes, the newest last."""

    now: DrawingSet = field(default_factory=DrawingSet)
    before: list[DrawingSet] = field(default_factory=list)
    undo_bytes: int = 0  # of the drawings that only these hold

    def change(self, drawings: DrawingSet) -> None:
        """Replace the set, and keep the old one for undo."""
        if drawings is not self.now:
            self._keep([*self.before, self.now][-MAX_UNDO:], drawings)

    def undo(self) -> None:
        """Undo the last change."""
        if self.before:
            self._keep(self.before[:-1], self.before[-1])

    def _keep(self, before: list[DrawingSet], now: DrawingSet) -> None:
        self.before, self.now = before, now
        only_before = {each for drawings in before for each in drawings.examples}.difference(now.examples)
        self.undo_bytes = sum(each.n_bytes for each in only_before)


@dataclass
class Visitor(Owner):
    """All work and state of one visitor."""

    kinds = WORKS
    job: Job | None = None
    drawing: dict[str, Any] | None = None  # the canvas's state, restored after a reload
    drawing_chars: int = 0
    network: str | None = None  # the key of the network that was chosen last, see `mlp.page.visitors.shelf`
    runs: EarlierRuns = field(default_factory=EarlierRuns)
    # By run number and drawing, the latest one last.
    reading_history: dict[tuple[int, bytes], list[StepReading]] = field(default_factory=dict)
    sweep: Sweep = field(default_factory=lambda: Sweep([], key=0))  # the last one; of no runs before the first
    shows_sweep: bool = False  # on the train card, in place of the run
    nickname: str = ""  # for file names, the report and the sheet of the lessons
    # Of replaced lesson sweeps, by their settings and data.
    lesson_runs: dict[tuple[Settings, Source], NumberedRun] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)  # to the lessons' questions, by lesson
    guesses: dict[str, tuple[float, ...]] = field(default_factory=dict)  # of each lesson
    seen: frozenset[str] = frozenset()  # names of the sections that were open
    uploads: dict[int, Reader] = field(default_factory=dict)  # networks from files, by number, the newest last
    sets: dict[str, ImageSet] = field(default_factory=dict)  # data sets from files, by digest
    picture: Picture | None = None  # the open photo, in place of a drawing
    digits: Drawings = field(default_factory=lambda: Drawings(NO_DIGITS))
    signs: Drawings = field(default_factory=Drawings)
    paused_for_absence: bool = False
    sessions: set[str] = field(default_factory=set)
    listeners: "WeakSet[Listener]" = field(default_factory=WeakSet)
    kept: dict[str, Any] = field(default_factory=dict)  # small values of features, as JSON, by their names

    @property
    def is_here(self) -> bool:
        """Whether the visitor had an open page at the last check."""
        return bool(self.sessions)

    @property
    def shown(self) -> Sweep:
        """What the train card shows: the sweep, or the run as a sweep of one, of none before the first run."""
        jobs = [] if (job := self.job) is None else [job]
        return self.sweep if self.shows_sweep else Sweep(jobs, labels=[""] * len(jobs))

    def keep_drawing(self, drawing: dict[str, Any] | None) -> None:
        """Keep the canvas's state, unless it is not JSON or is larger than any drawing by hand."""
        try:
            chars = len(json.dumps(drawing)) if drawing else 0
        except (TypeError, ValueError, RecursionError):
            chars = MAX_DRAWING_CHARS + 1
        self.drawing, self.drawing_chars = (drawing, chars) if chars <= MAX_DRAWING_CHARS else (None, 0)

    def answer(self, lesson: str, text: str) -> None:
        """Keep the answer to a lesson's question; an empty one deletes it."""
        self.answers[lesson] = text[:MAX_ANSWER_CHARS]
        if not text.strip():
            del self.answers[lesson]

    def announce(self) -> None:
        """Notify all pages of a new run, sweep or notice."""
        for listener in list(self.listeners):
            listener.visitor_changed()

    def jobs(self) -> list[Job]:
        """Return all jobs that a page may show."""
        swept = self.sweep.jobs
        return [*swept, *([self.job] if self.job is not None and self.job not in swept else [])]

    def learned_sets(self) -> dict[str, ImageSet]:
        """Return the data sets that runs of theirs learned from, by digest."""
        sources = [*(job.data for job in self.jobs()), *(run.data for run in self.runs.runs)]
        return {data.digest: data for data in sources if isinstance(data, ImageSet)}

    def keep_lesson_runs(self) -> None:
        """Keep the runs of a lesson's sweep, which is about to be replaced."""
        if self.sweep.purpose != "lesson":
            return
        for job in self.sweep.jobs:
            snapshot = job.snapshot()
            if snapshot.step:
                ended = replace(snapshot, history=snapshot.history.copy(), playing=False, busy=False, waits=None)
                before = self.lesson_runs.get((snapshot.settings, job.data))
                numbers = [run.number for run in self.lesson_runs.values()]  # not all, if one could not be read
                number = max(numbers, default=-1) + 1 if before is None else before.number
                self.lesson_runs[snapshot.settings, job.data] = NumberedRun(number, ended, job.data)

    def pause_sweep(self) -> None:
        """Pause the sweep, except a job that became the visitor's current run."""
        for job in self.sweep.jobs:
            if job is not self.job and job.playing:
                job.pause()

    def lose_drawings(self, rooms: Collection[str]) -> list[int]:
        """End the runs that learned from these closed rooms, delete their drawings, and return the runs' numbers.

        Weights and records stay, as those of earlier runs.
        """
        with self.lock:
            if self.job is not None and room_of(self.runs.data) in rooms:
                self.job.pause()
                self.runs.add(self.job.snapshot())
                self.job = self.runs.data = self.runs.origin = None
            return self.runs.lose_drawings(rooms)

    def close(self) -> None:
        """Pause the visitor's runs and free all work, as the session of a closed page keeps its visitor for minutes."""
        self.forgotten = True
        for job in self.jobs():
            job.pause()
        empty = Visitor(self.id)
        for name in KEPT:
            setattr(self, name, getattr(empty, name))
        self.saved.clear()  # the fingerprints hold references to the work


KEPT = {each.name for each in fields(Visitor)} - {each.name for each in fields(Owner)} - {"sessions", "listeners"}
"""Names of the fields that hold work, or what belongs to it: all of a visitor's own but those on open pages."""
