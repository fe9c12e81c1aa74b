"""Bound uploads: how fast they arrive, and how many bytes the server keeps.

Streamlit keeps all files of a session, under any id, until the session ends or the browser replaces them. Here an
upload needs an id that the page has given, and one that does not fit is refused; nothing that is there is dropped.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance, memory_uploaded_file_manager
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.uploaded_file_manager import UploadedFileRec, UploadFileUrlInfo

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.repairs import Replaced

PATH = "/_stcore/upload_file/"  # of a file, before its session and id
SESSION_BYTES_PER_S = 5_000_000  # until its next upload begins: without a pause, one tab takes a core from a class
SESSION_BYTES, ALL_BYTES = 40_000_000, 200_000_000
LEAST_BYTES = 100_000  # counted of each file, so that many small ones do not take much more
GIVEN_IDS = 8  # of a session, the last ones; a page has fewer places for files

UNKNOWN = "This page has not asked for this file."
SESSION_FULL = "This page has uploaded as much as it may. Reload it to upload more."
FULL = "The server has no room for more files at the moment. Please try again in a few minutes."


class BoundedFiles(memory_uploaded_file_manager.MemoryUploadedFileManager):
    """The files of all sessions, and the uploads on their way; for the event loop."""

    def __init__(self, upload_endpoint: str) -> None:
        super().__init__(upload_endpoint)
        self._given: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=GIVEN_IDS))
        self._arriving: defaultdict[str, int] = defaultdict(int)  # by session, the bytes
        self._next_at: dict[str, float] = {}  # by session, the loop's time at which its next upload may begin

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Return addresses for the first few of the files, however many were requested."""
        urls = super().get_upload_urls(session_id, file_names[:GIVEN_IDS])
        self._given[session_id].extend(url.file_id for url in urls)
        return urls

    def expects(self, session_id: str, file_id: str) -> bool:
        """Whether the page of this session has given this id, for a file that has not arrived."""
        return file_id in self._given.get(session_id, ())

    def refusal(self, session_id: str, n_bytes: int) -> str | None:
        """Return the reason why this session may not upload a file of this size now, None if it may."""
        if self._held(session_id) + self._arriving.get(session_id, 0) + n_bytes > SESSION_BYTES:
            return SESSION_FULL
        if sum(map(self._held, list(self.file_storage))) + sum(self._arriving.values()) + n_bytes > ALL_BYTES:
            return FULL
        return None

    @contextmanager
    def arriving(self, session_id: str, n_bytes: int) -> Iterator[None]:
        """Count an upload until the block ends."""
        self._arriving[session_id] += n_bytes
        try:
            yield
        finally:
            self._arriving[session_id] -= n_bytes
            if not self._arriving[session_id]:
                del self._arriving[session_id]

    def pause_s(self, session_id: str, n_bytes: int) -> float:
        """Return the seconds until an upload of this session may begin, and make the next one wait for it."""
        now = asyncio.get_running_loop().time()
        begins = max(now, self._next_at.get(session_id, now))
        self._next_at[session_id] = begins + n_bytes / SESSION_BYTES_PER_S
        return begins - now

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file, unless its session has ended meanwhile."""
        if self.expects(session_id, file.file_id):
            self._given[session_id].remove(file.file_id)
            super().add_file(session_id, file)

    def remove_session_files(self, session_id: str) -> None:
        """Drop the files of a session that has ended."""
        self._given.pop(session_id, None)
        self._next_at.pop(session_id, None)
        super().remove_session_files(session_id)

    def _held(self, session_id: str) -> int:
        return sum(max(len(file.data), LEAST_BYTES) for file in self.file_storage.get(session_id, {}).values())


class UploadLimit:
    """Admit uploads that fit, before their bodies are read."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        files = bounded_files() if scope["type"] == "http" and scope["method"] == "PUT" else None
        if files is None or PATH not in scope["path"]:
            await self._app(scope, receive, send)
            return
        session, _, file = scope["path"].partition(PATH)[2].partition("/")
        size = Headers(scope=scope).get("content-length", "")
        n_bytes = int(size) if size.isdecimal() else largest()
        if not files.expects(session, file):
            await _refuse(403, UNKNOWN, scope, receive, send)
        elif why := files.refusal(session, n_bytes):
            await _refuse(503, why, scope, receive, send)
        else:
            with files.arriving(session, n_bytes):
                await asyncio.sleep(files.pause_s(session, n_bytes))
                await self._app(scope, receive, send)


async def _refuse(status: int, why: str, scope: Message, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"{why}\n", status, {"connection": "close"})(scope, receive, send)


def largest() -> int:
    """Return the size of the largest file, in bytes."""
    return int(st.get_option("server.maxUploadSize")) * 1024 * 1024


def bounded_files() -> BoundedFiles | None:
    """Return the files of the server; None if Streamlit keeps them elsewhere."""
    files = get_instance().uploaded_file_mgr
    return files if isinstance(files, BoundedFiles) else None


def _refusing(
    give_addresses: Callable[[AppSession, FileURLsRequest], None],
) -> Callable[[AppSession, FileURLsRequest], None]:
    """Answer a request for an address with the reason, if the largest file would be refused: the browser shows it."""

    @wraps(give_addresses)
    def answer(session: AppSession, request: FileURLsRequest) -> None:
        files = session._uploaded_file_mgr
        why = files.refusal(session.id, largest()) if isinstance(files, BoundedFiles) else None
        if why is None:
            give_addresses(session, request)
            return
        message = ForwardMsg()
        message.file_urls_response.response_id = request.request_id
        message.file_urls_response.error_msg = why
        session._enqueue_forward_msg(message)

    return answer


REPLACED: tuple[Replaced, ...] = (
    (memory_uploaded_file_manager, "MemoryUploadedFileManager", lambda _: BoundedFiles),
    (AppSession, "_handle_file_urls_request", _refusing),
)
