"""The room that each tab follows: its changes wake the tab, and parts of the page depend on it."""

from weakref import WeakKeyDictionary

from mlp.page.live.tabs import Tab, this_tab
from mlp.page.style.redraw import Event
from mlp.page.visitors.classroom import Classroom, person
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

_followed: WeakKeyDictionary[Tab, Classroom | None] = WeakKeyDictionary()

PEOPLE = Event(lambda tab: (room := _followed.get(tab)) and room.look(), 1.0)
"""Who is in the visitor's room, their guesses, and the table."""


def _given(tab: Tab) -> int | None:
    room = _followed.get(tab)
    mine = None if room is None else room.learner(person(tab.owner))
    return None if mine is None else id(mine.drawings)


GIVEN = Event(_given, 1.0)
"""What the visitor has given to the room."""


def follow_room(visitor: Visitor) -> None:
    """Make this tab follow the visitor's room, if there is one, and no other."""
    tab, room = this_tab(), visitors().classrooms.of(visitor)
    before, _followed[tab] = _followed.get(tab), room
    if room is not None:
        room.listeners.add(tab)
    if before is not None and before is not room:
        before.listeners.discard(tab)


def room_state(visitor: Visitor) -> str:
    """Return what decides which parts of the room the page shows, as text, in any thread."""
    room = visitors().classrooms.of(visitor)
    return "" if room is None else str(room.shown_to(person(visitor.id)))
