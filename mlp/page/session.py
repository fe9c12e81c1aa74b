"""A visitor found again: by the session of the tab, or by the cookie that an earlier one left."""

import atexit
import threading

import streamlit as st
from threadpoolctl import threadpool_limits

from mlp.page.visitor import Visitor
from mlp.page.visitors import ID, Visitors
from mlp.training.checkpoints import KEPT_S, chosen_checkpoints

COOKIE = "inkling_visitor"

_visitors: Visitors | None = None
_visitors_lock = threading.Lock()


def visitors() -> Visitors:
    """Give the server's one registry of visitors.

    Not one of Streamlit's cached resources: any browser can ask the server to forget those, for everybody.
    """
    global _visitors
    with _visitors_lock:
        if _visitors is None:
            # Reading a drawing is too little work for several threads: they would wait for each other, busily.
            threadpool_limits(1)
            _visitors = Visitors(_is_open, chosen_checkpoints())
            _visitors.watch()
            atexit.register(_visitors.save, all_now=True)
        return _visitors


def _is_open(session_id: str) -> bool:
    from streamlit import runtime

    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def this_visitor() -> Visitor:
    """Find the visitor of this session by the cookie that an earlier visit left, or welcome a new one."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    known = st.session_state.get("visitor_id") or st.context.cookies.get(COOKIE)
    visitor = visitors().get(known, context.session_id if context else "")
    if st.session_state.get("visitor_id") != visitor.id:
        st.session_state["visitor_id"] = visitor.id
    return visitor


def remember(visitor: Visitor) -> None:
    """Leave the visitor's id in a cookie, anew with each opening of the page, so that it ages from the last one.

    Goes last on the page, as it leaves an empty line.
    """
    if not ID.fullmatch(visitor.id):  # nothing else may stand in a script
        raise ValueError(f"a visitor's id must be like {ID.pattern}, got {visitor.id!r}")
    st.html(
        f'<script>document.cookie = "{COOKIE}={visitor.id}; path=/; max-age={int(KEPT_S)}; SameSite=Strict"'
        ' + (location.protocol === "https:" ? "; Secure" : "")</script>',
        unsafe_allow_javascript=True,
    )
