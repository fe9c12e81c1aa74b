"""Close connections without requests, so that file descriptors are left for visitors and workers.

Uvicorn waits for the head of a request as long as a connection is open, and ASGI sees only complete heads. So uvicorn's
protocol class is replaced by a subclass with a time limit.
"""

import asyncio
import socket
from itertools import chain
from typing import Any

from mlp.page.server.tab_limit import descriptors

HEAD_S = 10.0  # limit for the head of a request
UNREAD_S = 180.0  # limit for an answer that a browser still takes in; a line of 400 kbit/s brings 9 MB in this time
UNSENT_BYTES = 32_000  # what the system queues of a connection, so that the server knows when its line is full
MAX_CONNECTIONS = 512  # besides those of tabs
BACKLOG = 128  # connections that uvicorn accepts before any of them can be closed


def bound(config: Any) -> None:
    """Limit the connections of a uvicorn server with this configuration, which is being loaded."""
    config.http_protocol_class = limited(config.http_protocol_class, Connections(max_connections()))
    config.backlog = BACKLOG
    config.ws_ping_timeout = UNREAD_S  # a ping waits behind all that scripts have drawn


def max_connections() -> int:
    """Return the most connections, besides tabs and the needs of workers and files."""
    counted = descriptors()
    return MAX_CONNECTIONS if counted is None else min(MAX_CONNECTIONS, counted[1] // 4)


class Connections:
    """All connections except those of tabs: idle ones have a timer, the others answer a request.

    Parameters
    ----------
    max_connections : int
    """

    def __init__(self, max_connections: int) -> None:
        self._max_connections = max_connections
        self._idle: dict[Any, asyncio.TimerHandle] = {}  # by protocol, the oldest first
        self._silent: dict[Any, None] = {}  # of these, those that have not sent anything yet
        self._busy: dict[Any, None] = {}

    def welcome(self, protocol: Any) -> None:
        """Start the timer of a new connection, and above the limit close another one.

        The oldest idle one is closed, and one that has sent nothing yet only if there is no other: if a thousand half
        requests arrive in a second, a visitor's connection would be the oldest before its request arrives.
        """
        self._silent[protocol] = None
        self._time(protocol)
        if len(self._idle) + len(self._busy) > self._max_connections:
            waiting = (one for one in self._idle if one not in self._silent)
            others = (one for one in chain(waiting, self._silent, self._busy) if one is not protocol)
            self._close(next(others, protocol))

    def wait_for(self, protocol: Any) -> None:
        """Start the timer of a connection that has answered, or note that the head of a request is incomplete."""
        self._silent.pop(protocol, None)
        if protocol not in self._idle:
            self.forget(protocol)
            self._time(protocol)

    def answer(self, protocol: Any) -> None:
        """Note that a connection answers a request."""
        self.forget(protocol)
        self._busy[protocol] = None

    def forget(self, protocol: Any) -> None:
        """Stop limiting this connection."""
        self._busy.pop(protocol, None)
        self._silent.pop(protocol, None)
        if (timer := self._idle.pop(protocol, None)) is not None:
            timer.cancel()

    def _time(self, protocol: Any) -> None:
        """Start the timer, a longer one while the browser is still taking an answer in on a slow line."""
        limit_s = UNREAD_S if protocol.transport.get_write_buffer_size() else HEAD_S
        self._idle[protocol] = asyncio.get_running_loop().call_later(limit_s, self._close, protocol)

    def _close(self, protocol: Any) -> None:
        self.forget(protocol)
        protocol.transport.abort()  # data in its buffers might wait forever for a reader


def limited(protocol: type[Any], connections: Connections) -> type[Any]:
    """Return a protocol like one of uvicorn's for HTTP, with a limited number of connections."""

    class Limited(protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            _queue_little(transport.get_extra_info("socket"))
            connections.welcome(self)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.transport.get_protocol() is not self:
                connections.forget(self)  # it has become a WebSocket
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

    return Limited


def _queue_little(connection: socket.socket) -> None:
    """Limit what the system takes over of a connection's output; where it cannot, megabytes wait before a slow line."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)  # of Linux and macOS
    if option is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
