"""Identify the visitor by the page's session or by a cookie from an earlier visit."""

import atexit
import logging
import os
import re
import tempfile
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import streamlit as st
from threadpoolctl import threadpool_limits

from mlp.jobs.checkpoints import TakenError, chosen_checkpoints
from mlp.jobs.limits import limits
from mlp.language import dated, mark, tr
from mlp.machine import usable_memory_mb
from mlp.page.script.link import linked_query
from mlp.page.session_var import SessionVar
from mlp.page.visitors.by_code import ByCode
from mlp.page.visitors.codes import ID
from mlp.page.visitors.persistence import DiskError
from mlp.page.visitors.registry import MAX_MB, NoSpaceError, Visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.image_set import STORED

_visitor_id = SessionVar[str | None]("visitor_id", None)
"""The id of the visitor whose work this page shows, or is about to show; empty for a new one."""
_shown_id = SessionVar[str]("shown_visitor", "")
"""The id of the visitor whose work this page shows."""

NO_COOKIE = mark(
    "This browser accepts no cookie from Inkling, so your work is lost when you reload or close the page. "
    "Download what you want to keep."
)
NO_ROOM = mark(
    "Inkling is full at the moment: your work does not fit into the server’s memory beside that of others. It is kept. "
    "Please open the page again later."
)
NOT_NOW = mark(
    "The server can’t read your saved work now. Nothing of it is lost: please open the page again in a minute."
)
MEMORY_ONLY = mark("Your work is kept only in this server’s memory. Download what you want to keep.")
KEPT_UNTIL = mark("Your work is kept on this server until {date}, {days} days after your last visit.")
RELOADS = mark("This page reloads.")

log = logging.getLogger(__name__)

_temporary = tempfile.TemporaryDirectory(prefix="inkling-sets-")
"""The folder of data sets where no work is saved, until the server ends."""
_visitors: Visitors | None = None
_visitors_lock = threading.Lock()


def visitors(others: Sequence[ByCode[Any]] = ()) -> Visitors:
    """Return the server's one registry of visitors, which the first call makes, with further owners.

    This is not a cached resource of Streamlit's, as any browser can clear those for everybody.
    """
    global _visitors
    with _visitors_lock:
        if _visitors is None:
            # Reading a drawing is too little work for several threads, which would mostly wait for each other.
            threadpool_limits(1)
            _visitors = _new_registry(others)
            _visitors.watch()
            atexit.register(_visitors.save, all_now=True)
        return _visitors


def _new_registry(others: Sequence[ByCode[Any]]) -> Visitors:
    """Return a registry of visitors; if another server has the folder for their work, this one ends with a sentence."""
    host, port, base = (st.get_option(f"server.{name}") for name in ("address", "port", "baseUrlPath"))
    try:
        checkpoints = chosen_checkpoints(f"http://{host or 'localhost'}:{port}/{(base or '').strip('/')}")
    except TakenError as error:
        raise SystemExit(f"Inkling cannot start: {error}") from error
    folder = Path(_temporary.name) if checkpoints is None else checkpoints.folder / "sets"
    os.environ.setdefault(STORED, str(folder.absolute()))
    memory = usable_memory_mb()
    max_mb = MAX_MB if memory is None else min(MAX_MB, memory / 3)  # of the machine or the container
    return Visitors(_is_open, checkpoints, others, max_mb=max_mb)


def _is_open(session_id: str) -> bool:
    from streamlit import runtime

    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def cookie_name(url: str | None) -> str:
    """Return the cookie name for a server's address, as a browser sends a host's cookies to the servers on all ports.

    It depends on the address in the browser: in containers, several servers can have the same port.

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


def this_visitor(others: Sequence[ByCode[Any]]) -> Visitor:
    """Return this session's visitor: the one that its cookie names, or a new one; ``others`` as in `visitors`.

    If the page still shows the work of another visitor, who has left or is removed, it loads again: the script ends.
    """
    known = _visitor_id.get()
    try:
        visitor = visitors(others).get(_cookie_id() if known is None else known, session_id())
    except NoSpaceError:
        st.info(tr(NO_ROOM), icon=":material/groups:")
        st.stop()
    except DiskError:
        log.exception("a returning visitor was sent away")
        st.warning(tr(NOT_NOW))
        st.stop()
    _visitor_id.set(visitor.id)
    if _shown_id.start(visitor.id) != visitor.id:
        _open_again(visitor)
    return visitor


def become(visitor_id: str) -> None:
    """Make the next script open the page as the visitor with this id, or a new one if it is empty; for callbacks."""
    _visitor_id.set(visitor_id)


def _cookie_id() -> str:
    """Return the id in the cookie with which the page was opened, or an empty text."""
    cookie = st.context.cookies.get(cookie_name(st.context.url))
    return cookie if isinstance(cookie, str) and ID.fullmatch(cookie) else ""  # in tests, it is a mock


def session_id() -> str:
    """Return the id of the running script's session; empty in tests of functions."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    return context.session_id if context else ""


def _cookie(visitor: Visitor) -> str:
    if not ID.fullmatch(visitor.id):  # it is written into a script
        raise ValueError(f"a visitor's id must be like {ID.pattern}, got {visitor.id!r}")
    return f"{cookie_name(st.context.url)}={visitor.id}"


def _open_again(visitor: Visitor) -> NoReturn:
    query = urlencode(linked_query(), doseq=True)
    _run(f'<p class="ink-status">{tr(RELOADS)}</p>', f'openAs("{_cookie(visitor)}", "?{query}")')
    st.stop()


def remember(visitor: Visitor) -> None:
    """Keep the visitor's id in a cookie; call it last.

    It draws a line that says until when work is kept, that some cannot be saved, or that the browser accepts no cookie.
    """
    kept = tr(MEMORY_ONLY) if visitor.has_work() else ""
    if visitor.has_work() and visitors().has_disk:
        days = limits().kept_days
        saved = tr(KEPT_UNTIL, date=dated(date.today() + timedelta(days)), days=days)
        kept = " ".join(map(tr, sorted(visitor.refusals))) or saved
    lines = f'<p class="ink-status ink-kept">{kept}</p><p class="ink-status ink-no-cookie" hidden>{tr(NO_COOKIE)}</p>'
    _run(lines, f'keepCookie("{_cookie(visitor)}", "{_cookie_id()}")')


def _run(lines: str, call: str) -> None:
    """Draw lines of HTML, and call a function of `cookie.js`."""
    st.html(f"{lines}<script>inkling.{call};</script>", unsafe_allow_javascript=True)
