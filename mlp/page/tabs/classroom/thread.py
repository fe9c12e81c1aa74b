"""What is next in a class's room, once the row below the canvas has no more to ask for."""

from collections.abc import Sequence
from dataclasses import replace

from mlp.language import mark
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.style.reveal import reveal
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.learning import learn_with
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, ROOMS, holds_room
from mlp.page.tabs.next_step import NextStep, Thread, train_own
from mlp.page.tabs.places import go_to
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import COPIES, MAX_IMAGES, DrawingData, room_of
from mlp.training.settings import Settings

CLASS_RUN = Settings(epochs=2)
"""A run of the plan: with it, a class of 24 on two cores is done within its step (python -m tests.wire.lesson)."""
CLASS_IMAGES = 100_000
"""Images that a run on the class's drawings alone learns from in a plan, about as many as the other one."""


def room_thread(visitor: Visitor) -> Thread | None:
    """Return the steps in the visitor's room; none while its row asks for drawings, or for its holder's strip."""
    room = ROOMS.of(visitor)
    if room is None:
        return None
    mine = room.learner(person(visitor.id))
    if mine is None or holds_room(visitor):
        return Thread([], [GIVEN])
    if room.poll.takes(mine.number):
        return Thread([_shown(mark("Say what you think"), True, "room_ideas")], [GIVEN])
    asks = room.breaks or (room.asks_for(mine.who) is not None and room.task in ("", "come", "draw"))
    return Thread([] if asks else steps_in(room, mine), [GIVEN])


def steps_in(room: Classroom, mine: Learner) -> Sequence[NextStep]:
    """Return the steps of a learner in a room: the one of the holder's plan, or all without a plan."""
    guess = _shown(mark("Guess what is misread"), not room.shows_answer and mine.guess is None, "room_guesses")
    learn = NextStep(
        mark("Train with the class"),
        lambda visitor: room_of(visitor.runs.data) != room.code,
        lambda visitor: learn_with(visitor, room),
    )
    of_task = {
        "": [guess, learn],
        "train": [NextStep(mark("Train a network"), lambda visitor: not _has_class_run(visitor), train_for_class)],
        "alone": [learn._replace(label=mark("Train on the signs"), take=lambda visitor: _train_alone(visitor, room))],
        "guess": [guess],
        "table": [_shown(mark("See who reads whom"), True, "room_results")],
        "teach": [_shown(mark("Teach it the mistakes"), True, "room_break")._replace(is_due=_lacks_lesson)],
        "compare": [_shown(mark("See what we think"), room.poll.is_over, "room_ideas")],
    }
    return [*of_task.get(room.task, ()), _shown(mark("See what the class wrote"), True, "room_wall")]


def train_for_class(visitor: Visitor) -> None:
    """Begin the plan's run, which ends within its step, unless it was begun; for callbacks."""
    if not _has_class_run(visitor):
        set_controls(CLASS_RUN)
        train_own(visitor)


def _has_class_run(visitor: Visitor) -> bool:
    return visitor.job is not None and visitor.job.snapshot().settings == CLASS_RUN


def _lacks_lesson(visitor: Visitor) -> bool:
    return not (isinstance(visitor.runs.data, DrawingData) and visitor.runs.data.mistakes)


def _train_alone(visitor: Visitor, room: Classroom) -> None:
    """Train on the others' drawings, for as many epochs as end within the step."""
    n_images = min(MAX_IMAGES, COPIES * max(1, room.n_drawings))
    set_controls(replace(chosen_settings(), epochs=min(100, max(1, CLASS_IMAGES // n_images))))
    learn_with(visitor, room)


def _shown(label: str, is_due: bool, key: str) -> NextStep:
    """Return the step that leads to a part of the room."""

    def take(_: Visitor) -> None:
        reveal(key)
        go_to("Room")

    return NextStep(label, lambda _: is_due, take)
