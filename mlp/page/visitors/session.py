"""Find a visitor again by the session of the tab, or by the cookie of an earlier one."""

import atexit
import re
import threading
from datetime import date, timedelta
from urllib.parse import urlsplit

import streamlit as st
from threadpoolctl import threadpool_limits

from mlp.jobs.checkpoints import chosen_checkpoints, kept_days
from mlp.machine import usable_memory_mb
from mlp.page import state
from mlp.page.visitors.registry import ID, MAX_MB, Visitors
from mlp.page.visitors.visitor import Visitor

COOKIE_S = 400 * 24 * 3600
"""As long as a browser keeps one: the days for which work is kept count only while a server is up."""

LAST_VISIT = "_runs"
"""What the name of a second cookie ends in, which holds the date of the last visit that left something here."""

NO_COOKIE = (
    "This browser keeps no cookie for this page. Everything works, but what is here is lost when you reload or close "
    "the page: take home what you want to keep."
)
VANISHED = (
    "What you had here is gone: since your last visit the server was started anew without its disk, or its disk was "
    "emptied. Networks that you took home can be brought back under Runs."
)
KEPT_UNTIL = "What you make is kept on this server until {}, {} days after your last visit."
TIME_OVER = (
    "What you had here is gone: your last visit was on {}, and it was kept for {} days. Networks that you took home "
    "can be brought back under Runs."
)

# In a frame of another site, as of a service that hosts the page, a browser keeps only cookies that say they are for
# that; such frames are refused unless MLP_PUBLIC is on.
_SITE = """
const foreign = (() => { try { return !top.location.href; } catch { return true; } })();
const secure = location.protocol === "https:";
const site = `; SameSite=${foreign && secure ? "None; Partitioned" : "Strict"}${secure ? "; Secure" : ""}`;
""".strip()

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
            _visitors = Visitors(_is_open, chosen_checkpoints(), max_mb=_most_mb())
            _visitors.watch()
            atexit.register(_visitors.save, all_now=True)
        return _visitors


def _most_mb() -> float:
    """Bound what all visitors have together by a third of the memory, where the machine or its container has little."""
    memory = usable_memory_mb()
    return MAX_MB if memory is None else min(MAX_MB, memory / 3)


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
    return re.sub(r"[^\w-]+", "_", f"inkling_visitor_{port}_{path.strip('/')[:60]}", flags=re.ASCII).rstrip("_")


def this_visitor() -> Visitor:
    """Find the visitor of this session by the cookie that an earlier visit left, or welcome a new one."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    cookies, name = st.context.cookies, cookie_name(st.context.url)
    known = state.visitor_id.get() or cookies.get(name)
    visitor = visitors().get(known, context.session_id if context else "")
    if state.visitor_id.get() != visitor.id:
        last_visit = cookies.get(name + LAST_VISIT)
        if known is not None and known != visitor.id and isinstance(last_visit, str):  # in tests it may be anything
            visitor.tell(_why_gone(last_visit))
        state.visitor_id.set(visitor.id)
    return visitor


def _why_gone(last_visit: str) -> str:
    try:
        last = date.fromisoformat(last_visit)
    except ValueError:  # a cookie of the version before
        return VANISHED
    over = date.today() - last > timedelta(kept_days())
    return TIME_OVER.format(f"{last.day} {last:%B %Y}", kept_days()) if over else VANISHED


def remember(visitor: Visitor) -> None:
    """Leave the visitor's id in a cookie, anew with each opening of the page, so that it ages from the last one.

    Goes last on the page, as it leaves a line, which says until when work is kept, or that no cookie is.
    """
    if not ID.fullmatch(visitor.id):  # nothing else may stand in a script
        raise ValueError(f"a visitor's id must be like {ID.pattern}, got {visitor.id!r}")
    name = cookie_name(st.context.url)
    values, kept, today = {name: visitor.id}, "", date.today()
    if visitor.has_work():
        values[name + LAST_VISIT] = today.isoformat()
        if visitors().has_disk:
            until = today + timedelta(kept_days())
            kept = KEPT_UNTIL.format(f"{until.day} {until:%B %Y}", kept_days())
    lines = [f'document.cookie = "{key}={value}; path=/; max-age={COOKIE_S}" + site;' for key, value in values.items()]
    st.html(
        f'<p class="ink-status ink-kept">{kept}</p><p class="ink-status ink-no-cookie" hidden>{NO_COOKIE}</p>'
        f"<script>{{ {_SITE} {' '.join(lines)} "
        f'const found = document.cookie.includes("{name}="); '
        'for (const line of document.querySelectorAll(".ink-no-cookie")) line.hidden = found; '
        'for (const line of document.querySelectorAll(".ink-kept")) line.hidden = !found; }</script>',
        unsafe_allow_javascript=True,
    )
