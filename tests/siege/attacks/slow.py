"""Deliberately slow senders: uploads sent byte by byte."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.soak.files import picture, png
from tests.wire.visitor import Visitor

SESSIONS, EACH = 8, 4
BYTE_S = 0.5  # between two bytes
HONEST_S = 5.0  # limit for reading another visitor's image, on a busy machine
EVERY_S = 3.0
PATIENCE_S = 30.0


async def slow_uploads(siege: Siege) -> None:
    """Occupy all upload places from eight sessions, first with invented ids, then with the page's."""
    strangers = [Visitor(siege.server.url, "", PATIENCE_S) for _ in range(SESSIONS)]
    other, statuses, waits = Visitor(siege.server.url, "", PATIENCE_S), Counter[str](), list[float]()
    for visitor in (*strangers, other):
        await visitor.open()
    half = time.monotonic() + siege.left_s / 2

    async def hold(stranger: Visitor) -> None:
        while not siege.over:
            given = time.monotonic() > half
            with suppress(*NO_ANSWER):
                address = (await stranger.file_address("a.png")).upload_url
                path = address if given else address[:-8] + "made-up1"
                statuses[f"{await _trickle(siege, stranger, path)}{'' if given else ' (made up)'}"] += 1

    holding = [asyncio.create_task(hold(stranger)) for stranger in strangers for _ in range(EACH)]
    while not siege.over:
        began = time.monotonic()
        try:
            status = await other.upload("picture_in", "digit.png", png(picture(len(waits) % 10)))
            if status != 204:
                siege.fault(f"another visitor's upload got {status}")
        except NO_ANSWER:
            siege.fault("another visitor's upload was not answered")
        waits.append(time.monotonic() - began)
        await asyncio.sleep(EVERY_S)
    if max(waits) > HONEST_S:
        siege.fault(f"another visitor's photo waited {max(waits):.0f} s")
    siege.notes.append(f"the strangers' uploads ended with {dict(statuses)}")
    siege.notes.append(f"another visitor's {len(waits)} photos waited {max(waits):.1f} s at most")
    for task in holding:
        task.cancel()
    for visitor in (*strangers, other):
        with suppress(Exception):
            await visitor.close()


async def _trickle(siege: Siege, stranger: Visitor, path: str) -> int:
    """Send an upload a byte at a time until the server ends it; return its answer, 0 for none."""
    server, token = urlsplit(siege.server.url), await asyncio.to_thread(stranger.xsrf_token)
    reader, writer = await asyncio.open_connection(server.hostname, server.port)
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: {server.netloc}\r\nContent-Length: 1000000\r\nX-Xsrftoken: {token}\r\n"
        f"Cookie: _streamlit_xsrf={token}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="a.png"; filename="a.png"\r\n\r\n'
    )
    writer.write(head.encode())
    answer = asyncio.create_task(reader.readline())
    try:
        while not siege.over and not answer.done():
            writer.write(b"-")
            await asyncio.wait([answer], timeout=BYTE_S)
        return int(answer.result().split()[1]) if answer.done() and not answer.exception() and answer.result() else 0
    finally:
        answer.cancel()
        writer.close()


UPLOADS = Attack("slow-uploads", f"{SESSIONS * EACH} uploads from {SESSIONS} sessions, a byte at a time", slow_uploads)
