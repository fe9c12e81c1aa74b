"""End a session as soon as its tab is closed.

Streamlit keeps each session for two minutes, for tabs whose network fails. After a reload nobody returns to it,
although it takes some megabytes and three descriptors.
"""

from collections.abc import Callable
from contextvars import ContextVar

from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.repairs import Replaced

GOING_AWAY = 1001  # the code of a browser that closes, reloads or leaves a page (RFC 6455)

_has_left: ContextVar[bool] = ContextVar("has_left", default=False)
"""Whether the tab of the current connection sent this code."""


class ClosingTabs:
    """Record how a tab's connection ends."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect" and message.get("code") == GOING_AWAY:
                _has_left.set(True)
            return message

        await self._app(scope, receiving if scope["type"] == "websocket" else receive, send)


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
