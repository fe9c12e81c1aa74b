"""The steps of the holder's plan: each opens its place, and sets what it needs."""

import time
from typing import NamedTuple

from mlp.class_names import DIGITS
from mlp.language import said_by
from mlp.page import state
from mlp.page.style.reveal import reveal
from mlp.page.tabs.classroom.classroom_section import NAME
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import EACH, Classroom, ClassroomError
from mlp.page.tabs.classroom.rooms import ROOMS, seat_of
from mlp.page.tabs.classroom.thread import train_for_class
from mlp.page.tabs.lessons.lessons_section import LESSON_VIEWS, open_lessons
from mlp.page.tabs.lessons.plan import BEGUN, NOT_YET, PLANS, Stage
from mlp.page.tabs.places import go_to, place_key
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

refused = Refusal("strip")
PLACES = {
    "come": "room_code",
    "draw": "room_wall",
    "train": "train_card",
    "alone": "room_wall",
    "guess": "room_guesses",
    "table": "room_results",
    "break": "room_break",
    "teach": "room_break",
    "compare": "room_ideas",
    "name": place_key("Your drawings"),
    "examples": "lessons_card",
}
"""The key of what each task opens, which the board shows."""
OUTSIDE = ("name", "train", "examples")
"""Tasks whose places are not in the room."""


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
    stage = PLANS[reached.plan].stages[number]
    if stage.task not in OUTSIDE and ROOMS.of(visitor) is None:
        of_signs = "name" in (each.task for each in PLANS[reached.plan].stages)
        try:
            ROOMS.open(visitor, visitor.signs.now.names if of_signs else DIGITS)
        except ClassroomError as error:
            refused.set(said_by(error))
            return
    visitor.kept[BEGUN] = (reached.plan, number, time.time())
    if (room := ROOMS.of(visitor)) is not None:
        room.begin_task(stage.task)
    _open(visitor, stage.task)


def _open(visitor: Visitor, task: str) -> None:
    """Show the place of a task, with what would else be missing there: a run, or a field for signs."""
    if task == "train":
        train_for_class(visitor)
    elif task == "examples":
        LESSON_VIEWS.chosen.set("examples")
        open_lessons()
    elif task == "name":
        state.drawings_of.set("signs")
    reveal(PLACES[task])
    go_to("Your drawings" if task == "name" else NAME)


class Done(NamedTuple):
    """How many of ``n`` learners have drawn all, trained, answered, and guessed; seconds until their runs end."""

    n: int
    drew: int
    trained: int
    answered: int
    guessed: int
    training_s: float


def done_in(room: Classroom, holder: Visitor) -> Done:
    """Return what a room's learners have done; neither its holder nor writers of files count."""
    present = {person(visitor.id): visitor for visitor in visitors().present()}
    here = [learner for learner in room.learners if learner.who not in (learner.name, person(holder.id))]
    jobs = [present[learner.who].job for learner in here if learner.who in present]
    runs = [job.snapshot() for job in jobs if job is not None]
    asked = room.poll.answered[room.poll.asks if room.poll.asks is not None else int(room.poll.is_over)]
    return Done(
        len(here),
        sum(min(learner.drawings.counts) >= EACH for learner in here),
        sum(run.finished for run in runs),
        len(asked),
        sum(learner.guess is not None for learner in here),
        max((run.seconds_left or 0.0 for run in runs if run.playing), default=0.0),
    )
