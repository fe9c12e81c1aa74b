"""A slow line to the page: a proxy that passes on so many bytes a second, each after a delay, and counts them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.browser.server import END_S, free_port

BYTES_PER_SECOND = 50_000
"""400 kbit/s, Chromium's *Slow 3G*."""
ROUND_TRIP_S = 0.4
QUEUED_BYTES = 32_000
"""What the line holds in one direction before it takes nothing more."""
PACKET_BYTES = 1400


class Direction:
    """One direction of the line, which all connections share: bytes leave it in the order in which they came."""

    def __init__(self) -> None:
        self.bytes = 0
        self._free_at = 0.0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what one connection sends until its end."""
        loop = asyncio.get_running_loop()
        arrives = loop.time()
        with suppress(OSError):
            while data := await reader.read(PACKET_BYTES):
                while (wait_s := self._free_at - loop.time() - QUEUED_BYTES / BYTES_PER_SECOND) > 0:
                    await asyncio.sleep(wait_s)
                self._free_at = max(self._free_at, loop.time()) + len(data) / BYTES_PER_SECOND
                self.bytes += len(data)
                arrives = self._free_at + ROUND_TRIP_S / 2
                loop.call_at(arrives, _write, writer, data)
        loop.call_at(arrives + 0.001, writer.close)  # of two calls at one time, the later may come first


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


class Line:
    """The line from a port of its own to the page's.

    Attributes
    ----------
    url : str
        The page's address at the far end.
    down, up : Direction
        To the browser, and to the server.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.down, self.up = Direction(), Direction()
        self.ready = threading.Event()

    @property
    def bytes(self) -> int:
        """All bytes so far, in both directions."""
        return self.down.bytes + self.up.bytes

    def run(self) -> None:
        """Pass on connections until `end` is called."""
        asyncio.run(self._serve())

    def end(self) -> None:
        """Cut all connections; safe from any thread."""
        self._loop.call_soon_threadsafe(self._ended.set)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._connect, "127.0.0.1", self._port, limit=PACKET_BYTES):
            self.ready.set()
            await self._ended.wait()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.sleep(ROUND_TRIP_S)  # for the handshake
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target, limit=PACKET_BYTES)
            await asyncio.gather(self.up.pass_on(reader, far_writer), self.down.pass_on(far_reader, writer))


@contextmanager
def slow_line(target: int) -> Iterator[Line]:
    """Put a slow line before the page at this port until the block ends."""
    line = Line(target)
    thread = threading.Thread(target=line.run)
    thread.start()
    assert line.ready.wait(END_S), "the slow line has not opened its port"
    try:
        yield line
    finally:
        line.end()
        thread.join(END_S)
