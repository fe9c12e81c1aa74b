"""Bound how many uploads arrive at a time, and for how long: each takes a descriptor, memory, and space on the disk."""

import asyncio
from collections import Counter

from mlp.page.server.guard import App, Message, Receive, Send

UPLOAD = "/_stcore/upload_file/"  # in a path that ends with session and file
SESSION_UPLOADS = 4  # a page has fewer places for a file
ALL_UPLOADS = 32
UPLOAD_S = 120.0  # in which the largest file comes at 1 Mbit a second

BUSY = 503, "Many files arrive here at the moment. Please try again in a minute.\n"
SLOW = 408, "This file took too long.\n"


class UploadLimit:
    """Let a few uploads of each session arrive at a time, and so many of all; others are asked to try again.

    Parameters
    ----------
    app : ASGI application
    seconds : float
        How long an upload may take.
    """

    def __init__(self, app: App, seconds: float = UPLOAD_S) -> None:
        self._app = app
        self._seconds = seconds
        self._arriving: Counter[str] = Counter()  # by session

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self._app(scope, receive, send)
            return
        session = scope["path"].partition(UPLOAD)[2].partition("/")[0]
        if self._arriving[session] >= SESSION_UPLOADS or self._arriving.total() >= ALL_UPLOADS:
            await _refuse(send, *BUSY)
            return
        self._arriving[session] += 1
        try:
            await self._take(scope, receive, send)
        finally:
            self._arriving[session] -= 1
            self._arriving += Counter()  # without those at 0

    async def _take(self, scope: Message, receive: Receive, send: Send) -> None:
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, sending)
        except TimeoutError:
            if not answered:
                await _refuse(send, *SLOW)


async def _refuse(send: Send, status: int, text: str) -> None:
    said = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": text.encode()})
