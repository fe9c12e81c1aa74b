"""Limit the number and duration of uploads, as each takes a descriptor, memory and disk space."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from mlp.page.server.guard import App, Message, Receive, Send

UPLOAD = "/_stcore/upload_file/"  # path that ends with session and file
SESSION_UPLOADS = 4  # a page has fewer places for files
ALL_UPLOADS = 32
GRACE_S = 10.0  # without a minimum speed
BYTES_PER_S = 20_000  # average speed after that
MAX_BYTES_PER_S = 10_000_000  # of a session: faster ones, from this machine or beside it, would take a core
UPLOAD_S = 120.0  # enough for the largest file at 1 Mbit a second
REFUSAL_S = 1.0  # before a refusal, as a sender that tries again at once would keep the server busy with refusals

UNKNOWN = 403, "This page has not asked for this file.\n"
BUSY = 503, "The server is receiving many files. Please try again in a minute.\n"
SLOW = 408, "This upload took too long, or another one needed its place.\n"


class UploadLimit:
    """Admit a few uploads per session at a time, each neither too slow nor too fast, under ids that the page issued.

    When all places are taken, the session with the most uploads loses its oldest one, so that single files get in.

    Parameters
    ----------
    app : ASGI application
    expects : callable
        Whether a session's page has asked for a file, by their ids.
    """

    def __init__(self, app: App, expects: Callable[[str, str], bool]) -> None:
        self._app = app
        self._expects = expects
        self._arriving: defaultdict[str, list[asyncio.Timeout]] = defaultdict(list)  # by session, the oldest first

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOAD not in scope["path"]:
            await self._app(scope, receive, send)
            return
        session, _, file = scope["path"].partition(UPLOAD)[2].partition("/")
        if not self._expects(session, file):
            await asyncio.sleep(REFUSAL_S)
            await _refuse(send, *UNKNOWN)
        elif len(self._arriving.get(session, ())) >= SESSION_UPLOADS:
            await asyncio.sleep(REFUSAL_S)
            await _refuse(send, *BUSY)
        else:
            if sum(map(len, self._arriving.values())) >= ALL_UPLOADS:
                self._end_one()
            await self._take(session, scope, receive, send)

    def _end_one(self) -> None:
        """End the oldest upload of the session with the most."""
        session = max(self._arriving, key=lambda session: len(self._arriving[session]))
        oldest = self._arriving[session][0]
        self._forget(session, oldest)
        oldest.reschedule(0)

    def _forget(self, session: str, upload: asyncio.Timeout) -> None:
        uploads = self._arriving[session]
        if upload in uploads:
            uploads.remove(upload)
        if not uploads:
            del self._arriving[session]

    async def _take(self, session: str, scope: Message, receive: Receive, send: Send) -> None:
        answered, n_bytes = False, 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        upload = asyncio.timeout(GRACE_S)

        async def receiving() -> Message:
            nonlocal n_bytes
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if uploads := self._arriving.get(session):
                if upload in uploads:
                    upload.reschedule(began + min(UPLOAD_S, GRACE_S + n_bytes / BYTES_PER_S))
                await asyncio.sleep(began + n_bytes * len(uploads) / MAX_BYTES_PER_S - loop.time())
            return message

        async def sending(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            async with upload:
                self._arriving[session].append(upload)
                await self._app(scope, receiving, sending)
        except TimeoutError:
            if not answered:
                await _refuse(send, *SLOW)
        finally:
            self._forget(session, upload)


async def _refuse(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), (b"retry-after", b"60")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
