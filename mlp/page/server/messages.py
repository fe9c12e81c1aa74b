"""Pass on only those of Streamlit's messages that the page's own browser code sends, and end sessions of closed tabs.

Streamlit keeps each session for two minutes, for tabs whose network fails. After a reload nobody returns to it,
although it takes some megabytes and three descriptors.
"""

from collections.abc import Callable
from contextvars import ContextVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.repairs import Replaced

STREAM = "/_stcore/stream"  # the WebSocket of a tab
ANSWERED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
"""The others would clear everybody's caches, read the project's git, or write into its folder (``install_skills``)."""
GOING_AWAY = 1001  # the code of a browser that closes, reloads or leaves a page (RFC 6455)

_has_left: ContextVar[bool] = ContextVar("has_left", default=False)
"""Whether the tab of the current connection sent this code."""


class Messages:
    """Drop messages that the page does not need, before Streamlit sees them, and note whether a tab was closed."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def receiving() -> Message:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect" and message.get("code") == GOING_AWAY:
                    _has_left.set(True)
                if message["type"] != "websocket.receive" or is_answered(message.get("bytes") or b""):
                    return message

        is_tab = scope["type"] == "websocket" and scope["path"].endswith(STREAM)
        await self._app(scope, receiving if is_tab else receive, send)


def is_answered(data: bytes) -> bool:
    """Whether a message may reach Streamlit; malformed ones may, and then end the connection."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # protobuf's own errors, which Streamlit handles too
        return True
    return message.WhichOneof("type") in ANSWERED


def _closing_left_tabs(
    disconnect: Callable[[WebsocketSessionManager, str], None],
) -> Callable[[WebsocketSessionManager, str], None]:
    """Close the session of a tab that is gone, and only disconnect one that may return."""

    def disconnect_session(manager: WebsocketSessionManager, session_id: str) -> None:
        if _has_left.get():
            manager.close_session(session_id)
        else:
            disconnect(manager, session_id)

    return disconnect_session


REPLACED: tuple[Replaced, ...] = ((WebsocketSessionManager, "disconnect_session", _closing_left_tabs),)
