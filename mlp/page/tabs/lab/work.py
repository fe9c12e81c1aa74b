"""Long work of the lab: one piece a session, on the engine, with its progress and a button that stops it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mlp.analysis.lab.sliced import Sliced
from mlp.page import state
from mlp.page.style.theme import plain
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor

LOOK_S = 0.4  # between two looks at work that goes on


def begin_work(visitor: Visitor, room: str, advance: Callable[[Any, float], Any], work: Any) -> None:
    """Begin a room's work, for callbacks; what was under way in this session, in whichever room, stops."""
    under_way = state.lab_work.get()
    if under_way is not None:
        under_way[1].stop()
    state.lab_work.set((room, Sliced(advance, work, engine(), visitor.id)))


def work_of(room: str) -> Sliced[Any] | None:
    """Give the room's work, done or not, if the last one was of this room."""
    under_way = state.lab_work.get()
    return under_way[1] if under_way is not None and under_way[0] == room else None


def goes_on(room: str) -> bool:
    """Whether the room's work is under way, so that it must be looked at again."""
    work = work_of(room)
    return work is not None and work.running


def progress(room: str, what: str) -> None:
    """Draw how far the room's work is, after ``what`` it does in our words, and the button that stops it."""
    work = work_of(room)
    if work is None:
        return
    if work.error:
        st.error(plain(work.error))
    share = work.work.progress
    if work.running:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                f'<div class="ink-track" role="progressbar" aria-label="{what}" aria-valuemin="0" aria-valuemax="100" '
                f'aria-valuenow="{100 * share:.0f}"><i style="width:{share:.2%}"></i></div>'
                f'<p class="ink-status">{what}: {100 * share:.0f}%</p>',
                width="stretch",
            )
            st.button("Stop", key="lab_stop", on_click=work.stop, icon=":material/stop:")
    elif share < 1 and not work.error:
        st.html(f'<p class="ink-status">{what}: stopped at {100 * share:.0f}%</p>')
