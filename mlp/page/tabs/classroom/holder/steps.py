"""The steps of the holder's plan: each opens its place, and sets what it needs."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from mlp.class_names import DIGITS
from mlp.jobs.snapshot import seconds_left_together
from mlp.language import said_by
from mlp.page.script.reveal import reveal
from mlp.page.tabs.address import open_address
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from mlp.page.tabs.classroom.rooms import ROOMS, seat_of
from mlp.page.tabs.classroom.table import keep_table
from mlp.page.tabs.classroom.thread import COUNTS, train_for_class
from mlp.page.tabs.lessons.plan import BEGUN, NOT_YET, PLANS, Stage
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

refused = Refusal("strip")


class Position(NamedTuple):
    """A visitor's plan, the number of its step, and when that began."""

    plan: str
    number: int = NOT_YET
    began: float = 0.0

    @property
    def stage(self) -> Stage | None:
        """The step; None before the first."""
        return None if self.number == NOT_YET else PLANS[self.plan].stages[self.number]

    @property
    def minutes(self) -> int:
        """Minutes since it began."""
        return int((time.time() - self.began) / 60) if self.began else 0


def position(visitor: Visitor) -> Position | None:
    """Return where a visitor is in their plan; None for learners, and without a plan or a room."""
    seat, kept, room = seat_of(visitor), visitor.kept.get(BEGUN), ROOMS.of(visitor)
    if seat is not None and not seat.holds:
        return None
    if kept is not None:
        return Position(*kept)
    return None if room is None else Position("Digits" if room.names == DIGITS else "Signs of our own")


def take(visitor: Visitor, number: int) -> None:
    """Open the place of a step, and set what it needs; for callbacks."""
    reached = position(visitor)
    if reached is None:
        return
    task = PLANS[reached.plan].stages[number].task
    if task.needs_room and ROOMS.of(visitor) is None:
        of_signs = any(stage.task.trains == "signs" for stage in PLANS[reached.plan].stages)
        try:
            ROOMS.open(visitor, visitor.signs.now.names if of_signs else DIGITS)
        except ClassroomError as error:
            refused.set(said_by(error))
            return
    visitor.kept[BEGUN] = (reached.plan, number, time.time())
    if (room := ROOMS.of(visitor)) is not None:
        if room.task.opens_table and task is not room.task and not room.kept_table:
            keep_table(room)
        room.begin(task)
        if task.opens_door and number > reached.number:
            room.open_door()
    if task.trains == "digits":
        train_for_class(visitor)
    reveal(task.place)
    open_address(task.link)


class Done(NamedTuple):
    """How many of ``n`` learners have done what each of `COUNTS` names, and seconds until their runs end."""

    n: int
    counts: Mapping[str, int]
    drawings: int = 0
    training_s: float = 0.0


def done_in(room: Classroom, holder: Visitor) -> Done:
    """Return what a room's learners have done; neither its holder nor writers of files count."""
    present = {person(visitor.id): all_runs(visitor) for visitor in visitors().present()}
    here = [
        (learner, present.get(learner.who, []))
        for learner in room.learners
        if learner.who not in (learner.name, person(holder.id))
    ]
    counts = {name: sum(count.is_done(room, *each) for each in here) for name, count in COUNTS.items()}
    runs = [run.snapshot for _, runs in here for run in runs if run.snapshot.playing]
    n_drawings = sum(len(learner.drawings) for learner, _ in here)
    return Done(len(here), counts, n_drawings, seconds_left_together(runs) or 0.0)
