"""Find a visitor again by the session of the tab, or by the cookie of an earlier one."""

import atexit
import re
import threading
from urllib.parse import urlsplit

import streamlit as st
from threadpoolctl import threadpool_limits

from mlp.jobs.checkpoints import KEPT_S, chosen_checkpoints
from mlp.page import state
from mlp.page.visitors.registry import ID, Visitors
from mlp.page.visitors.visitor import Visitor

OLD_COOKIE = "inkling_visitor"  # as all servers of a host called it once

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


def cookie_name(url: str | None) -> str:
    """Name the cookie of the server at this address: a browser gives those of a host to the servers of all its ports.

    The browser's address counts: in containers, several servers may believe that they have the same port.

    Examples
    --------
    >>> cookie_name("http://localhost:8502/"), cookie_name("https://school.example/class/a")
    ('inkling_visitor_8502', 'inkling_visitor_443_class_a')
    """
    try:
        address = urlsplit(url or "")
        port = address.port or {"https": 443, "http": 80}[address.scheme]
        path = address.path
    except (ValueError, KeyError):  # what no browser sends
        port, path = st.get_option("server.port"), st.get_option("server.baseUrlPath")
    return re.sub(r"[^\w-]+", "_", f"{OLD_COOKIE}_{port}_{path.strip('/')[:60]}", flags=re.ASCII).rstrip("_")


def this_visitor() -> Visitor:
    """Find the visitor of this session by the cookie that an earlier visit left, or welcome a new one."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    cookies = st.context.cookies
    known = state.visitor_id.get() or cookies.get(cookie_name(st.context.url)) or cookies.get(OLD_COOKIE)
    visitor = visitors().get(known, context.session_id if context else "")
    if state.visitor_id.get() != visitor.id:
        state.visitor_id.set(visitor.id)
    return visitor


def remember(visitor: Visitor) -> None:
    """Leave the visitor's id in a cookie, anew with each opening of the page, so that it ages from the last one.

    Goes last on the page, as it leaves an empty line.
    """
    if not ID.fullmatch(visitor.id):  # nothing else may stand in a script
        raise ValueError(f"a visitor's id must be like {ID.pattern}, got {visitor.id!r}")
    name = cookie_name(st.context.url)
    st.html(
        f'<script>document.cookie = "{name}={visitor.id}; path=/; max-age={int(KEPT_S)}; SameSite=Strict"'
        ' + (location.protocol === "https:" ? "; Secure" : "");'
        f'document.cookie = "{OLD_COOKIE}=; path=/; max-age=0; SameSite=Strict"</script>',
        unsafe_allow_javascript=True,
    )
