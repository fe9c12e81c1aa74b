"""Put the browser's part of the live channel on the page, and redraw the parts that a browser requests."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from mlp.jobs.slices import slice_seconds
from mlp.page import state
from mlp.page.live.tabs import Parts, Tab, this_tab
from mlp.page.session_var import SessionVar
from mlp.page.style.fragments import fragment, rerun_fragments
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor


class Pace(NamedTuple):
    """How often a fragment that follows the run is drawn."""

    every_s: float
    in_tab: bool
    """Whether it is in the open tab, so that it is drawn only while that is in view."""


_live = SessionVar[Any]("live", None)
"""The last request of the browser's part of the channel for the page."""
_live_requests = SessionVar[Any]("live_requests", None)
"""The last request of the browser's part of the channel for fragments."""
_followers = SessionVar[dict[str, Pace]]("followers", {})
"""The keys of the fragments that follow the run, and how often each is drawn."""


HERE = Path(__file__).parent
_JS = "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("live.js", "parts.js"))
_REQUESTS_JS = "export default ({ setTriggerValue }) => { window.inklingRequest = setTriggerValue; };"
_HTML = '<p class="ink-connection" role="status" hidden></p><p class="ink-unseen ink-spoken" role="status"></p>'
FOLLOW_S = 2.0
"""Seconds between two redraws of an open tab that follows the run."""
FOLLOW_TRIPS, MAX_FOLLOW_S = 20, 10.0
"""On a slow line, the same as a multiple of a message's trip, and its limit."""
IN_VIEW = ("inside_view_drawn", "lab_view")
"""Fragments of tabs that browsers with the channel request after a stroke, once they are in view."""


def live_channel(visitor: Visitor, script_state: Callable[[], str]) -> None:
    """Open the channel or keep it open; call it at the same place in every script, before all moving parts.

    Parameters
    ----------
    visitor : Visitor
    script_state : callable
        Returns, in any thread, the state that scripts draw: the browser asks for a script when it changes.
    """
    tab = this_tab()
    _followers.set({})
    tab.follows = tab.follows_unseen = 0.0
    tab.shows_sweep = False
    tab.shown = script_state()
    tab.show(visitor)

    def page_parts(tab: Tab) -> Parts:
        now = script_state() + (visitor.notice or "")
        calls, places = engine().load()
        # A tab has nothing new to show before its run's next turn.
        turn_s = slice_seconds(calls, places) * calls / places
        seldom_s = min(MAX_FOLLOW_S, math.ceil(FOLLOW_TRIPS * tab.trip_s))  # whole, as each change is a message
        paces = (tab.follows, tab.follows_unseen)
        return {
            "draw": None if now == tab.shown else now,
            "follows": [every_s and max(every_s, turn_s, seldom_s) for every_s in paces],
        }

    # In a fragment, because a request for the whole page would replace a press that arrived just before.
    def requests() -> None:
        component = st.components.v2.component("live_requests", js=_REQUESTS_JS, isolate_styles=False)
        component(
            key=_live_requests.key,
            on_follow_change=lambda: rerun_fragments([*_followers.get()] or [_live_requests.key]),
            on_drawn_change=lambda: rerun_fragments(
                [reader for reader in state.stroke_readers.get() if reader in IN_VIEW] or [_live_requests.key]
            ),
            on_chosen_change=lambda: _choose_digit(tab),
        )

    moves = any(now.playing or now.busy for now in (job.snapshot() for job in visitor.jobs()))
    tab.register("page", page_parts)
    with st.container(key="live_place"):
        component = st.components.v2.component("live", html=_HTML, js=_JS, isolate_styles=False)
        component(key=_live.key, data={"key": tab.key, "moves": moves}, on_draw_change=lambda: None)
        fragment(requests, key=_live_requests.key)()


def follow_run(key: str, on: bool = True, every_s: float = FOLLOW_S, *, in_tab: bool = True) -> None:
    """Redraw the fragment with this key every ``every_s`` seconds; stop if not ``on``.

    What is ``in_tab``, the open one below, is drawn only while it is in view, and at once when it comes into view.
    """
    followers = {name: pace for name, pace in _followers.get().items() if name != key}
    if on:
        followers[key] = Pace(every_s, in_tab)
    _followers.set(followers)
    tab = this_tab()
    tab.follows = min((pace.every_s for pace in followers.values()), default=0.0)
    tab.follows_unseen = min((pace.every_s for pace in followers.values() if not pace.in_tab), default=0.0)
    tab.changed("page")


def _choose_digit(tab: Tab) -> None:
    """Choose the digit that was pressed in the answer."""
    number = (_live_requests.get() or {}).get("chosen")
    if isinstance(number, int) and number >= 0:
        tab.chosen = number
        rerun_fragments(list(state.stroke_readers.get()))
