"""Whatever a visitor does, and whenever their server ends, what was saved comes back, and nothing else.

Hypothesis tries acts in any order, and compares the visitor with a model: each piece of work as it is now, and as it
may be on the disk. A save without trouble leaves one possibility, a crash or a full disk two.
"""

import hashlib
import tempfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import booleans, data, integers, sampled_from

from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.page.visitors.persistence import UNSAVED
from mlp.page.visitors.registry import AT_REST_S, AWAY_S, Visitors
from mlp.page.visitors.runs import adopt, all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from tests.images.drawings.sample_drawings import letters
from tests.jobs.sweeps import sweep_over
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.visitors.sample_work import SETTINGS
from tests.page.visitors.trouble import Disk, moved_clock

LONG = replace(SETTINGS, hidden=(4,), epochs=30)
"""A run that does not end by itself here."""
UPLOAD = Origin("an upload", "uploaded", (0.25, 0.5))
AT_ONCE_S, LONG_S = 1.0, 10.0
"""Times between two saves: after the second, a playing run is saved, and a refused file tried again."""


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def pieces(visitor: Visitor) -> dict[str, Any]:
    """Return each piece of a visitor's work, by names such as ``run 3``, with what matters of it.

    A lesson's result may be a run of the sweep, or of those that were replaced.
    """
    found = {
        "drawing": str(visitor.drawing or ""),
        "network": visitor.network if visitor.has_work() else "",
        "answers": tuple(visitor.answers.items()),
        "digits": digest(visitor.digits.now.images) if len(visitor.digits.now) else "",
        "signs": digest(visitor.signs.now.images) if len(visitor.signs.now) else "",
        "last number": visitor.runs.current if visitor.has_work() else 0,
    }
    for run in all_runs(visitor):
        now = run.snapshot
        found[f"run {run.number}"] = (now.step, now.learning_rate, run.origin, digest(now.network.values))
    for run in visitor.lesson_runs.values():
        found[f"result {run.snapshot.settings.seed}"] = run.snapshot.step
    for now in (job.snapshot() for job in visitor.sweep.jobs):
        if visitor.sweep.purpose == "setting":
            found[f"trial {now.settings.seed}"] = f"step {now.step}"
        elif now.step:
            found[f"result {now.settings.seed}"] = now.step
    return {name: value for name, value in found.items() if value}


