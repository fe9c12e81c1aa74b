"""A room: a class whose learners write digits together, and whose networks read each other's."""

import math
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import DrawingSet, as_pixels
from mlp.images.recorded import Stroke
from mlp.language import Later, mark
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS, Learners, State
from mlp.page.tabs.classroom.learner import ANIMALS, DRAWN, Learner, number_of
from mlp.page.tabs.classroom.poll import Poll
from mlp.page.tabs.lessons.plan import ANY, Task
from mlp.page.visitors.analysis_budget import LastResult
from mlp.page.visitors.by_code import CodedWork

EACH = 2
"""Drawings of each digit that the room asks a learner for."""
MAX_LEARNERS, MAX_WAITING = 40, 80
FULL = Later("This room has {most:,} drawings, the most that it takes.", most=MAX_DRAWINGS)
DOOR_S = 300.0
"""Time for which an open door lets everybody in who has the code."""
RETURNS_S = 7200.0
"""Time in which whoever has left can come back as the same animal."""


class ClassroomError(ValueError):
    """A refusal, as a sentence for the learner, a `Later`."""


@dataclass
class Classroom(CodedWork):
    """All that a class has put together, and who may take part. Its methods can be called from any thread."""

    kind, kinds = "room", (State, Learners)
    n_letters = 8  # with 40 bits, nobody guesses the code of a room whose door is open
    names: tuple[str, ...] = DIGITS  # what it asks for: the digits, or signs of its own
    learners: list[Learner] = field(default_factory=list)  # all who were let in, in this order, and drawings from files
    left: list[Learner] = field(default_factory=list)  # gone by themselves: hold no place, but their name and number
    waiting: dict[str, str] = field(default_factory=dict)  # the names of those to be let in, while their pages are open
    collects: bool = True  # whether it still takes drawings
    shows_answer: bool = False  # whether the table is open, after which nobody can guess
    kept_table: dict[str, Any] = field(default_factory=dict)  # as JSON values, see `table.keep_table`; empty for none
    way: str = ""  # how those networks were trained that the table compares, as chosen; empty for that of most
    poll: Poll = field(default_factory=Poll)  # what they think of five ideas
    task: Task = ANY  # what the class does now in the holder's plan
    last_number: int = 0  # of learners, of files, and of those for whom no animal was left
    open_until: float = 0.0
    removed: dict[str, int] = field(default_factory=dict)  # by who drew it: the name of the last drawing taken away
    n_given: int = 0  # counts the changes of drawings
    n_copied: int = -1  # n_given at the last download of all drawings since the server started
    last_table: LastResult = field(default_factory=LastResult)  # of all pages
    table_lock: threading.Lock = field(default_factory=threading.Lock)  # only one of them makes it
    walls: dict[str, tuple[int, dict[str, str]]] = field(
        default_factory=dict
    )  # by language: n_given, and for all pages

    def drop(self) -> None:
        """Remove everybody, and what they gave. The lock is held."""
        self.collects, self.task = False, ANY
        self.learners, self.left, self.waiting, self.poll = [], [], {}, Poll()
        self._drop_pictures()

    # Who is here

    def learner(self, who: str) -> Learner | None:
        """Return a learner; None if they were not let in."""
        return next((learner for learner in self.learners if learner.who == who), None)

    def known(self, who: str) -> Learner | None:
        """Return a learner, or what is kept of one who has left; None if there is nothing."""
        return next((learner for learner in (*self.learners, *self.left) if learner.who == who), None)

    @property
    def may_return(self) -> list[Learner]:
        """Those who have left in the last two hours."""
        return [learner for learner in self.left if time.time() - learner.left_at < RETURNS_S]

    def look(self) -> tuple[object, ...]:
        """Return what decides how a learner's parts of a page look, but for drawings: their wall moves by itself."""
        people = [(learner.number, learner.guess is not None, len(learner.mistakes)) for learner in self.learners]
        table = self.last_table.done and self.last_table.done.at
        return people, table, self.way

    @property
    def is_full(self) -> bool:
        """Whether there are as many learners, with the writers of files, as can be."""
        return len(self.learners) >= MAX_LEARNERS

    def ask(self, who: str, *, holds: bool = False) -> None:
        """Add a visitor if they hold the room or its door is open; else they wait.

        Raises a ClassroomError if there is no place left.
        """
        with self.lock:
            if self.learner(who) is not None:
                return
            if holds or self.door_is_open:
                if self.is_full and not holds:
                    raise ClassroomError(
                        Later("This room is full: it has places for {most} learners.", most=MAX_LEARNERS)
                    )
                self._enter(who)
            elif who not in self.waiting:
                if len(self.waiting) >= MAX_WAITING:
                    raise ClassroomError(Later("Too many wait to be let in. Try again when the door is open."))
                self.waiting[who] = self._identity(who)[1]
        self.changed()

    def let_in(self, *people: str) -> None:
        """Add these if they wait, as long as there are places."""
        with self.lock:
            for who in people:
                if who in self.waiting and not self.is_full:
                    self._enter(who)
        self.changed()

    def open_door(self, seconds: float = DOOR_S) -> None:
        """Add whoever waits, or asks within these seconds, as long as there are places; 0 closes the door."""
        self.open_until = time.monotonic() + seconds
        self.let_in(*self.waiting if seconds else ())

    def send_away(self, *people: str) -> None:
        """Forget these if they wait; not learners, whom another page may have let in."""
        for who in people:
            self.waiting.pop(who, None)
        self.changed()

    @property
    def door_is_open(self) -> bool:
        """Whether it lets everybody in at the moment."""
        return time.monotonic() < self.open_until

    @property
    def door_minutes(self) -> int:
        """Minutes for which the door is still open, the last one counted whole; 0 if it is closed."""
        return max(0, math.ceil((self.open_until - time.monotonic()) / 60))

    def let_go(self, who: str, *, may_return: bool = False) -> None:
        """Remove a learner, or somebody who waits, with the room's copies of their drawings.

        With ``may_return``, they can come back with their name and number, which say who has answered.
        """
        with self.lock:
            gone = None if self.waiting.pop(who, None) else self.learner(who)
            if not may_return:
                self.left = [learner for learner in self.left if learner.who != who]
            elif gone is not None:
                bare = Learner(gone.number, who, gone.name, DrawingSet(self.names), left_at=time.time())
                self.left = [*self.may_return, bare][-MAX_LEARNERS:]
            if gone is not None:
                self.learners = [learner for learner in self.learners if learner is not gone]
                self.n_given += 1
                self._drop_pictures()
        self.changed()

    def remove(self, drawing: int) -> None:
        """Take the drawing with this number, see `number_of`, out of everything that its learner gave."""
        with self.lock:
            for learner in self.learners:
                fewer = dict[str, DrawingSet]()
                for name in DRAWN:
                    drawings: DrawingSet = getattr(learner, name)
                    numbers = [number_of(learner, example.image) for example in drawings.examples]
                    gone = [place for place, number in enumerate(numbers) if number == drawing]
                    if gone:
                        self.removed[learner.who] = drawings.examples[gone[0]].label
                        fewer[name] = drawings.without_examples(gone)
                if fewer:
                    self.n_given += 1
                    self.change(replace(learner, **fewer, n_given=self.n_given))  # type: ignore[arg-type]
                    self._drop_pictures()
        self.changed()

    def _enter(self, who: str) -> None:
        number, name = self._identity(who)
        self.waiting.pop(who, None)
        self.left = [learner for learner in self.left if learner.who != who]
        self.learners = [*self.learners, Learner(number or self._next_number(), who, name, DrawingSet(self.names))]

    def _identity(self, who: str) -> tuple[int | None, str]:
        """Return the number and name that somebody had here before, or no number, and the one who waits has."""
        before = next((learner for learner in self.may_return if learner.who == who), None)
        if before is not None:
            return before.number, before.name
        return None, self.waiting.get(who) or self._free_name()

    def _free_name(self) -> str:
        """Return an animal that nobody is, inside, waiting, or gone for a while; a number if there is none left."""
        taken = {learner.name for learner in (*self.learners, *self.may_return)} | set(self.waiting.values())
        left = set(ANIMALS) - taken
        return secrets.choice(sorted(left)) if left else f"number {self._next_number()}"

    def _next_number(self) -> int:
        self.last_number += 1
        return self.last_number

    def _drop_pictures(self) -> None:
        """Forget what was made of drawings, some of which are gone."""
        self.walls, self.last_table = {}, LastResult()

    def change(self, learner: Learner) -> None:
        """Replace the learner of this number. The lock is held."""
        self.learners = [learner if known.number == learner.number else known for known in self.learners]

    # What they write

    def asks_for(self, who: str) -> int | None:
        """Return the place of the name that a learner is to draw next; None if all are there, or collecting is over."""
        learner = self.learner(who)
        if learner is None or not self.collects:
            return None
        counts = learner.drawings.counts
        return next((label for label in range(len(self.names)) if counts[label] < EACH), None)

    def give(self, who: str, label: int, image: np.ndarray, strokes: Sequence[Stroke] = ()) -> None:
        """Take a copy of a drawing; of a name that has all of its drawings, it replaces the oldest.

        Raises a ClassroomError if the room takes no more drawings, and a ValueError if it is no drawing, see
        `DrawingSet.with_example`.
        """
        with self.lock:
            learner = self.learner(who)
            if learner is None or not self.collects:
                raise ClassroomError(Later("This room takes no more drawings."))
            if self.n_free < 1:
                raise ClassroomError(FULL)
            drawings = learner.drawings
            place = drawings.place_of(as_pixels(image))
            if place is not None and drawings.examples[place].label == label:
                raise ClassroomError(Later("You have given this very drawing already. Draw it again."))
            self.removed.pop(who, None)
            same = [place for place, each in enumerate(drawings.examples) if each.label == label]
            drawings = drawings.without_examples(same[: len(same) + 1 - EACH]).with_example(label, image, strokes)
            self.n_given += 1
            self.change(replace(learner, drawings=drawings, n_given=self.n_given))
        self.changed()

    def add_file(self, drawings: DrawingSet) -> None:
        """Add the drawings of a file as those of one more writer, who is not here.

        Raises a ClassroomError if they are of other names, or there is no room for them.
        """
        with self.lock:
            if drawings.names != self.names:
                raise ClassroomError(Later("This file holds drawings of other names than the room’s"))
            self.check_place(len(drawings))
            number = self._next_number()
            self.n_given += 1
            name = f"file {number}"
            self.learners = [*self.learners, Learner(number, name, name, drawings, n_given=self.n_given)]
        self.changed()

    def check_place(self, n: int = 1) -> None:
        """Raise a ClassroomError if there is no place for one more writer with ``n`` drawings."""
        if self.is_full or n > self.n_free:
            rule = mark("A room takes {most:,} drawings of {writers} writers at most")
            raise ClassroomError(Later(rule, most=MAX_DRAWINGS, writers=MAX_LEARNERS))

    @property
    def n_drawings(self) -> int:
        """Number of drawings of all."""
        return sum(len(learner.drawings) for learner in self.learners)

    @property
    def n_free(self) -> int:
        """Number of drawings for which there is a place beside all others, claims and mistakes."""
        return MAX_DRAWINGS - sum(len(getattr(learner, each)) for learner in self.learners for each in DRAWN)

    def copy(self) -> str:
        """Return all drawings as a file."""
        self.n_copied = self.n_given  # before they are read: one that comes meanwhile may be missing
        self.changed()
        mistakes = tuple(each for learner in self.learners for each in learner.mistakes.examples)
        return dump_drawings(DrawingSet(self.names, self.drawings_but(None).examples + mistakes))

    @property
    def is_copied(self) -> bool:
        """Whether a copy was made since the last of the drawings came, or there are none."""
        givers = [learner for learner in self.learners if len(learner.drawings) + len(learner.mistakes)]
        return all(learner.n_given <= self.n_copied for learner in givers)

    def drawings_but(self, who: str | None) -> DrawingSet:
        """Return the drawings of all, but a learner's own; of nobody else's with None."""
        examples = [each for learner in self.learners if learner.who != who for each in learner.drawings.examples]
        return DrawingSet(self.names, tuple(examples))

    # What they expect

    def guess(self, who: str, label: int) -> None:
        """Note which name a learner expects to be misread most, until the table is open."""
        with self.lock:
            learner = self.learner(who)
            if learner is not None and not self.shows_answer:
                self.change(replace(learner, guess=label))
        self.changed()

    def collect(self, collects: bool) -> None:
        """Begin or end to take drawings."""
        self.collects = collects
        self.changed()

    def compare(self, way: str) -> None:
        """Compare the networks that were trained in this way."""
        self.way = way
        self.changed()

    # What the holder's plan sets

    @property
    def breaks(self) -> bool:
        """Whether a round of *Break it* is on; what was found stays."""
        return self.task.counts == "claimed"

    def begin(self, task: Task) -> None:
        """Begin what a step of the plan names, for everybody, and set what that needs."""
        with self.lock:
            if task.collects or task.trains in ("digits", "signs"):
                self.kept_table = {}
            self.task = task
            self.collects = self.collects or task.collects
            self.shows_answer = self.shows_answer or task.opens_table
            self.poll.ask(task.asks)
        self.changed()
