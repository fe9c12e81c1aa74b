"""Put the browser's part of the live channel on the page, and redraw the fragments that it requests."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mlp.jobs.slices import slice_seconds
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import LivePage, Parts, this_page
from mlp.page.script.redraw import NOTHING, drawn_fragments, fragment, redraw, redraw_fragments
from mlp.page.session_var import SessionVar
from mlp.page.visitors.engine import engine
from mlp.page.visitors.visitor import Visitor

_live = SessionVar[Any]("live", None)
"""The last request of the browser's part of the channel for the page."""
_live_requests = SessionVar[Any](NOTHING, None)
"""The last request of the browser's part of the channel for fragments."""

_JS = "export default (component) => inkling.openChannel(component);"
_REQUESTS_JS = "export default ({ setTriggerValue }) => { window.inklingRequest = setTriggerValue; };"
_HTML = '<p class="ink-connection" role="status" hidden></p><p class="ink-unseen ink-spoken" role="status"></p>'
SELDOM_TRIPS, MAX_SELDOM_S = 20, 10.0
"""On a slow line, scripts redraw parts as seldom as so many trips of a message take, but at least this often."""


def live_channel(visitor: Visitor, script_state: Callable[[], str], teach: Callable[[], None]) -> None:
    """Open the channel or keep it open; call it at the same place in every script, before all moving parts.

    ``script_state`` returns, in any thread, the state that scripts draw: the browser asks for a script when it changes.
    ``teach`` is called when a visitor wants to teach what is no digit.
    """
    page, drawn, shown = this_page(), drawn_fragments(), script_state()
    drawn.page, drawn.fragments = page, {}
    page.show(visitor)

    def page_parts(page: LivePage) -> Parts:
        current = script_state() + (visitor.notice or "")
        calls, slots = engine().load()
        # A page has nothing new to show before its run's next turn.
        turn_s = slice_seconds(calls, slots) * calls / slots
        seldom_s = min(MAX_SELDOM_S, SELDOM_TRIPS * page.trip_s)
        outdated, page.due_in_s = drawn.outdated(max(turn_s, seldom_s))
        return {"draw": None if current == shown else current, "outdated": outdated}

    # In a fragment, because a request for the whole page would replace a press that arrived just before.
    def requests() -> None:
        component = st.components.v2.component(_live_requests.key, js=_REQUESTS_JS, isolate_styles=False)
        component(
            key=_live_requests.key,
            on_redraw_change=_redraw_requested,
            on_chosen_change=lambda: _choose_digit(page),
            on_taught_change=teach,
        )

    moves = any(snapshot.playing or snapshot.busy for snapshot in (job.snapshot() for job in visitor.jobs()))
    page.register("page", page_parts)
    with st.container(key="live_place"):
        component = st.components.v2.component("live", html=_HTML, js=_JS, isolate_styles=False)
        component(key=_live.key, data={"key": page.key, "moves": moves}, on_draw_change=lambda: None)
        fragment(requests, key=_live_requests.key)()


def channel_asks() -> bool:
    """Whether the browser's part of the channel has requested the page that this script draws."""
    return (_live.get() or {}).get("draw") is not None


def _redraw_requested() -> None:
    """Redraw the outdated fragments that the browser asks for."""
    keys = (_live_requests.get() or {}).get("redraw")
    redraw_fragments([key for key in drawn_fragments().fragments if isinstance(keys, list) and key in keys])


def _choose_digit(page: LivePage) -> None:
    """Choose the digit that was pressed in the answer."""
    number = (_live_requests.get() or {}).get("chosen")
    if isinstance(number, int) and number >= 0:
        page.desk.choose(number)
        page.changed("reading", "scene")
        redraw(STROKE)
