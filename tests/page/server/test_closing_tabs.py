"""A tab that closes during a send is no error of the page, and its session ends."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server import closing_tabs
from mlp.page.server.closing_tabs import ClosingTabs


def visit(page: Any, code: int, send: Any) -> None:
    """Open a tab, and close it with this code."""
    messages = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": code}])

    async def receive() -> Any:
        return next(messages)

    asyncio.run(ClosingTabs(page)({"type": "websocket", "headers": []}, receive, send))


def test_disconnect_during_send_is_detected():
    codes = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        """Like Streamlit's: it sends in separate tasks, whose ends are ignored."""
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await asyncio.gather(socket.send_bytes(b"a page"), return_exceptions=True)
        try:
            await socket.receive_bytes()
        except WebSocketDisconnect as end:
            codes.append(end.code)

    async def send(message: Any) -> None:
        if message["type"] == "websocket.send":
            raise OSError("the client has gone")

    visit(page, 1006, send)
    assert codes == [1006]


@pytest.mark.parametrize(("code", "kept"), [(1001, False), (1006, True), (1000, True)])
def test_session_of_a_closed_tab_is_forgotten_at_once(monkeypatch: pytest.MonkeyPatch, code: int, kept: bool):
    name = "disconnect_session"
    monkeypatch.setattr(WebsocketSessionManager, name, getattr(WebsocketSessionManager, name))  # restored later
    closing_tabs.install()
    monkeypatch.setattr("streamlit.runtime.get_instance", Mock())
    storage = MemorySessionStorage()
    manager = WebsocketSessionManager(storage, Mock(), Mock(), None)

    async def page(scope: Any, receive: Any, send: Any) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        session = manager.connect_session(Mock(), ScriptData("page.py", is_hello=False), {})
        with pytest.raises(WebSocketDisconnect):
            await socket.receive_bytes()
        manager.disconnect_session(session)

    async def send(message: Any) -> None:
        pass

    visit(page, code, send)
    assert bool(storage.list()) == kept
    assert manager.list_active_sessions() == []
    for session in storage.list():
        session.session.shutdown()
