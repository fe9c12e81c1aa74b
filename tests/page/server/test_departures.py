"""A tab that leaves while something is sent to it is no error of the page."""

import asyncio
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from mlp.page.server.departures import Departures


def test_who_leaves_while_something_is_sent_is_found_to_have_left():
    heard = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        """As Streamlit's: what it sends goes by a task of its own, and the end of that is nobody's concern."""
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await asyncio.gather(socket.send_bytes(b"a page"), return_exceptions=True)
        try:
            await socket.receive_bytes()
        except WebSocketDisconnect as end:
            heard.append(end.code)

    coming = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}])

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            raise OSError("the client has gone")

    asyncio.run(Departures(page)({"type": "websocket", "headers": []}, receive, send))
    assert heard == [1006]
