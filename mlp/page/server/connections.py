"""Close connections that ask for nothing, so that descriptors are left to visitors and to workers.

Uvicorn waits for the head of a request for as long as a connection is open, and ASGI hears of it only once the head is
there. So the protocol that uvicorn is set to is replaced by one of its kind that waits for a while.
"""

import asyncio
from typing import Any

from mlp.page.server.tab_limit import descriptors

HEAD_S = 10.0  # in which the head of a request has to come
MAX_CONNECTIONS = 512  # beside those of tabs
BACKLOG = 128  # connections that uvicorn accepts before any of them can be closed


def bound(config: Any) -> None:
    """Let a server with this configuration of uvicorn's, which is being loaded, bound its connections."""
    config.http_protocol_class = impatient(config.http_protocol_class, Connections(most_connections()))
    config.backlog = BACKLOG


def most_connections() -> int:
    """Return how many connections there is room for, beside tabs and what workers and files need."""
    counted = descriptors()
    return MAX_CONNECTIONS if counted is None else min(MAX_CONNECTIONS, counted[1] // 4)


class Connections:
    """All connections but those of tabs: idle ones have a timer, on others a request is being answered.

    Parameters
    ----------
    most : int
        How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: dict[Any, asyncio.TimerHandle] = {}  # by protocol, the oldest first
        self._busy: dict[Any, None] = {}

    def wait_for(self, protocol: Any) -> None:
        """Let a connection be idle for a while; over the bound the oldest idle one is closed, else the oldest."""
        if protocol in self._idle:
            return
        self.forget(protocol)
        self._idle[protocol] = asyncio.get_running_loop().call_later(HEAD_S, self._close, protocol)
        if len(self._idle) + len(self._busy) > self._most:
            others = (one for one in (*self._idle, *self._busy) if one is not protocol)
            self._close(next(others, protocol))

    def answer(self, protocol: Any) -> None:
        """Note that a request is being answered."""
        self.forget(protocol)
        self._busy[protocol] = None

    def forget(self, protocol: Any) -> None:
        """Bound this connection no longer."""
        self._busy.pop(protocol, None)
        if (timer := self._idle.pop(protocol, None)) is not None:
            timer.cancel()

    def _close(self, protocol: Any) -> None:
        self.forget(protocol)
        protocol.transport.abort()  # what its buffers hold would wait for a reader that may never come


def impatient(protocol: type[Any], connections: Connections) -> type[Any]:
    """Make a protocol like one of uvicorn's for HTTP, whose connections are bounded."""

    class Impatient(protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            connections.wait_for(self)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.transport.get_protocol() is not self:
                connections.forget(self)  # it has become a web socket
            else:
                self._sort()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._sort()

        def connection_lost(self, error: Exception | None) -> None:
            connections.forget(self)
            super().connection_lost(error)

        def _sort(self) -> None:
            if self.transport.is_closing():
                connections.forget(self)
            elif self.cycle is not None and not self.cycle.response_complete:
                connections.answer(self)
            else:
                connections.wait_for(self)

    return Impatient
