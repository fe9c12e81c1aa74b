"""Connections without requests are closed, and always leave room for others."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from mlp.page.server import connections
from tests.page.server import skipped_waits

HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
Act = Callable[["Server"], Awaitable[None]]


class Server:
    """A server on a local port that answers each request when the test decides."""

    def __init__(self) -> None:
        self.go, self.n_requests, self.body = asyncio.Event(), 0, b"ok"
        self.go.set()
        config = uvicorn.Config(
            self._app,
            host="127.0.0.1",
            port=0,
            log_level="error",
            lifespan="off",
            ws="websockets-sansio",
            interface="asgi3",
            timeout_keep_alive=3600,  # so that no limit of uvicorn's comes before ours
        )
        config.load()
        connections.bound(config)
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self.port = 0

    async def _app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            if (received := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": received["text"]})
            return
        self.n_requests += 1
        await self.go.wait()
        length = str(len(self.body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": self.body})

    async def __aenter__(self) -> "Server":
        await self._server.startup()
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self.go.set()
        self._server.force_exit = True
        await self._server.shutdown()

    def unsent(self) -> int:
        """Return the number of bytes that the system has not taken."""
        return sum(one.transport.get_write_buffer_size() for one in self._server.server_state.connections)

    async def send(self, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        return reader, writer


@pytest.fixture
def run() -> Callable[[Act], None]:
    def within(act: Act) -> None:
        async def main() -> None:
            async with asyncio.timeout(3600), Server() as server:
                await act(server)

        skipped_waits.run(main(), silence_s=0.01)

    return within


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Wait until no more data can arrive."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


async def answers(reader: asyncio.StreamReader) -> bool:
    return (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", HALF, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET"])
def test_connection_that_does_not_ask_is_closed(sent: bytes, run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        reader, writer = await server.send(sent)
        if sent.endswith(b"GET"):
            assert await answers(reader)
        began = skipped_waits.now()
        assert await is_closed(reader)
        assert skipped_waits.now() - began == pytest.approx(connections.HEAD_S, abs=0.1)
        writer.close()

    run(act)


def test_slow_bytes_do_not_extend_the_time_limit(run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        reader, writer = await server.send(HALF)

        async def trickle() -> None:
            while True:
                writer.write(b"X: y\r\n")
                await asyncio.sleep(1)

        trickling = asyncio.create_task(trickle())
        assert await is_closed(reader)
        assert skipped_waits.now() == pytest.approx(connections.HEAD_S, abs=0.1)
        trickling.cancel()
        writer.close()

    run(act)


def test_request_may_take_longer_to_answer_than_to_ask(run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        server.go.clear()
        asked, writer = await server.send(HALF + b"\r\n")
        idle, other = await server.send(HALF)
        assert await is_closed(idle)  # the newer connection
        server.go.set()
        assert await answers(asked)
        writer.close()
        other.close()

    run(act)


@pytest.mark.parametrize(("taken", "whole"), [(0.9, True), (1.1, False)])
def test_answer_on_a_slow_line_may_take_longer_to_arrive(run: Callable[[Act], None], taken: float, whole: bool):
    async def act(server: Server) -> None:
        server.body = bytes(20_000_000) + b"ok"  # more than the system's own buffers hold
        asked, writer = await server.send(HALF + b"\r\n")
        await asked.readuntil(b"\r\n\r\n")
        await asyncio.sleep(taken * connections.UNREAD_S)
        rest = b""
        with suppress(ConnectionError):
            rest = await asked.read(-1)
        assert rest.endswith(b"ok") is whole
        writer.close()

    run(act)


UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


def test_socket_on_a_slow_line_has_as_long_to_answer_a_ping(run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        reader, writer = await server.send(HALF + UPGRADE)
        assert (await reader.read()).startswith(b"HTTP/1.1 101")  # up to its end, as this browser answers no ping
        assert connections.UNREAD_S < skipped_waits.now() < 1.5 * connections.UNREAD_S
        writer.close()

    run(act)


def test_system_queues_little_of_what_a_browser_does_not_take(run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        server.body = bytes(20_000_000)
        reader, writer = await server.send(HALF + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(1)  # until nothing moves
        assert server.unsent() > 18_000_000
        writer.close()

    run(act)


def test_oldest_idle_connection_gives_its_place_to_a_newcomer(
    run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 20)

    async def act(server: Server) -> None:
        server.go.clear()
        asked = await server.send(HALF + b"\r\n")
        while server.n_requests == 0:
            await asyncio.sleep(0)
        idle = [await server.send(HALF) for _ in range(20)]
        newcomer = await server.send(HALF + b"\r\n")
        assert await is_closed(idle[0][0])
        assert await is_closed(idle[1][0])
        server.go.set()
        assert await answers(newcomer[0])
        assert await answers(asked[0])
        idle[-1][1].write(b"\r\n")
        assert await answers(idle[-1][0])
        for _, writer in (asked, newcomer, *idle):
            writer.close()

    run(act)


def test_newcomer_on_its_way_outlives_half_sent_requests(run: Callable[[Act], None], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 20)

    async def act(server: Server) -> None:
        newcomer = await server.send(b"")
        half = []
        for _ in range(60):
            half.append(await server.send(HALF))
            if len(half) > 20:
                assert await is_closed(half[-21][0])
        newcomer[1].write(HALF + b"\r\n")
        assert await answers(newcomer[0])
        for _, writer in (newcomer, *half):
            writer.close()

    run(act)


def test_tab_is_not_limited(run: Callable[[Act], None]):
    async def act(server: Server) -> None:
        async with connect(f"ws://127.0.0.1:{server.port}/") as tab:
            idle, writer = await server.send(HALF)
            assert await is_closed(idle)  # the newer connection
            await tab.send("still there")
            assert await tab.recv() == "still there"
            writer.close()

    run(act)


def test_connections_take_at_most_a_quarter_of_the_descriptors(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections, "descriptors", lambda: (900, 1024))
    assert connections.max_connections() == 256
    monkeypatch.setattr(connections, "descriptors", lambda: None)
    assert connections.max_connections() == connections.MAX_CONNECTIONS
