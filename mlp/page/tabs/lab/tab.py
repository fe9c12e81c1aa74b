"""Tab "Lab": the choice of an experiment, and the open experiment with its questions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mlp.page import state
from mlp.page.draw.canvas import follow_strokes
from mlp.page.draw.networks import answering
from mlp.page.live.component import FOLLOW_S, follow_run
from mlp.page.session_var import ResetVar, SessionVar
from mlp.page.settings import hiding
from mlp.page.settings.link import ADDRESS
from mlp.page.style.fragments import fragment, rerun_fragments
from mlp.page.style.questions import questions_html
from mlp.page.style.scrolling import scroll_to
from mlp.page.tabs.lab import duel, fool, lesions, morph, rewind, style, valley, wish, work
from mlp.page.tabs.lab import map as digit_map
from mlp.page.tabs.lab.questions import QUESTIONS
from mlp.page.tabs.lab.valley import LEAST_STATES
from mlp.page.tabs.part import Part, Rooms
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor

_open_room = SessionVar[str]("lab", "")
"""The open experiment."""
_lab_choice = ResetVar[str]("lab_choice", "")
"""The same value; a control."""
_lab_drawn_for = SessionVar[tuple[bool, bool]]("lab_drawn_for", (False, False))
"""What the open experiment's controls were drawn for, see `_drawn_for`."""


@dataclass(frozen=True)
class Room:
    """An experiment: its title, its idea in a sentence, its controls, and its view.

    The controls are outside of the fragment that follows the training, so that they keep the focus.
    """

    title: str
    idea: str
    choices: Callable[[Visitor, DataState], tuple[Any, ...]]
    view: Callable[..., None]


ROOMS = {
    "rewind": Room("Rewind", rewind.IDEA, rewind.choices, rewind.view),
    "lesions": Room("Damage it", lesions.IDEA, lesions.choices, lesions.view),
    "fool": Room("Fool it", fool.IDEA, fool.choices, fool.view),
    "map": Room("Map", digit_map.IDEA, digit_map.choices, digit_map.view),
    "morph": Room("Morph", morph.IDEA, morph.choices, morph.view),
    "wish": Room("What it would like to see", wish.IDEA, wish.choices, wish.view),
    "valley": Room("Valley", valley.IDEA, valley.choices, valley.view),
}
LAB_ROOMS = Rooms("lab", {name: room.title for name, room in ROOMS.items()}, _open_room)


def lab_section(visitor: Visitor, data: DataState) -> None:
    """Draw the choice of an experiment, and the open experiment."""
    style.apply()
    fragment(_lab, key="lab_rooms")(visitor, data)
    follow_strokes("lab_view")
    if LAB_ROOMS.linked() is not None and duel.dared() is None:  # a dare is drawn above, beside the canvas
        scroll_to("lab_card")


def _lab(visitor: Visitor, data: DataState) -> None:
    names, chosen = LAB_ROOMS.shown(), LAB_ROOMS.open_one()
    if chosen is None:
        st.caption("All experiments of the lab are hidden here.")
        return
    with st.container(key="lab_card"):
        _open_room.set(chosen)
        _lab_choice.set(chosen)
        st.segmented_control(
            "Experiment",
            names,
            key=_lab_choice.key,
            format_func=LAB_ROOMS.titles.__getitem__,
            required=True,
            on_change=_lab_choice.on_change(_choose),
            label_visibility="collapsed",
        )
        room = ROOMS[chosen]
        with st.container(key=f"lab_{chosen}"):
            now = answering(visitor)
            if chosen == "fool" and duel.dared() is not None and now.reader.reads_digits:
                with st.container(key="lab_dare", gap=None):
                    duel.draw(visitor, now)
            st.html(f'<p class="ink-said">{room.idea}</p>')
            with st.container(horizontal=True, vertical_alignment="bottom"):
                choices = room.choices(visitor, data)
            trains = visitor.job is not None and visitor.job.playing and state.network.get() == "run"
            _lab_drawn_for.set(_drawn_for(visitor, chosen))
            watched = work.goes_on(chosen)
            fragment(_view, key="lab_view")(visitor, data, chosen, choices)
            follow_run("lab_view", trains or watched, work.LOOK_S if watched else FOLLOW_S)
            with st.expander("Three questions"):
                st.html(questions_html(QUESTIONS[chosen], with_answers=hiding.ANSWERS not in hiding.hidden()))


def _view(visitor: Visitor, data: DataState, room: str, choices: tuple[Any, ...]) -> None:
    if state.lab_moved.pop():
        st.rerun()  # the changed parts are elsewhere on the page
    ROOMS[room].view(visitor, data, *choices)
    if _drawn_for(visitor, room) != _lab_drawn_for.get():
        st.rerun()  # the computation has ended, or the run has its first saved steps


def _drawn_for(visitor: Visitor, room: str) -> tuple[bool, bool]:
    """Return the state that the controls depend on: whether work is running, and whether the run has saved steps."""
    return work.goes_on(room), visitor.job is not None and len(visitor.job.rewind.steps) >= LEAST_STATES


def _choose() -> None:
    _open_room.set(_lab_choice.get())
    rerun_fragments(["lab_rooms", ADDRESS])


LAB = Part("Lab", lab_section, looks_at_images=True, rooms=LAB_ROOMS)
