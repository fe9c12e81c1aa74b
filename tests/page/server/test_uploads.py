"""Uploads are bounded by bytes; the next one is refused, and nothing is dropped."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from mlp.page.server import uploads
from mlp.page.server.uploads import (
    ALL_BYTES,
    FULL,
    SESSION_BYTES,
    SESSION_FULL,
    BoundedFiles,
    UploadLimit,
)
from tests.page.server import skipped_waits

FILE_BYTES = 10_000_000


class Server:
    """A server that keeps each file once its body is complete."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files = BoundedFiles("/upload")
        self.complete = asyncio.Event()
        self.n_read = 0
        monkeypatch.setattr(uploads, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=self.files))
        self._limit = UploadLimit(self._keep)

    async def _keep(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        session, file = scope["path"].split("/")[-2:]
        self.files.add_file(session, UploadedFileRec(file, "a.png", "image/png", bytes(scope["n_bytes"])))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def put(
        self, session: str, n_bytes: int = 1000, file: str | None = None, says: int | None = None
    ) -> "asyncio.Task[tuple[int, str]]":
        """Begin an upload; the task returns the answer's status and text, once the body is complete or refused."""
        identifier = file or self.files.get_upload_urls(session, ["a.png"])[0].file_id
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            self.n_read += 1
            await self.complete.wait()
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        async def answer() -> tuple[int, str]:
            headers = [] if says == 0 else [(b"content-length", str(says or n_bytes).encode())]
            path = f"/_stcore/upload_file/{session}/{identifier}"
            scope = {"type": "http", "method": "PUT", "path": path, "headers": headers, "n_bytes": n_bytes}
            await self._limit(scope, receive, send)
            return sent[0]["status"], sent[-1]["body"].decode().strip()

        return asyncio.create_task(answer())

    def held(self, session: str) -> int:
        return sum(len(file.data) for file in self.files.file_storage.get(session, {}).values())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def test_file_is_accepted_once_and_only_under_an_id_that_the_page_gave(server: Server):
    async def act() -> list[int]:
        server.complete.set()
        theirs, ours = (server.files.get_upload_urls(session, ["a.png"])[0].file_id for session in ("ben", "ada"))
        tries = [("ada", "made-up"), ("ada", theirs), ("ada", ours), ("ada", ours)]
        return [(await server.put(session, 1000, file))[0] for session, file in tries]

    assert skipped_waits.run(act()) == [403, 403, 204, 403]
    assert server.n_read == 1  # the others were refused before their bodies were read
    assert server.held("ada") == 1000


@pytest.mark.parametrize("says", [None, 0], ids=["of known size", "of unknown size"])
def test_session_that_has_no_room_keeps_all_its_files(server: Server, says: int | None):
    async def act() -> list[tuple[int, str]]:
        server.complete.set()
        n_fit = SESSION_BYTES // FILE_BYTES - (says == 0)  # without its size, a file counts as the largest
        return [await server.put("ada", FILE_BYTES, says=says) for _ in range(n_fit + 1)]

    *fit, last = skipped_waits.run(act())
    assert {status for status, _ in fit} == {204}
    assert last == (503, SESSION_FULL)
    assert server.held("ada") == len(fit) * FILE_BYTES


def test_all_sessions_together_have_a_limit(server: Server):
    async def act() -> list[tuple[int, str]]:
        server.complete.set()
        fits = [await server.put(f"stranger {number}", SESSION_BYTES) for number in range(ALL_BYTES // SESSION_BYTES)]
        refused = await server.put("pupil")
        server.files.remove_session_files("stranger 0")  # its tab closes
        return [*fits, refused, await server.put("pupil")]

    *fits, refused, later = skipped_waits.run(act())
    assert fits == [(204, "")] * len(fits)
    assert (refused, later) == ((503, FULL), (204, ""))


def test_upload_of_a_closed_tab_is_not_kept(server: Server):
    async def act() -> None:
        sent = server.put("ada")
        await asyncio.sleep(0)
        server.files.remove_session_files("ada")
        server.complete.set()
        await sent

    skipped_waits.run(act())
    assert server.held("ada") == 0
