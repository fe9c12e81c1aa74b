"""Visitors, kept by the server: their run and drawing outlive a reload of the tab."""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from mlp.nn.network import MLP
from mlp.training.engine import Engine
from mlp.training.job import Job
from mlp.training.kept import Shelf

COOKIE = "inkling_visitor"
KEPT_S = 6 * 3600.0  # after a visitor was last seen
MAX_VISITORS = 500
AWAY_S = 45.0  # with no open tab, before a run is paused
CHECK_S = 5.0


@dataclass
class Visitor:
    """Everything that one person has here."""

    id: str
    job: Job | None = None
    drawing: dict[str, Any] | None = None  # the canvas's state, to be given back after a reload
    runs: Shelf = field(default_factory=Shelf)
    uploaded: MLP | None = None  # a network that the visitor brought
    paused_for_absence: bool = False
    sessions: set[str] = field(default_factory=set)
    last_seen: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(
        default_factory=threading.Lock
    )  # held while one run gives way to another: scripts overlap

    def close(self) -> None:
        """Stop what runs; the visitor is about to be forgotten."""
        if self.job is not None:
            self.job.pause()


class Visitors:
    """All visitors of this server, by an id that nobody can guess; bounded, the longest unseen go first.

    Parameters
    ----------
    is_open : callable
        Tells whether a session of the page, by its id, still has an open connection.
    """

    def __init__(self, is_open: Callable[[str], bool]) -> None:
        self._is_open = is_open
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()
        self._lock = threading.Lock()
        threading.Thread(target=self._check_for_ever, name="visitors", daemon=True).start()

    def get(self, visitor_id: str | None, session_id: str) -> Visitor:
        """Find a visitor again, or welcome a new one under a new id; an id that we did not give is never taken up."""
        with self._lock:
            visitor = self._visitors.get(visitor_id or "")
            if visitor is None:
                visitor = Visitor(secrets.token_urlsafe(24))
                self._visitors[visitor.id] = visitor
            self._visitors.move_to_end(visitor.id)
            visitor.sessions.add(session_id)
            visitor.last_seen = time.monotonic()
            surplus = [self._visitors.popitem(last=False)[1] for _ in range(len(self._visitors) - MAX_VISITORS)]
        for gone in surplus:
            gone.close()
        if visitor.paused_for_absence and visitor.job is not None:
            visitor.paused_for_absence = False
            visitor.job.play()
        return visitor

    def check(self) -> None:
        """Pause the runs of those who left, and forget who has not been seen for long."""
        now = time.monotonic()
        with self._lock:
            for visitor in self._visitors.values():
                visitor.sessions = {session for session in visitor.sessions if self._is_open(session)}
                if visitor.sessions:
                    visitor.last_seen = now
            visitors = list(self._visitors.values())
            gone = [visitor for visitor in visitors if now - visitor.last_seen > KEPT_S]
            for visitor in gone:
                del self._visitors[visitor.id]
        for visitor in gone:
            visitor.close()
        for visitor in visitors:
            if visitor.job is not None and visitor.job.playing and now - visitor.last_seen > AWAY_S:
                visitor.paused_for_absence = True
                visitor.job.pause()

    def _check_for_ever(self) -> None:
        while True:
            time.sleep(CHECK_S)
            self.check()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """Give the server's one engine, which all visitors' runs share."""
    return Engine()


@st.cache_resource(show_spinner=False)
def _visitors() -> Visitors:
    return Visitors(_session_is_open)


def _session_is_open(session_id: str) -> bool:
    from streamlit import runtime

    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def this_visitor() -> Visitor:
    """Find the visitor of this session by the cookie that an earlier visit left, or welcome a new one."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    session_id = context.session_id if context else ""
    known = st.session_state.get("visitor_id") or st.context.cookies.get(COOKIE)
    visitor = _visitors().get(known, session_id)
    st.session_state["visitor_id"] = visitor.id
    return visitor


def remember(visitor: Visitor) -> None:
    """Leave the visitor's id in a cookie, unless it is there; goes last on the page, as it leaves an empty line."""
    if st.context.cookies.get(COOKIE) != visitor.id:
        assert re.fullmatch(r"[\w-]+", visitor.id)
        st.html(
            f'<script>document.cookie = "{COOKIE}={visitor.id}; path=/; max-age={int(KEPT_S)}; SameSite=Strict"'
            "</script>",
            unsafe_allow_javascript=True,
        )
