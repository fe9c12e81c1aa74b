"""The row below the canvas while a room asks for digits: a press on a name gives it the drawing."""

import html
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from mlp.class_names import DIGITS
from mlp.language import said_by, tr
from mlp.page.draw.collect import boxes
from mlp.page.draw.on_canvas import CANVAS, wipe
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.redraw import rerun_page
from mlp.page.style.html import announced
from mlp.page.style.picking import choice, pick_from
from mlp.page.tabs.classroom.learner import Learner, by_itself, person
from mlp.page.tabs.classroom.room import EACH, Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, ROOMS, TOLD, all_news, told
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor

_refused = Refusal("room_given")
CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def room_row(visitor: Visitor) -> Row | None:
    """Take the drawing for the room that collects this visitor's, or in which they wait.

    What became of a room that they are no longer in stands in its place until they have read it.
    """
    room, me = ROOMS.of(visitor), person(visitor.id)
    if told(visitor):
        return Row(partial(_tell, visitor))
    if room is None or not (me in room.waiting or (room.collects and room.learner(me) is not None)):
        return None
    wanted, signs = room.asks_for(me), () if room.names == DIGITS else room.names
    return Row(partial(_names, visitor, room), [GIVEN], "" if wanted is None else room.names[wanted], signs)


def _tell(visitor: Visitor) -> None:
    st.html(announced("room_asks", f'<b class="ink-told">{html.escape(told(visitor))}</b>'))
    st.button("OK", key="room_told", on_click=_read, args=(visitor, all_news(visitor)))


def _read(visitor: Visitor, shown: list[list[Any]]) -> None:
    with visitor.lock:  # there may be more, which is not shown yet
        visitor.kept[TOLD] = [news for news in all_news(visitor) if news not in shown]
    rerun_page()


def waits(name: str) -> str:
    """Return what somebody reads who waits under a name, as HTML."""
    yours = tr("Your name here: <b>{animal}</b>.", animal=by_itself(name))
    return f'<span class="ink-waits">{yours}</span> {tr("Wait until your teacher lets you in.")}'


def _names(visitor: Visitor, room: Classroom) -> None:
    """Draw a button for each name with the boxes that its drawings fill, and which one to draw next."""
    mine = room.learner(person(visitor.id))
    if mine is None:
        st.html(announced("room_asks", waits(room.waiting.get(person(visitor.id), ""))))
        return
    wanted = room.asks_for(person(visitor.id))
    if wanted is None:
        text = tr("You gave all. To replace one, draw it again, then press its name.")
    else:
        name = html.escape(room.names[wanted])
        text = tr("Draw a <b>{name}</b>, then press {name}.", name=name)
    st.html(announced("room_asks", f"{removed_words(room, mine)} {text}".strip()), width="content")
    buttons = "".join(
        choice(
            label,
            tr("{name}, {n} of {all} drawn", name=name, n=min(mine.drawings.counts[label], EACH), all=EACH),
            f"<b>{html.escape(name)}</b>{boxes(mine.drawings, label, EACH)}",
            more='aria-current="step"' if label == wanted else "",
        )
        for label, name in enumerate(room.names)
    )
    pick_from("room_row", buttons, CSS, range(len(room.names)), lambda pick: _give(visitor, room, pick.number))
    _refused.show()


def removed_words(room: Classroom, mine: Learner) -> str:
    """Return that the holder has taken a learner's drawing away, until they give another one, as HTML."""
    label = room.removed.get(mine.who)
    if label is None:
        return ""
    return tr("Your teacher took your {name} away.", name=html.escape(room.names[label]))


def _give(visitor: Visitor, room: Classroom, label: int) -> None:
    drawing = this_page().desk.new_drawing
    if drawing is None:
        _refused.set(tr("Draw {name} first, then press it.", name=room.names[label]))
        return
    try:
        room.give(person(visitor.id), label, drawing.image, drawing.strokes)
    except ValueError as error:
        _refused.set(said_by(error))
        return
    wipe(visitor, CANVAS, GIVEN, STROKE)
