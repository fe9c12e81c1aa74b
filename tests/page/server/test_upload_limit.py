"""The number of concurrent uploads, and their time limits."""

import asyncio
from typing import Any

import pytest

from mlp.page.server.upload_limit import (
    ALL_UPLOADS,
    BYTES_PER_S,
    GRACE_S,
    MAX_BYTES_PER_S,
    REFUSAL_S,
    SESSION_UPLOADS,
    UPLOAD_S,
    UploadLimit,
)
from tests.page.server import skipped_waits


class Uploads:
    """Uploads that the test controls, and the answer to each sender."""

    def __init__(self) -> None:
        self.complete = asyncio.Event()
        self.n_requests = 0  # for parts of a body
        self._arrivals = UploadLimit(self._app, lambda session, file: file == "given")

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})

    def send(
        self, session: str, file: str = "given", seconds: int = 0, bytes_per_s: float = 0.0
    ) -> "asyncio.Task[int]":
        """Begin an upload that sends a part every second; the task returns the sender's status."""

        async def put() -> int:
            sent: list[Any] = []
            left = seconds

            async def receive() -> Any:
                nonlocal left
                self.n_requests += 1
                left -= 1
                if left >= 0:
                    await asyncio.sleep(1)
                    return {"type": "http.request", "body": bytes(int(bytes_per_s)), "more_body": True}
                await self.complete.wait()
                return {"type": "http.request", "body": b"x", "more_body": False}

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {"type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{session}/{file}"}
            await self._arrivals(scope, receive, send)
            return sent[0]["status"]

        return asyncio.create_task(put())


def test_unrequested_upload_is_refused_before_its_body():
    async def main() -> tuple[int, int]:
        uploads = Uploads()
        return await uploads.send("stranger", "made-up"), uploads.n_requests

    assert skipped_waits.run(main()) == (403, 0)


def test_stranger_who_repeats_a_refused_upload_is_answered_slowly():
    async def main() -> float:
        uploads = Uploads()
        for _ in range(3):
            assert await uploads.send("stranger", "made-up") == 403
        return skipped_waits.now()

    assert skipped_waits.run(main()) == 3 * REFUSAL_S


def test_session_uploads_few_files_at_a_time():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = [uploads.send("stranger") for _ in range(SESSION_UPLOADS + 1)] + [uploads.send("pupil")]
        await asyncio.sleep(0)
        uploads.complete.set()
        return [*await asyncio.gather(*sent), await uploads.send("stranger")]

    assert skipped_waits.run(statuses()) == [204] * SESSION_UPLOADS + [503, 204, 204]


def test_newcomer_replaces_the_oldest_upload_of_the_largest_session():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = [uploads.send("one")]
        sent += [uploads.send(f"stranger {number // 4}") for number in range(1, ALL_UPLOADS)]
        await asyncio.sleep(0)
        sent.append(uploads.send("pupil"))
        assert await sent[4] == 408  # the first of the first session with four
        uploads.complete.set()
        return await asyncio.gather(*sent)

    answered = skipped_waits.run(statuses())
    assert answered == [204] * 4 + [408] + [204] * (ALL_UPLOADS - 4)


def test_oldest_upload_ends_when_every_session_sends_one():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = [uploads.send(f"stranger {number}") for number in range(ALL_UPLOADS)]
        await asyncio.sleep(0)
        sent.append(uploads.send("pupil"))
        assert await sent[0] == 408
        uploads.complete.set()
        return await asyncio.gather(*sent[1:])

    assert skipped_waits.run(statuses()) == [204] * ALL_UPLOADS


def test_stalled_upload_frees_its_place():
    async def statuses() -> list[int]:
        uploads = Uploads()
        sent = await asyncio.gather(*(uploads.send("stranger") for _ in range(SESSION_UPLOADS)))
        assert skipped_waits.now() == pytest.approx(GRACE_S)
        uploads.complete.set()
        return [*sent, await uploads.send("stranger")]

    assert skipped_waits.run(statuses()) == [408] * SESSION_UPLOADS + [204]


@pytest.mark.parametrize(("speed", "status"), [(0.5, 408), (1.0, 204)])
def test_upload_needs_a_minimum_speed(speed: float, status: int):
    async def main() -> int:
        uploads = Uploads()
        uploads.complete.set()
        return await uploads.send("pupil", seconds=int(4 * GRACE_S), bytes_per_s=speed * BYTES_PER_S)

    assert skipped_waits.run(main()) == status


def test_no_upload_takes_longer_than_the_largest_file():
    async def main() -> int:
        status = await Uploads().send("stranger", seconds=int(2 * UPLOAD_S), bytes_per_s=BYTES_PER_S)
        assert skipped_waits.now() == pytest.approx(UPLOAD_S)
        return status

    assert skipped_waits.run(main()) == 408


def test_uploads_of_a_session_share_the_highest_speed():
    async def seconds(*sessions: str) -> float:
        uploads, loop = Uploads(), asyncio.get_running_loop()
        uploads.complete.set()
        began = loop.time()
        await asyncio.gather(*(uploads.send(one, seconds=1, bytes_per_s=3 * MAX_BYTES_PER_S) for one in sessions))
        return loop.time() - began

    assert skipped_waits.run(seconds("stranger")) == pytest.approx(3, abs=0.1)
    assert skipped_waits.run(seconds("stranger", "pupil")) == pytest.approx(3, abs=0.1)
    assert skipped_waits.run(seconds("stranger", "stranger")) == pytest.approx(6, abs=0.1)
