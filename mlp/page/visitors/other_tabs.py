"""Follow what another tab of the same visitor does, so that both show the run that is on."""

import weakref
from typing import Any

import streamlit as st

from mlp.page import state
from mlp.page.style.fragments import fragment
from mlp.page.visitors.redraw_interval import every
from mlp.page.visitors.visitor import Visitor

CHECK_EVERY_S = 2.0


def note_what_is_shown(visitor: Visitor) -> None:
    """Note what this tab is about to show; goes before all that shows it."""
    state.shown_state.set(tab_state(visitor))


def draw_anew_soon() -> None:
    """Draw the page anew at the next look, whatever is on; for callbacks."""
    state.shown_state.set(None)


def follow_other_tabs(visitor: Visitor) -> None:
    """Draw the page anew soon after something else than it shows is on; goes last, as it leaves an empty line."""
    fragment(_draw_anew_if_changed, run_every=every(CHECK_EVERY_S), key="other_tabs")(visitor)


def shows_run(visitor: Visitor, number: int) -> bool:
    """Whether a button that was drawn for a run still means the visitor's: that one, or one begun in this tab since."""
    return visitor.runs.number in (number, state.begun_run.get())


def _draw_anew_if_changed(visitor: Visitor) -> None:
    if tab_state(visitor) != state.shown_state.get():
        st.rerun()


def tab_state(visitor: Visitor) -> tuple[Any, ...]:
    """Give what a tab at rest shows; of a run that goes on, not how far it is."""
    job, sweep = visitor.job, visitor.sweep
    now = job.snapshot() if job is not None else None
    run = now and (now.playing, now.can_go_on, None if now.playing or now.busy else now.step)
    return visitor.runs.number, run, sweep and (weakref.ref(sweep), sweep.playing)
