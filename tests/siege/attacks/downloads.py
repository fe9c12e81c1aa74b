"""A flood of download requests from one tab, before and after it has closed."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege
from tests.wire.visitor import Visitor

OPEN, CLOSED = 400, 300  # requests while the tab is open, and after it has closed
CSV_S = 1.0  # limit for another visitor's curves
PATIENCE_S = 90.0
AT_A_TIME = 100
STEADY = 4


async def status_of(url: str, address: str) -> int:
    """Request a file, read all of it, and return the status; 0 without an answer."""
    server = urlsplit(url)
    with suppress(TimeoutError, OSError, ValueError):
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(server.hostname, server.port)
            writer.write(f"GET {address} HTTP/1.1\r\nHost: {server.netloc}\r\nConnection: close\r\n\r\n".encode())
            status = int((await reader.readline()).split()[1])
            while await reader.read(1 << 16):
                pass
            writer.close()
            return status
    return 0


async def act(siege: Siege) -> None:
    """Request the same take-home page repeatedly, and meanwhile another visitor's curves."""
    stranger, other = (Visitor(siege.server.url, "tab=Runs&epochs=1&images=1000", PATIENCE_S) for _ in range(2))
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    for visitor in (stranger, other):
        await _open(visitor)
    curves = asyncio.create_task(_fetch_curves(siege, other, waits))
    room = asyncio.Semaphore(AT_A_TIME)

    async def ask(address: str) -> None:
        async with room:
            statuses[await status_of(siege.server.url, address)] += 1

    address = stranger.address_of("home_out")
    await asyncio.gather(*(ask(address) for _ in range(OPEN)))
    siege.notes.append(f"{OPEN} requests: {dict(statuses)}")
    statuses.clear()
    flood = [asyncio.create_task(ask(address)) for _ in range(CLOSED)]
    await asyncio.sleep(0.1)
    await stranger.close()
    await asyncio.gather(*flood)
    siege.notes.append(f"{CLOSED} requests as the tab closed: {dict(statuses)}")
    statuses.clear()
    await _open(stranger)
    await asyncio.gather(*(_keep_requesting(siege, stranger, ask) for _ in range(STEADY)))
    siege.notes.append(f"{STEADY} at a time until the end: {dict(statuses)}")
    curves.cancel()
    await stranger.close()
    siege.notes.append(
        f"another visitor's curves arrived {len(waits)} times, after {max(waits, default=0):.2f} s at most"
    )
    with suppress(Exception):
        await other.close()


async def _open(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.train()
    await visitor.until(lambda: visitor.offers("home_out") and visitor.offers("csv_out"))


async def _keep_requesting(siege: Siege, stranger: Visitor, ask: Callable[[str], Awaitable[None]]) -> None:
    while not siege.over:
        await ask(stranger.address_of("home_out"))


async def _fetch_curves(siege: Siege, visitor: Visitor, waits: list[float]) -> None:
    while True:
        began = time.monotonic()
        try:
            assert (await visitor.download("csv_out")).startswith(b"step,")
        except NO_ANSWER as error:
            siege.fault(f"another visitor's curves did not arrive: {error or type(error).__name__}")
        waits.append(time.monotonic() - began)
        if waits[-1] > CSV_S:
            siege.fault(f"another visitor's curves arrived after {waits[-1]:.0f} s")
        await asyncio.sleep(0.5)


ATTACK = Attack("downloads", f"{OPEN} requests for a file from one tab, {CLOSED} as it closes, {STEADY} at a time", act)
