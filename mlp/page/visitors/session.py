"""Identify the visitor by the tab's session or by a cookie from an earlier visit."""

import atexit
import html
import logging
import re
import threading
from datetime import date, timedelta
from typing import NoReturn
from urllib.parse import urlencode, urlsplit

import streamlit as st
from threadpoolctl import threadpool_limits

from mlp.jobs.checkpoints import TakenError, chosen_checkpoints
from mlp.jobs.limits import limits
from mlp.machine import usable_memory_mb
from mlp.page.session_var import SessionVar
from mlp.page.style.link import linked_query
from mlp.page.visitors.eviction import MAX_MB
from mlp.page.visitors.persistence import UNSAVABLE, UNSAVED, DiskError
from mlp.page.visitors.registry import ID, NoRoomError, Visitors
from mlp.page.visitors.visitor import Visitor

_visitor_id = SessionVar[str | None]("visitor_id", None)
"""The id of this tab's visitor."""


COOKIE_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie; work may be kept longer, as only days with a running server count."""

HAD_WORK = "_runs"
"""Suffix of the name of a second cookie, of visitors who have left any work."""

NO_COOKIE = (
    "This browser accepts no cookie from Inkling, so your work is lost when you reload or close the page. "
    "Download what you want to keep."
)
_UPLOAD = "If you downloaded a network, you can upload it under Runs."
NO_ROOM = (
    "Inkling is full at the moment: your work does not fit into the server’s memory beside that of others. It is kept. "
    "Please open the page again later."
)
NOT_NOW = "The server can’t read your saved work now. Nothing of it is lost: please open the page again in a minute."
ELSEWHERE = (
    "Your work is kept only in this server’s memory, as Inkling is also open at {}, which saves work to disk. "
    "Download what you want to keep."
)
GONE = (
    "Your earlier work is gone. This server keeps work for {} days after the last visit, unless its memory or disk is "
    f"emptied. {_UPLOAD}"
)
KEPT_UNTIL = "Your work is kept on this server until {}, {} days after your last visit."

# In a frame on another site, such as a service that hosts the page, browsers keep only partitioned cookies. Such frames
# are refused unless MLP_PUBLIC is on.
_SITE = """
const foreign = (() => { try { return !top.location.href; } catch { return true; } })();
const secure = location.protocol === "https:";
const site = `; SameSite=${foreign && secure ? "None; Partitioned" : "Strict"}${secure ? "; Secure" : ""}`;
""".strip()

# Whether another tab has moved all of them to another visitor since this one opened; this one then reloads, too.
_MOVED = """
let moved = 0;
try { moved = Number(localStorage.getItem("inkling-moved")); } catch { /* no storage: this tab may undo the move */ }
const movedSince = moved > performance.timeOrigin && Math.abs(Date.now() - moved) < 60_000;
""".strip()

log = logging.getLogger(__name__)

_visitors: Visitors | None = None
_visitors_lock = threading.Lock()


def visitors() -> Visitors:
    """Return the server's one registry of visitors.

    This is not a cached resource of Streamlit's, as any browser can clear those for everybody.
    """
    global _visitors
    with _visitors_lock:
        if _visitors is None:
            # Reading a drawing is too little work for several threads, which would mostly wait for each other.
            threadpool_limits(1)
            _visitors = _new_registry()
            _visitors.watch()
            atexit.register(_visitors.save, all_now=True)
        return _visitors


def _new_registry() -> Visitors:
    """Return a registry that saves work, or keeps it in memory only if another server has the default folder.

    If another server has the folder that MLP_CHECKPOINTS names, the server ends with a sentence.
    """
    host, port, base = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    try:
        checkpoints = chosen_checkpoints(f"http://{host or 'localhost'}:{port}/{(base or '').strip('/')}")
    except TakenError as error:
        if not error.is_default:
            raise SystemExit(f"Inkling cannot start: {error}") from error
        log.warning("work is kept in memory only: %s", error)
        return Visitors(_is_open, max_mb=_max_mb(), elsewhere=error.address)
    return Visitors(_is_open, checkpoints, max_mb=_max_mb())


def _max_mb() -> float:
    """Return the memory limit for all visitors: at most a third of the machine's or container's memory."""
    memory = usable_memory_mb()
    return MAX_MB if memory is None else min(MAX_MB, memory / 3)


def _is_open(session_id: str) -> bool:
    from streamlit import runtime

    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def cookie_name(url: str | None) -> str:
    """Return the cookie name for a server's address, as a browser sends a host's cookies to the servers on all ports.

    It depends on the address in the browser: in containers, several servers can have the same port.

    Examples
    --------
    >>> cookie_name("http://localhost:8502/"), cookie_name("https://school.example/class/a")
    ('inkling_visitor_8502', 'inkling_visitor_443_class_a')
    """
    try:
        address = urlsplit(url or "")
        port = address.port or {"https": 443, "http": 80}[address.scheme]
        path = address.path
    except (ValueError, KeyError):  # not an address from a browser
        port, path = st.get_option("server.port"), st.get_option("server.baseUrlPath")
    return re.sub(r"[^\w-]+", "_", f"inkling_visitor_{port}_{path.strip('/')[:60]}", flags=re.ASCII).rstrip("_")


def this_visitor() -> Visitor:
    """Return this session's visitor: the one that its cookie names, or a new one."""
    follow_move()
    session = _session()
    cookies, name = st.context.cookies, cookie_name(st.context.url)
    known = _visitor_id.get() or cookies.get(name)
    try:
        visitor = visitors().get(known, session)
    except NoRoomError:
        st.info(NO_ROOM, icon=":material/groups:")
        st.stop()
    except DiskError:
        log.exception("a returning visitor was sent away")
        st.warning(NOT_NOW)
        st.stop()
    if _visitor_id.get() != visitor.id:
        had_work = isinstance(cookies.get(name + HAD_WORK), str)  # in tests, it is a mock
        if known is not None and known != visitor.id and had_work:
            visitor.add_notice(GONE.format(limits().kept_days))
        _visitor_id.set(visitor.id)
    return visitor


