"""The wall of whoever holds a room: it says whose each drawing is, and takes a single one away."""

import html
from pathlib import Path

import streamlit as st

from mlp.language import mark, tr
from mlp.page.draw.collect import thumbnail
from mlp.page.live.live_page import this_page
from mlp.page.script.redraw import Where, redraw, redrawn
from mlp.page.script.reveal import reveal
from mlp.page.session_var import SessionVar
from mlp.page.style.picking import Pick, choice, pick_from
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.learner import Learner, called, number_of
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import DRAWINGS
from mlp.page.tabs.classroom.wall import all_parts
from mlp.page.tabs.places import VIEW

_picked = SessionVar[int]("room_drawing", 0)
"""The number of the drawing that was pressed, see `number_of`."""
_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
ASK = mark("Press a drawing to see whose it is. No other page shows that.")
REMOVES = mark(
    "Takes it out of the room and its download. A run that learned it keeps its copy until the room is closed."
)


def held_wall(room: Classroom) -> None:
    """Draw how many drawings there are, which the live channel updates, and each drawing to press."""
    this_page().register("room", lambda _page: {"html.room_wall": all_parts(room)["html.room_wall"]})
    st.html(f'<p class="ink-status" data-live="room_wall">{all_parts(room)["html.room_wall"]}</p>')
    _drawings(room)


@redrawn("room_held_wall", DRAWINGS, VIEW, where=Where.TAB)
def _drawings(room: Classroom) -> None:
    """Draw whose the pressed drawing is, with the button that removes it, above all drawings by name."""
    given = ((learner, example) for learner in room.learners for example in learner.drawings.examples)
    there = {number_of(learner, example.image): (learner, example) for learner, example in given}
    with st.container(horizontal=True, vertical_alignment="center", key="room_whose"):
        if (picked := there.get(_picked.get())) is None:
            st.markdown(tr(ASK) if there else tr("Nobody has given a drawing yet."))
        else:
            by, drawing = picked
            st.markdown(f"**{plain(_whose(by, room.names[drawing.label]))}**", width="content")
            remove_button(room, _picked.get(), key="room_remove")
    rows = ""
    for label, name in enumerate(room.names):
        tiles = ""
        for number, (by, drawing) in there.items():
            if drawing.label == label:
                whose = _whose(by, name)
                picture = f'<img alt="" title="{html.escape(whose)}" src="{thumbnail(drawing)}">'
                tiles += choice(number, whose, picture, pressed=number == _picked.get())
        rows += f"<b>{html.escape(name)}</b><div>{tiles or tr('none yet')}</div>"
    pick_from("room_held_wall", rows, _CSS, [*there], _pick)  # else the page would keep closed rooms' drawings


def _whose(by: Learner, name: str) -> str:
    return tr("{learner}’s {sign}", learner=called(by.name, first=True), sign=name)


def remove_button(room: Classroom, drawing: int, *, key: str) -> None:
    """Draw the button that takes the drawing with this number out of the room; for the page of whoever holds it."""
    st.button(tr("Remove this drawing"), key=key, help=tr(REMOVES), on_click=room.remove, args=(drawing,))


def _pick(pick: Pick) -> None:
    _picked.set(0 if _picked.get() == pick.number else pick.number)
    reveal("room_whose")
    redraw(VIEW)
