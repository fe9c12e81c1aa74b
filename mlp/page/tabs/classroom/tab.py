"""The section "Room": where a class writes together, and its networks read each other's digits."""

from collections.abc import Callable

import streamlit as st

from mlp.class_names import DIGITS
from mlp.images.mnist import Dataset
from mlp.page.session_var import SessionVar
from mlp.page.style.html import scroll_to
from mlp.page.style.link import hidable, linked
from mlp.page.tabs.classroom.followed import follow_room
from mlp.page.tabs.classroom.guesses import guesses
from mlp.page.tabs.classroom.hold import code_card, devices, files
from mlp.page.tabs.classroom.learning import learning
from mlp.page.tabs.classroom.table import follow_networks, table
from mlp.page.tabs.classroom.wall import wall
from mlp.page.tabs.places import Section, go_to
from mlp.page.visitors.classroom import Classroom, ClassroomError, person
from mlp.page.visitors.newcomer import NOT_DELETED, UNREADABLE
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.session import session_id, visitors
from mlp.page.visitors.visitor import Visitor

NAME = "Room"
LINKED = "room"
"""Name of a room's code in a link."""
_refused = Refusal("room")
_code = SessionVar("room_typed", "")
"""The code that was typed; a control."""
_opened = SessionVar[bool]("room_opened", False)
"""Whether a room was opened on this page, which then shows its code."""
_asked = SessionVar[bool]("room_asked", False)
"""Whether the link's room was asked for."""
SHARED = (
    "What you give to a room is a copy, and everybody there sees it, under the name of an animal. Leaving removes it; "
    "only a run that learned from it keeps it, until the room is closed."
)


def join_linked(visitor: Visitor) -> None:
    """Ask for the room that the link names, once, and open it; call it before all that shows the visitor's room."""
    code = linked(LINKED)
    if code is not None and not _asked.get():
        _asked.set(True)
        _try(visitors().classrooms.join, visitor, code, session_id())
    follow_room(visitor)


def open_button(visitor: Visitor) -> None:
    """Draw the button in *Share* that opens a room."""
    if not visitor.classroom:
        st.button(
            "Open a room for a class", key="open_a_room", icon=":material/groups:", on_click=open_room, args=(visitor,)
        )


def _entrance(visitor: Visitor, room: Classroom | None) -> None:
    """Draw where the visitor stands."""
    if room is None:
        st.markdown(f"A class writes together here, and its networks read each other’s digits. {SHARED}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.button("Open a room", key="room_open", type="primary", on_click=open_room, args=(visitor,))
            st.text_input("Code of a room", key=_code.key, max_chars=20, width=160)
            st.button("Join", key="room_join", on_click=_join, args=(visitor,))
    elif (mine := room.learner(person(visitor.id))) is None:
        name = room.waiting.get(person(visitor.id))
        if name is None:
            st.markdown("You are no longer in this room.")
            st.button("Good", key="room_gone", on_click=_leave, args=(visitor,))
        else:
            st.markdown(f"You are **{name}**. Whoever holds the room lets you in.")
    else:
        st.markdown(f"You are **{mine.name}** in room **{room.code}**. {SHARED}")
    _refused.show()


def room_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the room that the visitor is in, or the ways to open and to join one."""
    room = visitors().classrooms.of(visitor)
    _entrance(visitor, room)
    if room is None or room.learner(person(visitor.id)) is None:
        return
    if visitor.holds_room:
        with st.container(key="room_code"):
            code_card(room)
        if _opened.get():
            scroll_to("room_code", f"room {room.code}")
        devices(visitor, room)
    with st.container(key="room_wall"):
        wall(room)
    with st.container(key="room_guesses"):
        guesses(visitor, room)
    with st.container(key="room_results"):
        table(visitor, room)
        follow_networks(room)
    learning(visitor, room)
    if not visitor.holds_room:
        st.button("Leave the room", key="room_leave", on_click=_leave, args=(visitor,))
        return
    files(room)
    with st.popover("Close the room", icon=":material/delete:"):
        st.markdown("Deletes all drawings here, and the copies in runs, which then end. Download them first?")
        st.button("Yes, close the room", key="room_close", on_click=_leave, args=(visitor,))


def open_room(visitor: Visitor) -> None:
    """Open a room for digits, or for the visitor's signs if they have collected any, and show it; for callbacks."""
    signs = visitor.signs.now.names
    _opened.set(True)
    _try(visitors().classrooms.open, visitor, signs if len(signs) > 1 else DIGITS)


def _join(visitor: Visitor) -> None:
    _try(visitors().classrooms.join, visitor, _code.get(), session_id())


def _leave(visitor: Visitor) -> None:
    _try(visitors().classrooms.leave, visitor, if_disk_fails=NOT_DELETED)


def _try(act: Callable[..., object], *args: object, if_disk_fails: str = UNREADABLE) -> None:
    """Do something with a room, and show the section; it also tells why something was refused."""
    try:
        act(*args)
    except ClassroomError as error:
        _refused.set(str(error))
    except OSError:
        _refused.set(if_disk_fails)
    go_to(NAME)


CLASSROOM = Section(NAME, room_section)
hidable("open-a-room", "Open a room, in Share")