def _session() -> str:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context.session_id if context else ""


def follow_move() -> None:
    """Open the page again as another visitor if the tab's visitor has left; the script then ends."""
    if (to := visitors().moved(_session())) is not None:
        _open_as(to)


def _open_as(visitor_id: str) -> NoReturn:
    """Reload the page in this tab, with the link that opened it, as the visitor with this id."""
    name, query = cookie_name(st.context.url), urlencode(linked_query(), doseq=True)
    address = f"?{query}" if query else ""
    cookies = {name: _cookie(visitor_id), name + HAD_WORK: _cookie("", 0)}
    lines = [f'document.cookie = "{key}={value}" + site;' for key, value in cookies.items()]
    st.html(
        f'<p class="ink-status">This page reloads.</p><script>{{ {_SITE} {" ".join(lines)} '
        'try { localStorage.setItem("inkling-moved", Date.now()); } catch { } '
        f'location.replace(location.pathname + "{address}"); }}</script>',
        unsafe_allow_javascript=True,
    )
    st.stop()


def _cookie(value: str, seconds: int = COOKIE_S) -> str:
    return f"{value}; path=/; max-age={seconds}"


def remember(visitor: Visitor) -> None:
    """Set a cookie with the visitor's id at each opening of the page, so that its age counts from the last visit.

    A tab that another has just moved to another visitor leaves that visitor's cookie alone, as it reloads in a moment.
    Call it last: it draws a line that says until when work is kept, that some cannot be saved, or that the browser
    accepts no cookie.
    """
    if not ID.fullmatch(visitor.id):  # it is written into a script
        raise ValueError(f"a visitor's id must be like {ID.pattern}, got {visitor.id!r}")
    name = cookie_name(st.context.url)
    values, kept = {name: visitor.id}, ""
    if visitor.has_work():
        values[name + HAD_WORK] = "1"
        if visitors().has_disk:
            until = date.today() + timedelta(limits().kept_days)
            saved = KEPT_UNTIL.format(f"{until.day} {until:%B %Y}", limits().kept_days)
            kept = UNSAVED if visitor.unsaved else UNSAVABLE if visitor.unsavable else saved
        elif visitors().elsewhere:
            kept = ELSEWHERE.format(html.escape(visitors().elsewhere))
    lines = [f'document.cookie = "{key}={_cookie(value)}" + site;' for key, value in values.items()]
    st.html(
        f'<p class="ink-status ink-kept">{kept}</p><p class="ink-status ink-no-cookie" hidden>{NO_COOKIE}</p>'
        f"<script>{{ {_SITE} {_MOVED} "
        f"if (!movedSince) {{ {' '.join(lines)} }} "
        f'const found = document.cookie.includes("{name}="); '
        'for (const line of document.querySelectorAll(".ink-no-cookie")) line.hidden = found; '
        'for (const line of document.querySelectorAll(".ink-kept")) line.hidden = !found; }</script>',
        unsafe_allow_javascript=True,
    )
