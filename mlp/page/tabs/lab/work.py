"""Long computations of the lab: one per session, on the engine, with progress and a stop button."""

from typing import Any

import streamlit as st

from mlp.analysis.lab.sliced import Sliced, Work
from mlp.page.live.tabs import this_tab
from mlp.page.style.html import track
from mlp.page.style.theme import plain
from mlp.page.visitors.engine import engine
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor

lab_refused = Refusal("lab")


def begin_work(visitor: Visitor, room: str, work: Work) -> None:
    """Start an experiment's computation, and stop the session's earlier one, if any; for callbacks."""
    tab = this_tab()
    if tab.work is not None:
        tab.work[1].stop()
    tab.work = (room, Sliced(work, engine(), visitor.id))
    tab.changed("page")


def work_of(room: str) -> Sliced[Any] | None:
    """Return the session's computation, done or not, if it belongs to this experiment, else None."""
    current = this_tab().work
    return current[1] if current is not None and current[0] == room else None


def is_running(room: str) -> bool:
    """Whether the experiment's computation is running."""
    work = work_of(room)
    return work is not None and work.running


def progress(room: str, what: str) -> None:
    """Draw the progress of the experiment's computation, under the label ``what``, and a stop button."""
    work = work_of(room)
    if work is None:
        return
    if work.error:
        st.error(plain(work.error))
    share = work.work.progress
    if work.running:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(
                f'{track(what, share)}<p class="ink-status">{what}: {100 * share:.0f}%</p>',
                width="stretch",
            )
            st.button("Stop", key="lab_stop", on_click=work.stop, icon=":material/stop:")
    elif share < 1 and not work.error:
        st.html(f'<p class="ink-status">{what}: stopped at {100 * share:.0f}%</p>')
