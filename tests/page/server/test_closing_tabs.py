"""The session of a closed tab ends at once, and that of a lost connection waits for its return."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server.closing_tabs import ClosingTabs


def visit(page: Any, code: int, send: Any) -> None:
    """Open a tab, and close it with this code."""
    messages = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": code}])

    async def receive() -> Any:
        return next(messages)

    asyncio.run(ClosingTabs(page)({"type": "websocket", "headers": []}, receive, send))


@pytest.mark.parametrize(("code", "kept"), [(1001, False), (1006, True), (1000, True)])
@pytest.mark.usefixtures("replaced")
def test_session_of_a_closed_tab_is_forgotten_at_once(monkeypatch: pytest.MonkeyPatch, code: int, kept: bool):
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
