"""A browser whose line is full of two scripts' messages keeps its session."""

import asyncio
from unittest.mock import Mock

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette import starlette_websocket
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from mlp.page.server.repairs import send_queue

N_DRAWN = 2000


class FullLine(Mock):
    """A connection that takes no message before it is freed."""

    def __init__(self) -> None:
        super().__init__(headers={}, cookies={}, client=None)
        self.freed = asyncio.Event()
        self.n_sent = 0

    async def send_bytes(self, _: bytes) -> None:
        await self.freed.wait()
        self.n_sent += 1


def test_full_line_delays_messages_and_loses_none(monkeypatch: pytest.MonkeyPatch):
    name = "WEBSOCKET_MAX_SEND_QUEUE_SIZE"
    monkeypatch.setattr(starlette_websocket, name, getattr(starlette_websocket, name))  # restored after the test
    send_queue.install()

    async def visit() -> int:
        line = FullLine()
        client = StarletteSessionClient(line)
        for _ in range(N_DRAWN):
            client.write_forward_msg(ForwardMsg())
        line.freed.set()
        while line.n_sent < N_DRAWN:
            await asyncio.sleep(0)
        await client.aclose()
        return line.n_sent

    assert asyncio.run(asyncio.wait_for(visit(), 10)) == N_DRAWN
