"""What is next in a class's room, once the row below the canvas has no more to ask for."""

from collections.abc import Sequence

from mlp.page.style.reveal import reveal
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.learning import learn_with
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, ROOMS, holds_room
from mlp.page.tabs.next_step import NextStep, Thread
from mlp.page.tabs.places import go_to
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import room_of


def room_thread(visitor: Visitor) -> Thread | None:
    """Return the steps in the visitor's room; none while it asks for drawings, as its row is what is next."""
    room = ROOMS.of(visitor)
    if room is None:
        return None
    mine = room.learner(person(visitor.id))
    if mine is None:
        return Thread([], [GIVEN])
    if room.poll.takes(mine.number) and not holds_room(visitor):
        return Thread([_shown("Say what you think", True, "room_ideas")], [GIVEN])
    asks = room.breaks or room.asks_for(mine.who) is not None
    return Thread([] if asks else steps_in(room, mine, holds_room(visitor)), [GIVEN])


def steps_in(room: Classroom, mine: Learner, holds: bool) -> Sequence[NextStep]:
    """Return all steps of a learner in a room."""
    return [
        _shown("Guess what is misread", not room.shows_answer and mine.guess is None, "room_guesses"),
        NextStep(
            "Train with the class",
            lambda visitor: room_of(visitor.runs.data) != room.code,
            lambda visitor: learn_with(visitor, room),
        ),
        _shown("Open the table", holds and not room.shows_answer, "room_results"),
        _shown("See who reads whom", room.shows_answer, "room_results"),
        _shown("See what the class wrote", True, "room_wall"),
    ]


def _shown(label: str, is_due: bool, key: str) -> NextStep:
    """Return the step that leads to a part of the room."""

    def take(_: Visitor) -> None:
        reveal(key)
        go_to("Room")

    return NextStep(label, lambda _: is_due, take)
