"""How many uploads the server takes in at a time, and for how long it waits for one."""

import asyncio
from typing import Any

from mlp.page.server.upload_limit import ALL_UPLOADS, SESSION_UPLOADS, UploadLimit


class Uploads:
    """Uploads that have come when the test says so, and what each sender was told."""

    def __init__(self, seconds: float = 60) -> None:
        self.come = asyncio.Event()
        self._arrivals = UploadLimit(self._app, seconds)

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.come.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})

    def send(self, session: str) -> asyncio.Task[int]:
        """Begin an upload; the task gives the status that its sender is told."""

        async def put() -> int:
            sent: list[Any] = []

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {"type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{session}/file"}
            await self._arrivals(scope, None, send)  # type: ignore[arg-type]
            return sent[0]["status"]

        return asyncio.create_task(put())


def test_a_session_sends_a_few_files_at_a_time_and_others_theirs():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = [uploads.send("stranger") for _ in range(SESSION_UPLOADS + 1)] + [uploads.send("pupil")]
        await asyncio.sleep(0)
        uploads.come.set()
        return [*await asyncio.gather(*sent), await uploads.send("stranger")]

    assert asyncio.run(statuses()) == [204] * SESSION_UPLOADS + [503, 204, 204]


def test_all_sessions_together_send_so_many_files_at_a_time():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = [uploads.send(f"stranger {number}") for number in range(ALL_UPLOADS + 1)]
        await asyncio.sleep(0)
        uploads.come.set()
        return await asyncio.gather(*sent)

    assert asyncio.run(statuses()) == [204] * ALL_UPLOADS + [503]


def test_a_file_that_does_not_come_gives_its_place_up():
    async def statuses() -> list[int]:
        uploads = Uploads(seconds=0.01)
        sent = await asyncio.gather(*(uploads.send("stranger") for _ in range(SESSION_UPLOADS)))
        uploads.come.set()
        return [*sent, await uploads.send("stranger")]

    assert asyncio.run(statuses()) == [408] * SESSION_UPLOADS + [204]
