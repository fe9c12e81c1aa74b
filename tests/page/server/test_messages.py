"""All messages that a browser may send to Streamlit: an upgrade that adds some fails here."""

import asyncio
from typing import Any
from unittest.mock import MagicMock

import pytest
from starlette.routing import Mount
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from mlp.page.server import messages
from mlp.page.server.guard import CLOSED
from mlp.page.server.messages import ANSWERED, Messages

REFUSED = {
    "clear_cache",
    "set_run_on_save",
    "load_git_info",
    "debug_disconnect_websocket",
    "debug_shutdown_runtime",
    "backend_operation_request",
}
ROUTES = {
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/upload_file/{session_id}/{file_id}",
    "/_stcore/bidi-components/{path:path}",
    "/media/{file_id:path}",
}


def message(kind: str) -> bytes:
    asked = BackMsg()
    if BackMsg.DESCRIPTOR.fields_by_name[kind].message_type is None:
        setattr(asked, kind, True)
    else:
        getattr(asked, kind).SetInParent()
    return asked.SerializeToString()


def passed_on(*frames: dict[str, Any], path: str = "/_stcore/stream") -> list[dict[str, Any]]:
    """Return those of a tab's frames that reach Streamlit."""
    coming, got = [*frames, {"type": "websocket.disconnect"}], []

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while not got or got[-1]["type"] != "websocket.disconnect":
            got.append(await receive())

    asyncio.run(Messages(app)({"type": "websocket", "path": path}, receive, None))  # type: ignore[arg-type]
    return got[:-1]


def frame(data: bytes) -> dict[str, Any]:
    return {"type": "websocket.receive", "bytes": data}


def test_all_streamlit_messages_are_known():
    known = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert known == ANSWERED | REFUSED


@pytest.mark.parametrize("kind", sorted(ANSWERED))
def test_message_that_the_page_sends_is_passed_on(kind: str):
    assert passed_on(frame(message(kind))) == [frame(message(kind))]


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_other_message_is_dropped_and_the_next_one_passed_on(kind: str):
    assert passed_on(frame(message(kind)), frame(message("rerun_script"))) == [frame(message("rerun_script"))]


def test_too_large_message_reaches_streamlit_which_refuses_it_unparsed(monkeypatch: pytest.MonkeyPatch):
    """A state in two bytes takes 70 of memory once it is parsed."""
    asked = BackMsg()
    asked.rerun_script.query_string = " " * 2_000_000
    parsed = MagicMock(wraps=BackMsg)
    monkeypatch.setattr(messages, "BackMsg", parsed)
    assert passed_on(frame(asked.SerializeToString())) == [frame(asked.SerializeToString())]
    parsed.assert_not_called()
    passed_on(frame(message("rerun_script")))
    parsed.assert_called_once()


def test_only_used_streamlit_addresses_are_answered():
    routes = [route for route in create_streamlit_routes(MagicMock()) if not isinstance(route, Mount)]
    assert {route.path for route in routes if not CLOSED.search(route.path)} == ROUTES  # type: ignore[attr-defined]
