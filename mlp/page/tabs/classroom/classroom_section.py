"""The section "Room": where a class writes together, and its networks read each other's digits."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from mlp.class_names import DIGITS, in_words
from mlp.images.mnist import Dataset
from mlp.language import mark, said_by, several, tr
from mlp.page import state
from mlp.page.live.live_page import this_page
from mlp.page.script.link import forget_linked, hidable, linked, on_board
from mlp.page.script.redraw import Where, redrawn
from mlp.page.script.reveal import reveal
from mlp.page.session_var import SessionVar
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.after.changed import changed
from mlp.page.tabs.classroom.after.sheet import room_sheet
from mlp.page.tabs.classroom.break_it import follow_round, mended, round_section
from mlp.page.tabs.classroom.guesses import guesses
from mlp.page.tabs.classroom.holder.held_wall import held_wall
from mlp.page.tabs.classroom.holder.hold import closing, code_card, upload
from mlp.page.tabs.classroom.ideas import ideas
from mlp.page.tabs.classroom.learner import by_itself, called, n_lost, person
from mlp.page.tabs.classroom.learning import learning
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from mlp.page.tabs.classroom.rooms import ELSEWHERE, GIVEN, ROOMS, TOO_FEW, holds_room, seat_of, told
from mlp.page.tabs.classroom.row import waits
from mlp.page.tabs.classroom.table import follow_networks, table
from mlp.page.tabs.classroom.wall import wall
from mlp.page.tabs.lessons.plan import BEGUN
from mlp.page.tabs.places import Section, go_to
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.newcomer import NOT_DELETED, UNREADABLE
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.image_set import offered

NAME = mark("Room")
LINKED = "room"
"""Name of a room's code in a link."""
MAX_CODE = 20
"""Characters of a code as one types it."""
_refused = Refusal("room")
_code = SessionVar("room_typed", "")
"""The code that was typed; a control."""
_followed = SessionVar[bool]("room_followed", False)
"""Whether the link's room was shown, and the visitor is not in it yet."""
_leaving = SessionVar[bool]("room_leaving", False)
"""Whether the page asks whether to leave the room."""
_closed = SessionVar[int]("room_closed", 0)
"""How many rooms this page has closed."""
SHARED = mark(
    "What you give to a room is a copy, which everybody there sees under the name of an animal. A table shows them how "
    "your run and your uploaded network read it all. Leaving removes what you gave; only a run that learned from it "
    "keeps it, until the room is closed. Your answers about ideas are only counted, and stay."
)


SHOWN = mark(
    "It shows others only what you give to a room, and how your run and uploaded network read there. What you think of "
    "ideas is only counted there."
)
"""What others see of a visitor's work, for the privacy note."""


def deleted_room(visitor: Visitor) -> str:
    """Return what becomes of the room of a visitor who deletes all work, as a sentence; empty if they are in none."""
    if seat_of(visitor) is None:
        return ""
    if holds_room(visitor):
        return tr("Deleting it also closes the room that you hold.")
    return tr("Deleting it also takes your drawings out of the room.")


def visit_room(visitor: Visitor) -> None:
    """Follow the room that the visitor is in, and show the one that the link names, once, filled in for a press.

    Call it before all that shows either. Once the visitor is in a room, the address has no code, as they may share it.
    """
    ROOMS.visit(visitor, this_page())
    seat = seat_of(visitor)
    if (code := linked(LINKED)) is not None and not _followed.get():
        _followed.set(True)
        _code.set(code[:MAX_CODE])
        state.requested_tab.set(NAME)
        reveal("room_entrance")
        if seat is not None and seat.code != typed_code(code):
            _refused.set(tr(ELSEWHERE, code=seat.code))
    if seat is not None:
        forget_linked(LINKED)
        room = ROOMS.of(visitor)
        if room is not None and room.learner(person(visitor.id)) is not None and _followed.pop():
            reveal("canvas")  # to draw for it
    follow_round(visitor)


def open_button(visitor: Visitor) -> None:
    """Draw the buttons in *Share* that open a room, and lead to the field for the code of one."""
    if seat_of(visitor) is None:
        st.button(
            tr("Open a room for a class"),
            key="open_a_room",
            icon=":material/groups:",
            help=_collects(visitor.signs.now.names),
            on_click=open_room,
            args=(visitor,),
        )
        st.button(tr("Enter a code"), key="enter_a_code", icon=":material/login:", on_click=_enter_code)


def _enter_code() -> None:
    reveal("room_entrance")
    go_to(NAME)


