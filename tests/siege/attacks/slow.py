"""Senders that the proxy ends: unfinished heads, bodies that are slow, and bodies that are large."""

import asyncio
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

from mlp.page.server.serving import raise_descriptor_limit
from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.soak.files import picture, png
from tests.wire.visitor import UploadRefused, Visitor

HALF_SENT = 1000
SESSIONS, EACH = 8, 4
BYTE_S = 0.5  # between two bytes
LARGE_BYTES, PIECE_BYTES, AT_A_TIME = 100_000_000, 1 << 16, 4
ANSWER_S = 5.0  # limit for an answer to another visitor's upload, on a busy machine
OPENS_S = 10.0  # limit for a new visitor to open the page
EVERY_S = 3.0
PATIENCE_S = 30.0


async def heads(siege: Siege) -> None:
    """Keep a thousand requests half sent, and open the page as new visitors."""
    raise_descriptor_limit()  # of this process, the attacker's
    closed, opened = list[float](), list[float]()
    # In a separate loop, because they would slow down the measurements.
    holding = threading.Thread(target=asyncio.run, args=(_hold_half_requests(siege, closed),))
    holding.start()
    while not siege.over:
        began = time.monotonic()
        newcomer = Visitor(siege.url, "", PATIENCE_S)
        try:
            await newcomer.open()
        except NO_ANSWER as error:
            siege.fault(f"a new visitor could not open the page: {type(error).__name__} {error}")
        opened.append(time.monotonic() - began)
        with suppress(Exception):
            await newcomer.close()
        await asyncio.sleep(EVERY_S)
    if max(opened) > OPENS_S:
        siege.fault(f"a new visitor opened the page after {max(opened):.0f} s")
    if not closed:
        siege.fault("no half-sent request was closed")
    siege.notes.append(
        f"{len(closed):,} half-sent requests were closed, {len(opened)} new visitors opened the page after "
        f"{max(opened):.1f} s at most"
    )
    await asyncio.to_thread(holding.join)


async def _hold_half_requests(siege: Siege, closed: list[float]) -> None:
    """Keep the requests half sent until the siege is over, and record when each was closed."""
    server = urlsplit(siege.url)

    async def hold() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(server.hostname, server.port)
                try:
                    writer.write(f"GET / HTTP/1.1\r\nHost: {server.netloc}\r\n".encode())
                    await reader.read()
                    closed.append(time.monotonic())
                finally:
                    writer.close()
            await asyncio.sleep(random.uniform(0.5, 1.5))

    holding = [asyncio.create_task(hold()) for _ in range(HALF_SENT)]
    while not siege.over:
        await asyncio.sleep(0.5)
    for task in holding:
        task.cancel()
    await asyncio.gather(*holding, return_exceptions=True)


async def uploads(siege: Siege) -> None:
    """Occupy all places for uploads from eight sessions; another visitor's upload is accepted or refused at once."""
    strangers = [Visitor(siege.url, "", PATIENCE_S) for _ in range(SESSIONS)]
    other, answers, waits = Visitor(siege.url, "", PATIENCE_S), Counter[str](), list[float]()
    for visitor in (*strangers, other):
        await visitor.open()

    async def hold(stranger: Visitor) -> None:
        while not siege.over:
            try:
                address = await stranger.file_address("a.png")
                answers[f"{await _trickle(siege, stranger, address.upload_url)} for a stranger"] += 1
            except (*NO_ANSWER, UploadRefused):
                await asyncio.sleep(BYTE_S)

    holding = [asyncio.create_task(hold(stranger)) for stranger in strangers for _ in range(EACH)]
    while not siege.over:
        answers[await _upload(siege, other, waits)] += 1
        await asyncio.sleep(EVERY_S)
    for task in holding:
        task.cancel()
    await asyncio.gather(*holding, return_exceptions=True)
    await asyncio.sleep(1)
    if (answer := await _upload(siege, other, waits)) != "accepted":
        siege.fault(f"another visitor's upload is {answer} after the attack")
    if max(waits) > ANSWER_S:
        siege.fault(f"another visitor's upload was answered after {max(waits):.0f} s")
    siege.notes.append(f"the uploads ended with {dict(answers)}; the honest ones after {max(waits):.1f} s at most")
    for visitor in (*strangers, other):
        with suppress(Exception):
            await visitor.close()


async def _upload(siege: Siege, visitor: Visitor, waits: list[float]) -> str:
    """Upload an image as a visitor, record the wait, and return whether the server accepted it."""
    began = time.monotonic()
    try:
        status = await visitor.upload("picture_in", "digit.png", png(picture(len(waits) % 10)))
        return "accepted" if status == 204 else f"refused with {status}"
    except UploadRefused:
        return "refused"
    except NO_ANSWER:
        siege.fault("another visitor's upload was not answered")
        return "not answered"
    finally:
        waits.append(time.monotonic() - began)


async def _trickle(siege: Siege, stranger: Visitor, path: str) -> int:
    """Send an upload a byte at a time until the server ends it; return its answer, 0 for none."""
    server, token = urlsplit(siege.url), await asyncio.to_thread(stranger.xsrf_token)
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


async def bodies(siege: Siege) -> None:
    """Send bodies of 100 MB, four at a time."""
    n_refused, n_sent = 0, list[int]()
    server = urlsplit(siege.url)
    head = f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {server.netloc}\r\nContent-Length: {LARGE_BYTES}\r\n\r\n"

    async def send() -> None:
        nonlocal n_refused
        while not siege.over:
            _, writer = await asyncio.open_connection(server.hostname, server.port)
            writer.write(head.encode())
            n_bytes = 0
            with suppress(OSError):
                while n_bytes < LARGE_BYTES and not siege.over:
                    writer.write(bytes(PIECE_BYTES))
                    await writer.drain()
                    n_bytes += PIECE_BYTES
            n_refused += n_bytes < LARGE_BYTES
            n_sent.append(n_bytes)
            writer.close()

    # In a separate loop, because they would slow down the measurements.
    async def all_of_them() -> None:
        await asyncio.gather(*(send() for _ in range(AT_A_TIME)))

    await asyncio.to_thread(asyncio.run, all_of_them())
    if n_refused < len(n_sent):
        siege.fault(f"{len(n_sent) - n_refused} bodies of {LARGE_BYTES / 1e6:.0f} MB were read")
    siege.notes.append(f"{len(n_sent)} bodies ended after {max(n_sent) / 1e6:.0f} MB at most")


HEADS = Attack("half-sent", f"{HALF_SENT:,} half-sent requests at the proxy", heads, proxied=True)
UPLOADS = Attack(
    "slow-uploads",
    f"{SESSIONS * EACH} uploads from {SESSIONS} sessions, a byte at a time, through the proxy",
    uploads,
    proxied=True,
)
BODIES = Attack("bodies", f"bodies of 100 MB, {AT_A_TIME} at a time, through the proxy", bodies, proxied=True)
