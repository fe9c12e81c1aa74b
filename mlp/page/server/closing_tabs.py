"""Handle tabs that close while the page still sends to them, and end their sessions at once.

When a tab closes, sending to it raises an OSError. Starlette then counts the connection as closed, and Streamlit 1.67,
which asks for the next message before it learns of the end, fails with a traceback in the log. Streamlit also keeps
each session for two minutes, for tabs whose network fails. After a reload nobody returns to it, although it takes some
megabytes and three descriptors.
"""

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar

from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server.guard import App, Message, Receive, Send

GOING_AWAY = 1001  # the code of a browser that closes, reloads or leaves a page (RFC 6455)

_has_left: ContextVar[bool] = ContextVar("has_left", default=False)
"""Whether the tab of the current connection sent this code."""


def install() -> None:
    """Install this handling of closing tabs."""
    WebsocketSessionManager.disconnect_session = _closing_left_tabs(  # type: ignore[method-assign, assignment]
        WebsocketSessionManager.disconnect_session
    )


class ClosingTabs:
    """Drop messages that can no longer be sent to a tab; its own messages still show that it has closed.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            receive, send = _recording_close(receive), _ignoring_lost_tab(send)
        await self._app(scope, receive, send)


def _recording_close(receive: Receive) -> Receive:
    async def receiving() -> Message:
        message = await receive()
        if message["type"] == "websocket.disconnect" and message.get("code") == GOING_AWAY:
            _has_left.set(True)
        return message

    return receiving


def _ignoring_lost_tab(send: Send) -> Send:
    async def sending(message: Message) -> None:
        with suppress(OSError):
            await send(message)

    return sending


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
