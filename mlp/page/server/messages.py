"""Answer only those of Streamlit's messages that the page's own browser code sends, and not faster than its line is."""

import asyncio
from collections import deque
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg

from mlp.page.server.guard import App, Message, Receive, Send

STREAM = "/_stcore/stream"  # the WebSocket of a tab
ANSWERED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
"""The others would clear everybody's caches, read the project's git, or write into its folder (``install_skills``)."""


MAX_HELD_BYTES = 4_000_000
"""Size of the messages that a connection may hold; more stay unread."""


class Messages:
    """Drop messages that the page does not need, before Streamlit sees them, and hold those that come too fast.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "websocket" or not scope["path"].endswith(STREAM):
            await self._app(scope, receive, send)
            return
        line = _Line(receive, send)
        try:
            await self._app(scope, line.receive, line.send)
        finally:
            line.close()


class _Line:
    """A browser's connection; its messages wait while the line is full of what scripts have drawn.

    Otherwise each press on a slow line adds a script's output, until Streamlit, which queues 500 messages, gives up the
    session without closing its connection. Messages that waited are handled together, each of them.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._sending = False
        self._free = asyncio.Event()
        self._free.set()
        self._held: deque[Message] = deque()
        self._next: asyncio.Task[Message] | None = None

    async def send(self, message: Message) -> None:
        """Send a message; the line is full until the server takes it."""
        self._sending = True
        self._free.clear()
        try:
            await self._send(message)
        finally:
            self._sending = False
            asyncio.get_running_loop().call_soon(self._settle)  # if Streamlit sends nothing more at once

    def _settle(self) -> None:
        if not self._sending:
            self._free.set()

    async def receive(self) -> Message:
        """Return the browser's next message, once the line is free, or at once its end."""
        while True:
            if self._held and self._free.is_set():
                return self._held.popleft()
            message = await self._message_or_free()
            if message is None:
                continue
            if message["type"] != "websocket.receive":
                return message
            if is_answered(message.get("bytes") or b""):
                self._held.append(message)

    async def _message_or_free(self) -> Message | None:
        """Return the browser's next message, or None once the line is free."""
        freed = asyncio.create_task(self._free.wait())
        waiting: set[asyncio.Task[Any]] = {freed} if self._held or not self._free.is_set() else set()
        if sum(len(message.get("bytes") or b"") for message in self._held) < MAX_HELD_BYTES:
            self._next = self._next or asyncio.create_task(self._received())
            waiting.add(self._next)
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            freed.cancel()
        if self._next is None or not self._next.done():
            return None
        message, self._next = self._next.result(), None
        return message

    async def _received(self) -> Message:
        return await self._receive()

    def close(self) -> None:
        """Stop reading."""
        if self._next is not None:
            self._next.cancel()


def is_answered(data: bytes) -> bool:
    """Whether a message may reach Streamlit; malformed ones may, and then end the connection."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # protobuf's own errors, which Streamlit handles too
        return True
    return message.WhichOneof("type") in ANSWERED
