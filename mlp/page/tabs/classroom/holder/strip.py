"""The strip, always in view: the step of the holder's plan, who waits, and what the class has done."""

import html
from collections.abc import Hashable
from typing import Any

import streamlit as st

from mlp.class_names import in_words
from mlp.language import several, tr
from mlp.page.script.link import on_board
from mlp.page.script.redraw import Event, redrawn, rerun_page
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.html import announced
from mlp.page.tabs.classroom.holder.hold import devices, n_waiting
from mlp.page.tabs.classroom.holder.steps import Done, Position, done_in, position, refused, take
from mlp.page.tabs.classroom.learner import called
from mlp.page.tabs.classroom.room import MAX_LEARNERS, Classroom
from mlp.page.tabs.classroom.rooms import DOOR, DRAWINGS, PEOPLE, ROOMS
from mlp.page.tabs.classroom.thread import COUNTS
from mlp.page.tabs.lessons.lessons_section import board_button
from mlp.page.tabs.lessons.plan import ANY, BEGUN, PLANS, minutes_of, to_say
from mlp.page.visitors.visitor import Visitor

AT_DOOR = 3
"""Most who wait of whom the strip shows the names, instead of their number."""
_let_in = ControlVar("strip_let_in", False)
_at_door = SessionVar[tuple[str, ...]]("strip_at_door", ())
"""Those whom the button lets in."""


def _look(page: Any) -> Hashable:
    reached, room = position(page.visitor), ROOMS.of(page.visitor)
    if reached is None or room is None:
        return reached and reached.minutes
    done = done_in(room, page.visitor)
    return reached.minutes, late(reached, done), done.n, done.drawings, tuple(done.counts.values())


PROGRESS = Event(_look, 1.0, unheard=True)
"""The minutes of the step, and what the class has done in it, also by runs of others."""


def strip(visitor: Visitor) -> None:
    """Draw the strip at the bottom of the window for whoever holds a room or has begun a plan."""
    if position(visitor) is not None:
        with st.bottom:
            _strip(visitor)


@redrawn("strip_line", PEOPLE, DOOR, PROGRESS, DRAWINGS)
def _strip(visitor: Visitor) -> None:
    reached, room = position(visitor), ROOMS.of(visitor)
    if reached is None:
        return
    refused.show()
    with st.container(key="strip", horizontal=True, vertical_alignment="center", gap="small"):
        _step(visitor, reached)
        if room is not None:
            _door(room)
            done = done_in(room, visitor)
            nobody = not done.n and bool(room.waiting)
            st.html(f"<p>{'' if nobody else in_numbers(reached, done)}</p>", width="content")
            st.html(announced("strip_late", late(reached, done)), width="content")
            with st.popover(tr("Who is here"), key="strip_people", width="content"):
                devices(visitor, room)
        with st.popover(tr("What to say"), key="strip_say", width="content"):
            plan = PLANS[reached.plan]
            st.html(
                f"<p><b>{tr(plan.question)}</b></p>"
                if reached.stage is None
                else f"<p>{to_say(reached.stage, answers=not on_board())}</p>"
            )
            with st.container(horizontal=True):
                for number, stage in enumerate(plan.stages):
                    st.button(tr(stage.name), key=f"strip_to_{stage.task.name}", on_click=take, args=(visitor, number))
            if room is None:
                st.button(tr("End this plan"), key="strip_end", on_click=_end, args=(visitor,))


def _step(visitor: Visitor, reached: Position) -> None:
    """Draw the step with its minutes, and the ways to the one before and the one after."""
    stages, stage = PLANS[reached.plan].stages, reached.stage
    if reached.number > 0:
        st.button("‹", key="strip_back", help=tr("One step back"), on_click=take, args=(visitor, reached.number - 1))
    text, shows = f"<b>{html.escape(tr(reached.plan))}</b>", ""
    if stage is not None:
        gone = tr("{minutes} of {all} min", minutes=reached.minutes, all=stage.minutes)
        of_all = tr("{minutes} of the lesson", minutes=minutes_of(PLANS[reached.plan], reached.number))
        step = tr("{number} of {all} · {name}", number=reached.number + 1, all=len(stages), name=tr(stage.name))
        text = f'<b>{step}</b> <span title="{of_all}">{gone}</span>'
        shows = f'data-shows="{stage.task.place}" data-step="{reached.number} {reached.began}"'
    st.html(f'<p class="ink-step" {shows}>{text}</p>', width="content")
    if stage is None and not on_board():
        st.html(board_button(tr("Board mode")), width="content")
    if reached.number + 1 < len(stages):
        then = reached.number + 1
        st.button(f"{tr(stages[then].name)} ›", key="strip_next", type="primary", on_click=take, args=(visitor, then))


def _door(room: Classroom) -> None:
    """Draw who waits, with the button that lets them in, and how long the door is open, with the one that closes it."""
    waiting, text = dict(room.waiting), ""
    people = tuple(waiting)[: max(1, MAX_LEARNERS - len(room.learners))]
    if room.door_is_open:
        text = tr("<b>The door is open</b> {n} min more to all with the code.", n=room.door_minutes)
    elif len(waiting) > AT_DOOR:
        text = n_waiting(room)
    elif waiting:
        names = in_words([called(name, first=not place) for place, name in enumerate(waiting.values())])
        text = several("<b>{names}</b> waits.", "<b>{names}</b> wait.", len(waiting), names=names)
    st.html(announced("strip_waits", text), width="content")
    if people != _at_door.get():  # so that a press never meets somebody whom the page did not show
        _at_door.set(people)
        _let_in.renew()
    with st.container(key="strip_door", width="content", horizontal=True):  # else what is open beside it would close
        if people:
            is_full, label = room.is_full, several("Let in", "Let in {n}", len(people))
            with _let_in.placed():
                st.button(label, key=_let_in.key, type="primary", disabled=is_full, on_click=room.let_in, args=people)
        if room.door_is_open:
            st.button(tr("Close the door"), key="room_door", on_click=room.open_door, args=(0.0,))
        else:
            about = tr("Lets in everybody who has the code, for five minutes.")
            st.button(tr("Open the door"), key="room_door", help=about, on_click=room.open_door)


def in_numbers(reached: Position, done: Done) -> str:
    """Return how many have done what the step asks for, as HTML."""
    if not done.n:
        return tr("Nobody is here yet.")
    asked = (ANY if reached.stage is None else reached.stage.task).counts
    told = f"<b>{tr(COUNTS[asked].text, n=done.counts[asked], all=done.n)}</b>" if asked else ""
    return f"{told} · {several('{n} drawing', '{n} drawings', done.drawings)}" if asked == "drew" else told


def late(reached: Position, done: Done) -> str:
    """Return a sentence if training ends after its step; empty if it does not."""
    if reached.stage is None or not reached.stage.task.trains:
        return ""
    over_s = done.training_s - 60 * (reached.stage.minutes - reached.minutes)
    more = round(over_s / 60)
    return tr("Training needs about {minutes} min more than this step.", minutes=more) if over_s > 30 else ""


def _end(visitor: Visitor) -> None:
    visitor.kept.pop(BEGUN, None)
    rerun_page()