class KeptWork(RuleBasedStateMachine):
    """One visitor of a server, in one tab or two, and what their work must be."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.engine, self.folder = pytest.MonkeyPatch(), ManualEngine(), tempfile.TemporaryDirectory()
        self.clock = moved_clock(self.patch)
        for module in ("works", "registry"):
            self.patch.setattr(f"mlp.page.visitors.{module}.engine", lambda: self.engine)
        self.patch.setattr("mlp.page.session_var.st.session_state", {})
        self.patch.setattr("mlp.atomic.os.fsync", lambda file: None)  # hundreds of files; no power fails here
        self.n_acts, self.open, self.saved_at = 0, {"here"}, 0.0
        self.now: dict[str, Any] = {}
        self.on_disk: dict[str, set[Any]] = {}
        self.serve()
        self.visitor = self.visitors.get(None, "here")

    def teardown(self) -> None:
        self.patch.undo()
        self.folder.cleanup()

    def serve(self) -> None:
        self.disk = Disk(self.folder.name)
        self.visitors = Visitors(self.open.__contains__, self.disk)

    # The model

    def did(self, *names: str) -> None:
        """Note that the last act has changed these pieces, and no others."""
        now = pieces(self.visitor)
        changed = {name for name in now.keys() | self.now.keys() if now.get(name) != self.now.get(name)}
        assert changed - {"network", "last number"} == set(names)
        self.now = now

    def saved(self, *, surely: bool = True) -> None:
        """Note that the pieces are on disk as they are now, or perhaps as they were there before."""
        before = {} if surely else self.on_disk
        names = self.now.keys() | self.on_disk.keys()
        self.on_disk = {name: before.get(name, set() if surely else {None}) | {self.now.get(name)} for name in names}
        self.saved_at = self.clock.now

    def come_back(self) -> None:
        """Start another server on the folder, to which the visitor returns; what they find is what they have."""
        self.serve()
        known, self.visitor = self.visitor, self.visitors.get(self.visitor.id, "here")
        self.now = pieces(self.visitor)
        for name in self.now.keys() | self.on_disk.keys():
            assert self.now.get(name) in self.on_disk.get(name, {None}), name
        assert len({name[:-1] for name in self.now if name.startswith("trial")}) <= 1  # of one sweep
        assert (self.visitor.notice, self.visitor.id == known.id) == (None, self.visitors.knows(known.id))
        self.saved()

    @invariant()
    def nothing_changes_by_itself(self) -> None:
        assert pieces(self.visitor) == self.now

    # Work

    @rule(in_a_second_tab=booleans())
    def draw(self, in_a_second_tab: bool) -> None:
        if in_a_second_tab:
            self.open.add("second")
            assert self.visitors.get(self.visitor.id, "second") is self.visitor
        self.n_acts += 1
        self.visitor.keep_drawing({"data": f"drawing {self.n_acts}"})
        self.did("drawing")

    @rule(network=sampled_from(["pretrained", "article"]))
    def choose_a_network(self, network: str) -> None:
        self.visitor.network = network
        self.did()

    @rule(what=sampled_from(["answers", "digits", "signs"]))
    def add(self, what: str) -> None:
        self.n_acts += 1
        image = np.full(784, 10 + self.n_acts, np.uint8)
        if what == "answers":
            self.visitor.answer("momentum", f"It rolls on {self.n_acts} m.")
        elif what == "digits":
            self.visitor.digits.change(self.visitor.digits.now.with_example(3, image))
        else:
            self.visitor.signs.change(letters(2, seed=self.n_acts))
        self.did(what)

    @rule(choice=data())
    def take_away(self, choice: Any) -> None:
        """Delete a piece of work, of those that one can delete alone."""
        visitor, before = self.visitor, {"digits": self.visitor.digits.before, "signs": self.visitor.signs.before}
        there = [
            name for name in ("drawing", "answers", "digits", "signs") if name in self.now and before.get(name, True)
        ]
        what = choice.draw(sampled_from([*there, *(f"run {run.number}" for run in visitor.runs.runs), "nothing"]))
        match what.split():
            case ["drawing"]:
                visitor.keep_drawing(None)
            case ["answers"]:
                visitor.answer("momentum", " ")
            case ["digits"]:
                visitor.digits.undo()
            case ["signs"]:
                visitor.signs.undo()
            case ["run", number]:
                visitor.runs.delete(int(number))
        self.did(*{what} - {"nothing"})

    # Runs

    @property
    def run(self) -> str:
        return f"run {self.visitor.runs.current}"

    def settle(self, job: Job) -> None:
        """Carry out what a job has asked for, a step at a time."""
        while job.snapshot().busy:
            self.engine.answer(**({"max_steps": 1} if job.playing else {}))

    def pause(self) -> None:
        if self.visitor.job is not None:
            self.visitor.job.pause()
            self.settle(self.visitor.job)

    @rule(n_steps=integers(0, 2), plays=booleans())
    def train(self, n_steps: int, plays: bool) -> None:
        self.n_acts += 1
        gone = [self.run] if self.visitor.job is not None and not self.visitor.job.snapshot().step else []
        self.pause()
        job = Job(Run(replace(LONG, seed=self.n_acts)), chosen_mnist(), self.engine, self.visitor.id)
        adopt(self.visitor, job, chosen_mnist(), UPLOAD if n_steps == 1 else None)
        for _ in range(n_steps):
            job.step()
            self.settle(job)
        if plays:
            job.play()
        self.did(self.run, *gone)

    def names_of(self, job: Job) -> set[str]:
        """Return the pieces that a job is, as a run and as one of a sweep."""
        names, now = set(), job.snapshot()
        if job in self.visitor.sweep.jobs:
            names.add(f"{'trial' if self.visitor.sweep.purpose == 'setting' else 'result'} {now.settings.seed}")
        return names | ({self.run} if job is self.visitor.job else set())

    @precondition(lambda self: self.visitor.job is not None)
    @rule(act=sampled_from(["step", "play", "learning rate"]))
    def go_on(self, act: str) -> None:
        job = self.visitor.job
        before = job.snapshot()
        if act == "step":
            job.step()
            self.settle(job)
        elif act == "play":
            job.play()
            self.engine.answer(max_steps=1)
        else:
            job.set_learning_rate(before.learning_rate / 2)
        has_stepped = job.snapshot().step > before.step
        self.did(*self.names_of(job) if has_stepped else {self.run} if act == "learning rate" else {})

    @rule(is_lesson=booleans())
    def train_several(self, is_lesson: bool) -> None:
        self.n_acts += 1
        self.pause()
        seeds = [10 * self.n_acts, 10 * self.n_acts + 1]
        sweep = sweep_over(LONG, "seed", seeds, self.engine)
        sweep.purpose = "lesson" if is_lesson else "setting"
        self.visitor.keep_lesson_runs()
        sweep.number_after(self.visitor.sweep)
        self.visitor.sweep = sweep
        new = set() if is_lesson else {f"trial {seed}" for seed in seeds}
        self.did(*new, *(name for name in self.now if name.startswith("trial")))

    @precondition(lambda self: self.visitor.sweep.jobs)
    @rule(place=integers(0, 1), adopts=booleans())
    def go_on_with_one_of_several(self, place: int, adopts: bool) -> None:
        self.pause()
        job = self.visitor.sweep.jobs[place % len(self.visitor.sweep.jobs)]
        gone = set()
        if adopts and job is not self.visitor.job:
            if self.visitor.job is not None and not self.visitor.job.snapshot().step:
                gone = {self.run}
            adopt(self.visitor, job, chosen_mnist())
        job.step()
        self.settle(job)
        self.did(*self.names_of(job), *gone)

    # The server, the disk and tabs

    @rule(waited_s=sampled_from([AT_ONCE_S, LONG_S]))
    def save(self, waited_s: float) -> None:
        self.clock.now += waited_s
        self.disk.n_free = 10**9
        could_wait = any(job.playing for job in self.visitor.jobs()) or self.visitor.refusals
        self.visitors.save()
        self.saved(surely=self.clock.now - self.saved_at >= LONG_S or not could_wait)
        if waited_s == LONG_S:
            assert not self.visitor.refusals

    @rule(n_free=integers(0, 3))
    def save_on_a_full_disk(self, n_free: int) -> None:
        self.clock.now += LONG_S
        self.disk.n_free, self.disk.refused, self.visitor.notice = n_free, False, None
        told = bool(self.visitor.refusals)
        self.visitors.save()
        self.saved(surely=not self.disk.refused)
        assert self.visitor.refusals == ({UNSAVED} if self.disk.refused else set())
        assert self.visitor.notice == (UNSAVED if self.disk.refused and not told else None)
        self.disk.n_free = 10**9

    @rule(how=sampled_from(["stop", "kill", "crash"]), n_left=integers(0, 6))
    def restart(self, how: str, n_left: int) -> None:
        """End the server by itself, at once, or between two files of a save."""
        self.clock.now += LONG_S
        self.disk.n_left = {"stop": self.disk.n_left, "kill": 0, "crash": n_left}[how]
        try:
            self.visitors.save(all_now=how == "stop")
        except KeyboardInterrupt:
            self.saved(surely=False)
        else:
            self.saved()
        self.come_back()

    @rule()
    def stay_while_others_come(self) -> None:
        """Keep a tab open for a long time, while others need memory."""
        self.open.add("second")
        assert self.visitors.get(self.visitor.id, "second") is self.visitor
        self.open.discard("here")
        plays = self.visitor.job is not None and self.visitor.job.playing
        self.clock.now += AT_REST_S + 1
        self.visitors.check()
        assert not self.visitors.free_memory(10**12)
        assert self.visitors.get(self.visitor.id, "here") is self.visitor
        assert (self.visitor.job is not None and self.visitor.job.playing) == plays
        self.open.add("here")

    @rule(saves=booleans(), needs_room=booleans(), last=sampled_from(["none", "draw", "take away"]), choice=data())
    def leave_and_return(self, saves: bool, needs_room: bool, last: str, choice: Any) -> None:
        """Close all tabs until the work leaves memory, unless something of it is not on disk, such as a last act."""
        if last != "none":
            self.save(LONG_S)
            self.draw(False) if last == "draw" else self.take_away(choice)
        job = self.visitor.job
        plays = job is not None and job.playing
        self.visitors.check()
        self.open.clear()
        self.clock.now += AWAY_S - 1
        self.visitors.check()
        assert (job is not None and job.playing) == plays
        self.clock.now += 2
        self.visitors.check()
        assert not any(each.playing for each in self.visitor.jobs())
        self.pause()
        self.now |= {name: value for name, value in pieces(self.visitor).items() if plays and name == self.run}
        if saves:
            self.visitors.save()
            self.saved()
        if needs_room:
            assert not self.visitors.free_memory(10**12)
        else:
            self.clock.now += AT_REST_S
            self.visitors.check()
        assert len(self.visitors) == 0 or not saves
        if len(self.visitors) == 0:
            assert not self.visitor.has_work()
            assert all(values == {self.now.get(name)} for name, values in self.on_disk.items())
            self.saved()
        self.open.add("here")
        self.visitor = self.visitors.get(self.visitor.id, "here")
        assert (self.visitor.job is not None and self.visitor.job.playing) == plays

    @rule(breaks=booleans())
    def delete_all(self, breaks: bool) -> None:
        self.disk.is_broken, gone = breaks, self.visitor
        if breaks:
            with pytest.raises(OSError, match="Read-only"):
                self.visitors.remove(gone)
            self.disk.is_broken = False
            return
        self.visitors.remove(gone)
        gone.keep_drawing({"data": "drawn in another tab"})
        self.visitors.save()
        assert not self.visitors.knows(gone.id)
        self.visitor = self.visitors.get(gone.id, "here")
        assert self.visitor.id != gone.id
        self.now, self.on_disk = {}, {}


TestKeptWork = pytest.mark.timeout(480)(KeptWork.TestCase)  # what fails, Hypothesis shortens for up to five minutes
TestKeptWork.settings = settings(max_examples=200, stateful_step_count=30)
