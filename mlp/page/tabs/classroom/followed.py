"""What parts of the page depend on in the visitor's room."""

from mlp.page.live.tabs import Tab
from mlp.page.style.redraw import Event
from mlp.page.visitors.classroom import Classroom, person
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor


def _room_of(tab: Tab) -> Classroom | None:
    return None if tab.visitor is None else visitors().classrooms.of(tab.visitor)


PEOPLE = Event(lambda tab: (room := _room_of(tab)) and room.look(), 1.0)
"""Who is in the visitor's room, their guesses, and the table."""


def _given(tab: Tab) -> tuple[int, int] | None:
    room = _room_of(tab)
    mine = None if room is None else room.learner(person(tab.owner))
    return None if mine is None else (mine.number, mine.n_given)


GIVEN = Event(_given, 1.0)
"""What the visitor has given to the room."""


def room_state(visitor: Visitor) -> str:
    """Return what decides which parts of the room the page shows, as text, in any thread."""
    room = visitors().classrooms.of(visitor)
    return "" if room is None else str(room.shown_to(person(visitor.id)))
