"""Hold everything that one visitor has, and count its bytes."""

import json
import threading
import time
from collections.abc import Sized
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from mlp.images.own_digits import OwnDigits
from mlp.images.picture import Picture
from mlp.images.signs.sign_set import SignSet
from mlp.jobs.earlier_runs import EarlierRuns, NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.manifest import Kept
from mlp.jobs.sweep import EndedSweep, Sweep
from mlp.nn.reader import Reader
from mlp.training.settings import Settings
from mlp.training.teaching import Teaching

MAX_DRAWING_CHARS = 1_000_000
MAX_UNDO = 30
StepReading = tuple[int, int, float]
"""A step of a run, the digit that was read then, and how sure it was, 0 to 1."""


class Written(NamedTuple):
    """A part on disk: its fingerprint when it was written, and when that was."""

    fingerprint: tuple[Any, ...]
    at: float


class DuelScore(NamedTuple):
    """How often visitor and network won, the last drawing that counted, and what was said of it, in our words."""

    person: int = 0
    network: int = 0
    last: bytes = b""
    said: str = ""


class Listener(Protocol):
    """Whoever shows a visitor's things; its method may be called from any thread."""

    def visitor_changed(self) -> None:
        """Learn that another run or sweep is on, or that there is news for the visitor."""


@dataclass
class Visitor:
    """Everything that one person has here."""

    id: str
    job: Job | None = None
    drawing: dict[str, Any] | None = None  # the canvas's state, to be given back after a reload
    drawing_chars: int = 0
    network: str | None = None  # which network answered last
    runs: EarlierRuns = field(default_factory=EarlierRuns)
    # By the number of a run and a drawing, the one noted last at the end.
    courses: dict[tuple[int, bytes], list[StepReading]] = field(default_factory=dict)
    sweep: Sweep | None = None  # the last one
    shown_sweep: Sweep | EndedSweep | None = None  # what the train card shows in place of the run
    nickname: str = ""  # for the names of files and the head of the report
    titles: dict[int, str] = field(default_factory=dict)  # of runs, by their number
    duel: DuelScore = field(default_factory=DuelScore)  # against the network, in the lab
    lesson_runs: dict[Settings, NumberedRun] = field(default_factory=dict)  # of sweeps that gave way, by their settings
    uploaded: Reader | None = None  # a network that the visitor brought
    picture: Picture | None = None  # in place of a drawing
    own: OwnDigits = field(default_factory=OwnDigits)
    teaching: Teaching | None = None  # the last run that learned them
    signs: SignSet = field(default_factory=SignSet)
    signs_before: list[SignSet] = field(default_factory=list)  # to be taken back to, the newest last
    notice: str | None = None  # something that the visitor should be told once
    # By the name of the part, see `mlp.page.visitors.persistence`; what is kept and not written is on disk alone.
    kept: Kept = field(default_factory=Kept)
    written: dict[str, Written] = field(default_factory=dict)
    put_away: set[str] = field(default_factory=set)  # parts that were written, and are on disk alone to spare memory
    waiting_run: int | None = None  # the run that was current, until the disk has given it back
    told_of_disk: bool = False  # that something could not be written
    forgotten: bool = False  # by the server; a tab may still hold on to it for a moment
    disk_lock: threading.Lock = field(default_factory=threading.Lock)  # held while parts are written or put away
    paused_for_absence: bool = False
    sessions: set[str] = field(default_factory=set)
    listeners: "WeakSet[Listener]" = field(default_factory=WeakSet)
    last_seen: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(
        default_factory=threading.Lock
    )  # held while one run gives way to another: scripts of two tabs overlap

    def keep_drawing(self, drawing: dict[str, Any] | None) -> None:
        """Keep what is on the canvas, unless it is no JSON or larger than anything that a hand can draw."""
        try:
            chars = len(json.dumps(drawing)) if drawing else 0
        except (TypeError, ValueError, RecursionError):
            chars = MAX_DRAWING_CHARS + 1
        self.drawing, self.drawing_chars = (drawing, chars) if chars <= MAX_DRAWING_CHARS else (None, 0)

    def change_signs(self, signs: SignSet) -> None:
        """Keep another set of signs, and the one before to be taken back to."""
        if signs is not self.signs:
            self.signs_before = [*self.signs_before, self.signs][-MAX_UNDO:]
            self.signs = signs

    def undo_signs(self) -> None:
        """Take the last change of the signs back."""
        if self.signs_before:
            *self.signs_before, self.signs = self.signs_before

    def tell(self, sentence: str) -> None:
        """Have the visitor told something, once, when the page is next drawn."""
        if sentence not in (self.notice or ""):
            self.notice = f"{self.notice} {sentence}" if self.notice else sentence
            self.announce()

    def announce(self) -> None:
        """Tell all tabs that another run or sweep is on, or that there is news."""
        for listener in list(self.listeners):
            listener.visitor_changed()

    def jobs(self) -> list[Job]:
        """All jobs whose changes a tab may show."""
        swept = self.sweep.jobs if self.sweep is not None else []
        return [*swept, *([self.job] if self.job is not None and self.job not in swept else [])]

    def n_bytes(self) -> int:
        """About how much memory the visitor's things take."""
        job = (self.job.n_bytes() if self.job else 0) + (self.sweep.n_bytes() if self.sweep else 0)
        uploaded = self.uploaded.network.values.nbytes if self.uploaded else 0
        picture = self.picture.nbytes if self.picture else 0
        own = self.own.n_bytes + self.signs.n_bytes + (self.teaching.n_bytes if self.teaching else 0)
        runs = sum(run.n_bytes for run in (*self.runs.runs, *list(self.lesson_runs.values())))
        return job + uploaded + picture + own + runs + self.drawing_chars

    def has_work(self) -> bool:
        """Whether the visitor has anything to lose."""
        things = (self.job, self.sweep, self.uploaded, self.drawing, self.picture, self.teaching)
        several: tuple[Sized, ...] = (self.own, self.signs.names, self.runs.runs, self.lesson_runs)
        return any(len(each) for each in several) or any(thing is not None for thing in things)

    def keep_lesson_runs(self) -> None:
        """Keep how far the runs of a lesson have come, as their sweep is about to give way to another one."""
        if self.sweep is None or self.sweep.name is not None:  # other sweeps go over one setting
            return
        for job in self.sweep.jobs:
            now = job.snapshot()
            if now.step:
                ended = replace(now, history=now.history.copy(), playing=False, busy=False, waits=None)
                before = self.lesson_runs.get(now.settings)
                number = len(self.lesson_runs) if before is None else before.number
                self.lesson_runs[now.settings] = NumberedRun(number, ended, job.data)

    def pause_sweep(self) -> None:
        """Pause the sweep, all but the one that became the visitor's own run."""
        for job in self.sweep.jobs if self.sweep is not None else ():
            if job is not self.job:
                job.pause()

    def close(self) -> None:
        """Stop what runs, as the visitor is about to be forgotten, and let go of it if they are away.

        The session of a closed tab holds on to its visitor for minutes. What is being written stays.
        """
        self.forgotten = True
        for running in (self.job, self.sweep):
            if running is not None:
                running.pause()
        if not self.sessions and self.disk_lock.acquire(blocking=False):
            try:
                self._let_go()
            finally:
                self.disk_lock.release()

    def _let_go(self) -> None:
        self.job = self.sweep = self.uploaded = self.picture = self.teaching = None
        self.runs.runs, self.lesson_runs, self.shown_sweep = [], {}, None
        self.written.clear()  # which holds what was written
