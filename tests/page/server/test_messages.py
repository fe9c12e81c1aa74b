"""All messages that a browser may send to Streamlit: an upgrade that adds some fails here."""

from collections.abc import Callable
from unittest.mock import MagicMock, Mock

import pytest
from starlette.routing import Mount
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from mlp.page.server.guard import CLOSED
from mlp.page.server.messages import ANSWERED, REPLACED

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


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Return a function that sends a message of a kind, and returns the kinds that Streamlit then handles."""

    def handle(kind: str) -> list[str]:
        message, got = BackMsg(), list[str]()
        if BackMsg.DESCRIPTOR.fields_by_name[kind].message_type is None:
            setattr(message, kind, True)
        else:
            getattr(message, kind).SetInParent()
        monkeypatch.setattr(AppSession, "handle_backmsg", lambda _, sent: got.append(sent.WhichOneof("type")))
        for owner, name, replacement in REPLACED:
            if owner is AppSession:
                monkeypatch.setattr(owner, name, replacement(getattr(owner, name)))
        AppSession.handle_backmsg(Mock(), message)
        return got

    return handle


def test_all_streamlit_messages_are_known():
    known = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert known == ANSWERED | REFUSED


@pytest.mark.parametrize("kind", sorted(ANSWERED | REFUSED))
def test_only_messages_that_the_page_sends_are_handled(handled: Callable[[str], list[str]], kind: str):
    assert handled(kind) == [kind] * (kind in ANSWERED)


def test_only_used_streamlit_addresses_are_answered():
    routes = [route for route in create_streamlit_routes(MagicMock()) if not isinstance(route, Mount)]
    assert {route.path for route in routes if not CLOSED.search(route.path)} == ROUTES  # type: ignore[attr-defined]
