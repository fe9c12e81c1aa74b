"""Put the browser's part of the live channel on the page, and draw by scripts what a browser asks for."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from mlp.jobs.job import SLICE_S
from mlp.page import state
from mlp.page.live.tabs import Parts, Tab, this_tab
from mlp.page.style.fragments import draw_anew, fragment
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor

HERE = Path(__file__).parent
_JS = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("live.js", "parts.js", "curves.js"))
_REQUESTS_JS = "export default ({ setTriggerValue }) => { window.inklingRequest = setTriggerValue; };"
_HTML = (
    '<p class="ink-status ink-offline" role="status" hidden data-said="The live connection of this page does not open '
    'here: the page is drawn anew once a second."></p><p class="ink-lost" role="status" hidden></p>'
    '<p class="ink-unseen ink-heard" role="status"></p>'
)
FOLLOW_S = 2.0
"""Between two times that a tab which follows the run is drawn anew."""
MOVING = ("reading", "progress_and_curves", "sheet_photo")
"""The fragments of what the channel moves, for where it does not open."""


def live_channel(visitor: Visitor, standing: Callable[[], str]) -> None:
    """Open the channel, or leave it as it is; goes to the same place of the page in every run, before all that moves.

    Parameters
    ----------
    visitor : Visitor
    standing : callable
        Tells, in any thread, on what that depends which scripts draw: when it changes, the browser asks for one.
    """
    tab = this_tab()
    state.followers.set({})
    tab.follows = 0.0
    tab.shown = standing()
    tab.show(visitor)

    def page_parts(tab: Tab) -> Parts:
        now = standing() + (visitor.notice or "")
        calls, places = engine().load()
        turn_s = SLICE_S * calls / places  # before its run had a turn, a tab has nothing new to show
        return {"draw": None if now == tab.shown else now, "follows": tab.follows and max(tab.follows, turn_s)}

    def draw_what_moves() -> None:
        tab.ticks += 1
        if page_parts(tab)["draw"] is not None:
            st.rerun()
        draw_anew([*MOVING, *state.followers.get(), state.live_requests.key])

    # In a fragment: as a request for the whole page it would take the place of a press that came just before.
    def requests() -> None:
        component = st.components.v2.component("live_requests", js=_REQUESTS_JS, isolate_styles=False)
        component(
            key=state.live_requests.key,
            on_follow_change=lambda: draw_anew([*state.followers.get()] or [state.live_requests.key]),
            on_chosen_change=lambda: _choose_digit(tab),
            on_tick_change=draw_what_moves,
        )
        # Says how often a browser without the channel has asked, so that it asks again once that is drawn.
        st.html(f'<i class="ink-tick" data-tick="{tab.ticks}" hidden></i>')

    tab.tell("page", page_parts)
    with st.container(key="live_place"):
        component = st.components.v2.component("live", html=_HTML, js=_JS, isolate_styles=False)
        component(key=state.live.key, data={"key": tab.key}, on_draw_change=lambda: None)
        fragment(requests, key=state.live_requests.key)()


def follow_run(key: str, on: bool = True, every_s: float = FOLLOW_S) -> None:
    """Draw the fragment of this key anew now and then, at the browser's request, while somebody looks; or no longer."""
    followers = {name: seconds for name, seconds in state.followers.get().items() if name != key}
    if on:
        followers[key] = every_s
    state.followers.set(followers)
    tab = this_tab()
    tab.follows = min(followers.values(), default=0.0)
    tab.changed("page")


def _choose_digit(tab: Tab) -> None:
    """Look at the digit of the drawing that was pressed in the answer."""
    number = (state.live_requests.get() or {}).get("chosen")
    if isinstance(number, int) and number >= 0:
        tab.chosen = number
        draw_anew(list(state.stroke_readers.get()))