def _entrance(visitor: Visitor, room: Classroom | None) -> None:
    """Draw where the visitor stands."""
    if room is None:
        if n := _closed.get():
            good_bye = tr("<b>Good-bye!</b> The room is closed, and its drawings are deleted.")
            with st.container(key="room_goodbye"):  # the board goes there, as to a step of a plan
                st.html(f'<p class="ink-step" data-shows="room_goodbye" data-step="closed {n}">{good_bye}</p>')
        is_linked = linked(LINKED) is not None
        with st.container(key="room_entrance"):
            if why := told(visitor):
                st.warning(plain(why))
            here = tr("A class writes together here, and its networks read each other’s digits.")
            st.markdown(f"{here} {tr(SHARED)}")
            if not is_linked:
                st.markdown(_collects(visitor.signs.now.names))
                if offered()[0] or visitor.sets:
                    st.caption(tr("A room collects no data sets: whoever runs the server offers them to all."))
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_input(tr("Code of a room"), key=_code.key, max_chars=MAX_CODE, width=160)
                st.button(tr("Join"), key="room_join", type="primary", on_click=_join, args=(visitor,))
                if not is_linked:
                    st.button(tr("Open a room"), key="room_open", on_click=open_room, args=(visitor,))
    elif (mine := room.learner(person(visitor.id))) is None:
        with st.container(key="room_waits"):
            st.html(f"<p>{waits(room.waiting.get(person(visitor.id), ''))}</p>")
        st.button(tr("Stop waiting"), key="room_leave", on_click=_leave, args=(visitor,))
    else:
        name = tr("Your name here, in room **{code}**: **{animal}**.", animal=by_itself(mine.name), code=room.code)
        st.markdown(f"{name} {tr(SHARED)}")
    _refused.show()


def classroom_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the room that the visitor is in, or the ways to open and to join one."""
    room, holds = ROOMS.of(visitor), holds_room(visitor)
    _entrance(visitor, room)
    if room is None or room.learner(person(visitor.id)) is None:
        return
    if holds:
        with st.container(key="room_code"):
            code_card(room)
    with st.container(key="room_ideas"):
        ideas(visitor, room)
    with st.container(key="room_wall"):
        (held_wall if holds and not on_board() else wall)(room)
    with st.container(key="room_guesses"):
        guesses(visitor, room)
    with st.container(key="room_results"):
        table(visitor, room)
        follow_networks(room)
    learning(visitor, room)
    with st.container(key="room_break"):
        round_section(visitor, room)
    with st.container(key="room_mended"):
        mended(visitor, room)
    with st.container(key="room_after"):
        changed(visitor, room)
    if holds:
        upload(room)
    with st.container(key="room_end"):
        room_sheet(visitor)
        if holds:
            closing(room, partial(_leave, visitor))
        else:
            _leave_button(visitor, room)


@redrawn("room_leaving", lambda *_: [GIVEN] * _leaving.get(), where=Where.TAB)
def _leave_button(visitor: Visitor, room: Classroom) -> None:
    """Draw the button that asks whether to leave the room, or the question."""
    mine = room.learner(person(visitor.id))
    if mine is None:
        return
    if not _leaving.get():
        st.button(tr("Leave the room …"), key="room_leave", on_click=_leaving.set, args=(True,))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        asks = tr("Leave the room?")
        if n := n_lost(mine):
            asks = several("Leave the room, and delete {n} drawing?", "Leave the room, and delete {n} drawings?", n)
        again = tr("If you come back within two hours, you are **{animal}** again.", animal=called(mine.name))
        st.markdown(f"{asks} {again}")
        st.button(tr("Leave"), key="room_left", type="primary", on_click=_leave, args=(visitor,))
        st.button(tr("Stay"), key="room_stay", on_click=_leaving.set, args=(False,))


def open_room(visitor: Visitor) -> None:
    """Open a room for digits, or for the visitor's signs if they have named any, and show it; for callbacks."""
    reveal("room_code")
    _try(ROOMS.open, visitor, visitor.signs.now.names or DIGITS)


def _collects(signs: tuple[str, ...]) -> str:
    """Return what a room collects that somebody with these signs opens, as a sentence."""
    if len(signs) == 1:
        return tr(TOO_FEW)
    if not signs:
        return tr("A room that you open now collects digits.")
    return tr("A room that you open now collects {signs}.", signs=plain(in_words(signs)))


def _join(visitor: Visitor) -> None:
    reveal("room_waits")
    _try(ROOMS.join, visitor, _code.get())


def _leave(visitor: Visitor) -> None:
    _leaving.set(False)
    if holds_room(visitor):
        visitor.kept.pop(BEGUN, None)
        _closed.set(_closed.get() + 1)
    _try(partial(ROOMS.leave, may_return=True), visitor, if_disk_fails=NOT_DELETED)


def _try(act: Callable[..., object], *args: object, if_disk_fails: str = UNREADABLE) -> None:
    """Do something with a room, and show the section; it also tells why something was refused."""
    try:
        act(*args)
    except ClassroomError as error:
        _refused.set(said_by(error))
    except OSError:
        _refused.set(tr(if_disk_fails))
    go_to(NAME)


CLASSROOM = Section(NAME, classroom_section)
hidable("open-a-room", mark("Open a room, in Share"))
