"""Connect to the live channel's route without a server."""

import asyncio
import json
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from anyio.from_thread import BlockingPortal
from starlette.routing import WebSocketRoute

WAIT_S = 20


class Browser:
    """One connection, from the browser's side."""

    def __init__(self, portal: BlockingPortal, route: WebSocketRoute) -> None:
        self._portal = portal
        self._in: asyncio.Queue[dict[str, Any]] = portal.call(asyncio.Queue)
        self._out: queue.Queue[Any] = queue.Queue()
        scope = {"type": "websocket", "path": route.path, "query_string": b"", "headers": [], "subprotocols": []}
        self._put({"type": "websocket.connect"})
        self.served = portal.start_task_soon(self._serve, route, scope)
        assert self._out.get(timeout=WAIT_S)["type"] == "websocket.accept"

    async def _serve(self, route: WebSocketRoute, scope: dict[str, Any]) -> None:
        async def send(message: Any) -> None:
            self._out.put(message)

        await route.app({**scope, "app": None}, self._in.get, send)

    def _put(self, message: dict[str, Any]) -> None:
        self._portal.call(self._in.put_nowait, message)

    def send(self, **message: Any) -> None:
        """Send a message."""
        self.send_text(json.dumps(message))

    def send_text(self, text: str) -> None:
        """Send any text."""
        self._put({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        """Send bytes."""
        self._put({"type": "websocket.receive", "bytes": data})

    def receive(self) -> dict[str, Any]:
        """Return the next message of the server."""
        message = self._out.get(timeout=WAIT_S)
        assert message["type"] == "websocket.send", message
        received: dict[str, Any] = json.loads(message["text"])
        return received

    def ended(self) -> int:
        """Return the code with which the server ends the connection."""
        while (message := self._out.get(timeout=WAIT_S))["type"] != "websocket.close":
            pass
        self.served.result(WAIT_S)
        assert len(message["reason"].encode()) <= 123  # a real server raises an error for a longer one
        return int(message["code"])

    def leave(self, meanwhile: Callable[[], None] = lambda: None, turns: int = 0) -> None:
        """Close the connection, and wait until the server has finished with it; act after so many turns of its loop."""

        async def leave() -> None:
            self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
            for _ in range(turns):
                await asyncio.sleep(0)
            meanwhile()

        self._portal.call(leave)
        self.served.result(WAIT_S)


@contextmanager
def connected(portal: BlockingPortal, route: WebSocketRoute) -> Iterator[Browser]:
    """Connect, and leave at the end."""
    browser = Browser(portal, route)
    try:
        yield browser
    finally:
        browser.leave()
