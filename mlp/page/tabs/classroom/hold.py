"""What whoever holds a room sees: its code, who is there, the door, and the files."""

import streamlit as st

from mlp.images.drawings.drawing_file import dump_drawings, parse_file
from mlp.page.session_var import SessionVar
from mlp.page.style.download_button import download_button
from mlp.page.style.link import page_address
from mlp.page.style.reach import reachable, with_qr
from mlp.page.style.redraw import Where, part
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.room import MAX_DRAWINGS, MAX_LEARNERS, Classroom, person
from mlp.page.tabs.classroom.rooms import DOOR, PEOPLE
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor

_refused = Refusal("room_hold")
_file = SessionVar("room_file", None)
"""The uploaded file of drawings; a control."""

SHOWN = 10
"""Number of those who wait that the page shows; the others move up."""


def code_card(room: Classroom) -> None:
    """Draw the code, large, with a QR code of the address that other devices can reach."""
    st.html(with_qr(reachable(page_address(), room=room.code), f"<b>{room.code[:4]} {room.code[4:]}</b><br>"))


@part("room_devices", PEOPLE, DOOR, where=Where.TAB)
def devices(visitor: Visitor, room: Classroom) -> None:
    """Draw who waits, the door, and who is there, with a button that lets each other one go."""
    waiting = list(room.waiting.items())
    for who, number in waiting[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Number {number}** asks to come in.")
            st.button(
                "Let in", key=f"room_in_{who}", type="primary", disabled=room.is_full, on_click=room.let_in, args=(who,)
            )
            st.button("No", key=f"room_out_{who}", on_click=room.let_go, args=(who,))
    if len(waiting) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{len(waiting)}** wait.")
            st.button("Send all away", key="room_none", on_click=room.send_all_away)
    with st.container(horizontal=True):
        if room.door_is_open:
            st.button("Close the door", key="room_door", on_click=room.open_door, args=(0.0,))
        else:
            st.button("Open the door for five minutes", key="room_door", on_click=room.open_door)
        st.button(
            "End collecting" if room.collects else "Collect again",
            key="room_collects",
            on_click=room.collect,
            args=(not room.collects,),
        )
    with st.expander(f"{len(room.learners)} of {MAX_LEARNERS} places taken"):
        for learner in room.learners:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{plain(learner.name)}**")
                if learner.who != person(visitor.id):
                    st.button(
                        "Let go",
                        key=f"room_gone_{learner.who}",
                        on_click=room.let_go,
                        args=(learner.who,),
                        help="Removes the room’s copies of these drawings, too.",
                    )


def files(room: Classroom) -> None:
    """Draw the download of all drawings, and the upload of others."""
    download_button(
        "Download all drawings",
        lambda: dump_drawings(room.drawings_but(None)),
        f"class-{room.code}.json",
        key="room_out",
        icon=":material/download:",
    )
    st.file_uploader(
        "Add the drawings of another class, as one more writer",
        type=["json"],
        key=_file.key,
        on_change=_add_file,
        args=(room,),
    )
    _refused.show()


def _add_file(room: Classroom) -> None:
    file = _file.get()
    if file is None:
        return
    try:
        room.add_file(parse_file(file.getvalue(), most=MAX_DRAWINGS))
    except ValueError as error:
        _refused.set(f"{file.name}: {error}.".replace("..", "."))
