"""Limit the number of open tabs by the server's file descriptors; a full server shows a notice."""

import os
from contextlib import suppress
from typing import Any

import streamlit as st

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.style.download_button import PATH as DOWNLOADS

STREAM = "/_stcore/stream"  # the WebSocket of a tab
TAB_DESCRIPTORS = 5  # of an open tab: Streamlit's socket, three of an event loop, and the live channel
UNPAIRED = 50  # sockets besides those of tabs that connect or have just closed
MAX_TABS = 500
MARK = "X-Inkling-Full"  # a header that this server adds to a tab's request
TRY_AGAIN_S = 30

FULL = "Inkling is full at the moment: this server has no room for more visitors. Your earlier work is kept."
FULL_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Inkling is full</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="{TRY_AGAIN_S}">
<style>:root {{ color-scheme: light dark }} body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34em;
margin: 20vh auto; padding: 0 1em }}</style></head>
<body><main><h1>Inkling</h1><p>{FULL} This page tries again every {TRY_AGAIN_S} seconds.</p></main>
</body></html>
"""


def raise_descriptor_limit() -> None:
    """Raise this process's limit of open files and connections to what the system allows."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit; macOS allows no infinite one
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def descriptors() -> tuple[int, int] | None:
    """Return how many descriptors are open and the limit; None if unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        return len(os.listdir("/dev/fd")), limit
    except FileNotFoundError:
        return None
    except OSError:  # not even this one can be opened
        return limit, limit


def reserve(limit: int) -> int:
    """Return the number of descriptors, of ``limit``, to reserve for workers and files."""
    return min(256, limit // 4)


class TabLimit:
    """Admit as many tabs as the server has descriptors for, at most 500; later visitors get a notice.

    If a tab was opened in time but connects when the server is full, it is marked, and the page shows the notice. If
    the notice would take reserved descriptors, its connection is refused.

    Parameters
    ----------
    app : ASGI application
    max_tabs : int
    """

    def __init__(self, app: App, max_tabs: int = MAX_TABS) -> None:
        self._app = app
        self._max_tabs = max_tabs
        self._tabs = 0
        self._seconds = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket" and scope["path"].endswith(STREAM):
            await self._connect(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect_second(scope, receive, send)
        elif opens_page(scope) and self._left()[0] <= 0:
            headers = [(b"content-type", b"text/html; charset=utf-8"), (b"retry-after", str(TRY_AGAIN_S).encode())]
            await send(
                {"type": "http.response.start", "status": 503, "headers": [*headers, (b"cache-control", b"no-store")]}
            )
            await send({"type": "http.response.body", "body": FULL_PAGE.encode()})
        else:
            await self._app(scope, receive, send)

    async def _connect(self, scope: Message, receive: Receive, send: Send) -> None:
        left, surplus = self._left()
        if left <= -surplus:
            await send({"type": "websocket.close", "code": 1013})
            return
        if left <= 0:
            scope = {**scope, "headers": [*scope["headers"], (MARK.lower().encode(), b"1")]}
        self._tabs += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._tabs -= 1

    async def _connect_second(self, scope: Message, receive: Receive, send: Send) -> None:
        """Admit another socket, of which each tab has one."""
        left, surplus = self._left()
        if left <= -surplus or self._seconds >= self._tabs + UNPAIRED:
            await send({"type": "websocket.close", "code": 1013})
            return
        self._seconds += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._seconds -= 1

    def _left(self) -> tuple[int, int]:
        """Return how many more tabs fit, negative for too many, and how many too many are tolerated."""
        by_number = self._max_tabs - self._tabs
        counted = descriptors()
        if counted is None:
            return by_number, MAX_TABS // 10
        n_open, limit = counted
        by_descriptors = (limit - reserve(limit) - n_open) // TAB_DESCRIPTORS
        return min(by_number, by_descriptors), reserve(limit) // 2 // TAB_DESCRIPTORS


def opens_page(scope: Message) -> bool:
    """Whether a request opens the page: a browser asks for HTML only then, and for a download."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    if "/_stcore/" in scope["path"] or f"/{DOWNLOADS}/" in scope["path"]:
        return False
    named: dict[Any, Any] = dict(scope["headers"])
    return b"text/html" in named.get(b"accept", b"")


def stop_if_full() -> None:
    """End the script with a message if there was no room for this tab."""
    if st.context.headers.get(MARK):
        st.title("Inkling", anchor=False)
        st.info(f"{FULL} Please open the page again in a few minutes.", icon=":material/groups:")
        st.stop()
