"""What whoever holds a room sees: its code, who waits and who is there, and the files."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from mlp.jobs.workers.picture_processes import decode_drawings
from mlp.language import several, tr
from mlp.page.script.link import page_address
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.download_button import download_button
from mlp.page.style.reach import reachable, with_qr
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.holder.report import room_report
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS
from mlp.page.tabs.classroom.learner import Learner, by_itself, called, n_lost, person
from mlp.page.tabs.classroom.room import MAX_LEARNERS, Classroom
from mlp.page.tabs.classroom.rooms import DRAWINGS
from mlp.page.visitors.refusals import Upload
from mlp.page.visitors.runs import check_bytes
from mlp.page.visitors.visitor import Visitor

_asked = SessionVar("room_asked", 0)
"""The number of the learner of whom the page asks whether to let them go."""
_file = Upload("room_file")


def code_card(room: Classroom) -> None:
    """Draw the code, large, with a QR code of the address that other devices can reach."""
    st.html(with_qr(reachable(page_address(), room=room.code), f"<b>{room.code[:4]} {room.code[4:]}</b><br>"))


def devices(visitor: Visitor, room: Classroom) -> None:
    """Draw who waits, and who is there, with a button that lets each other one go."""
    _waiting(room)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("End collecting") if room.collects else tr("Collect again"),
            key="room_collects",
            on_click=room.collect,
            args=(not room.collects,),
        )
        st.markdown(tr("{n} of {most} places taken", n=len(room.learners), most=MAX_LEARNERS), width="content")
    for learner in room.learners:
        with st.container(horizontal=True, vertical_alignment="center"):
            _place(room, learner, is_own=learner.who == person(visitor.id))


def n_waiting(room: Classroom) -> str:
    """Return how many wait to be let in, as HTML."""
    return several("<b>{n}</b> waits.", "<b>{n}</b> wait.", len(room.waiting))


def _waiting(room: Classroom) -> None:
    # A key stands in the page, and a digest would be the same in each room.
    waiting = list(room.waiting.items())
    for who, name in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(tr("{learner} asks to come in.", learner=called(name, first=True)))
            st.button(tr("No"), key=f"room_out_{name}", on_click=room.send_away, args=(who,))
    if len(waiting) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(n_waiting(room))
            st.button(tr("Send all away"), key="room_none", on_click=room.send_away, args=tuple(room.waiting))


def _place(room: Classroom, learner: Learner, *, is_own: bool) -> None:
    """Draw a learner, with the button that asks whether to let them go, or the question."""
    if is_own:
        st.markdown(tr("**{learner}**, you", learner=plain(by_itself(learner.name))))
    elif learner.number != _asked.get():
        st.markdown(f"**{plain(by_itself(learner.name))}**")
        st.button(tr("Let go …"), key=f"room_ask_{learner.number}", on_click=_asked.set, args=(learner.number,))
    else:
        n, name = n_lost(learner), called(learner.name)
        lost = several(
            "Let **{learner}** go, and delete {n} drawing?",
            "Let **{learner}** go, and delete {n} drawings?",
            n,
            learner=name,
        )
        st.markdown(lost if n else tr("Let **{learner}** go?", learner=name))
        st.button(tr("Let go"), key="room_gone", type="primary", on_click=room.let_go, args=(learner.who,))
        st.button(tr("Keep"), key="room_keep", on_click=_asked.set, args=(0,))


def upload(room: Classroom) -> None:
    """Draw the upload of others' drawings."""
    _file.show(tr("Add the drawings of another class, as one more writer"), "json", partial(_take, room))


@redrawn("room_closing", DRAWINGS, where=Where.TAB)
def closing(room: Classroom, close: Callable[[], None]) -> None:
    """Draw the download of all drawings, and the button that then closes the room."""
    with st.popover(tr("Download or close the room")):
        name = f"class-{room.code}.json"
        label = tr("Download all drawings")
        download_button(label, room.copy, name, key="room_out", icon=":material/download:")
        make, name = partial(room_report, room), f"class-{room.code}.html"
        label = tr("Save a report of the lesson")
        download_button(label, make, name, key="room_report", icon=":material/print:")
        st.markdown(tr("Closing deletes all drawings here, and the copies in runs, which then end."))
        if room.is_copied:
            label = tr("Close the room")
            st.button(label, key="room_close", type="primary", on_click=_close_copied, args=(room, close))
        else:
            st.button(tr("Close without a copy"), key="room_close_anyway", on_click=close)


def _close_copied(room: Classroom, close: Callable[[], None]) -> None:
    if room.is_copied:  # unless a drawing came just before the press
        close()


def _take(room: Classroom, file: Any) -> None:
    room.check_place()  # before it waits
    drawings = decode_drawings(file.getvalue(), room.id, most=MAX_DRAWINGS)
    check_bytes(drawings.n_bytes)
    room.add_file(drawings)
