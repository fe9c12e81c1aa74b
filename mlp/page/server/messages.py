"""Pass on only those of Streamlit's messages that the page's own browser code sends, and only valid states of controls.

Streamlit passes a control's state on unchecked: one of the wrong type, such as text for a slider, or a choice that the
control does not offer, raises an error in the script. Here, the control keeps its value, or gets its first one if the
page has not drawn it yet.

Also end sessions of closed pages: Streamlit keeps each session for two minutes, for pages whose network fails. After a
reload nobody returns to it, although it takes some megabytes and three descriptors.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import Serialized, Value, WStates
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.repairs import Replaced

ANSWERED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
"""The others would clear everybody's caches, read the project's git, or write into its folder (``install_skills``)."""
GOING_AWAY = 1001  # the code of a browser that closes, reloads or leaves a page (RFC 6455)
MAX_NESTED = 200_000  # lists and objects in one state: each takes 25 bytes of memory per letter of text

_has_left: ContextVar[bool] = ContextVar("has_left", default=False)
"""Whether the page of the current connection sent this code."""


def noting_left_tabs(app: App) -> App:
    """Return the app, with a note for each connection whether its page was closed."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect" and message.get("code") == GOING_AWAY:
                _has_left.set(True)
            return message

        await app(scope, receiving, send)

    return answer


def _answering(handle: Callable[[AppSession, BackMsg], None]) -> Callable[[AppSession, BackMsg], None]:
    """Drop a message that the page does not need."""

    def handle_backmsg(session: AppSession, message: BackMsg) -> None:
        if message.WhichOneof("type") in ANSWERED:
            handle(session, message)

    return handle_backmsg


def _closing_left_tabs(
    disconnect: Callable[[WebsocketSessionManager, str], None],
) -> Callable[[WebsocketSessionManager, str], None]:
    """Close the session of a page that is gone, and only disconnect one that may return."""

    def disconnect_session(manager: WebsocketSessionManager, session_id: str) -> None:
        if _has_left.get():
            manager.close_session(session_id)
        else:
            disconnect(manager, session_id)

    return disconnect_session


def _ignoring(put: Callable[[WStates, WidgetState], None]) -> Callable[[WStates, WidgetState], None]:
    """Ignore a state that is invalid for a control that the page has drawn."""

    def ignoring(states: WStates, state: WidgetState) -> None:
        metadata = states.widget_metadata.get(state.id)
        if metadata is None or _fits(state, metadata):
            put(states, state)

    return ignoring


def _checked(read: Callable[[WStates, str], Any]) -> Callable[[WStates, str], Any]:
    """Return a control's first value, if the state sent for it is invalid."""

    def checked(states: WStates, identifier: str) -> Any:
        state, metadata = states.states.get(identifier), states.widget_metadata.get(identifier)
        if not isinstance(state, Serialized) or metadata is None:
            return read(states, identifier)
        if _fits(state.value, metadata):
            with suppress(Exception):
                return read(states, identifier)
        states.states[identifier] = Value(metadata.deserializer(None))
        return read(states, identifier)

    return checked


def _fits(state: WidgetState, metadata: WidgetMetadata[Any]) -> bool:
    """Whether the control can have this state."""
    return _is_valid(state, metadata.value_type) and _is_offered(state, metadata.deserializer)


def _is_valid(state: WidgetState, kind: str) -> bool:
    sent = state.WhichOneof("value")
    if sent == kind == "json_value":
        nested = state.json_value.count("[") + state.json_value.count("{")
        with suppress(ValueError, RecursionError):
            return nested <= MAX_NESTED and isinstance(json.loads(state.json_value), dict)
        return False
    if sent == "int_value" and kind == "double_value":
        return True  # a number field registers as double, and sends whole numbers as such
    return sent in (None, kind)


def _is_offered(state: WidgetState, deserializer: Callable[..., Any]) -> bool:
    """Whether a control with options offers all that the state chooses."""
    options = getattr(getattr(deserializer, "__self__", None), "formatted_options", None)
    chosen = [state.string_value] if state.HasField("string_value") else state.string_array_value.data
    return options is None or set(options).issuperset(chosen)


REPLACED: tuple[Replaced, ...] = (
    (AppSession, "handle_backmsg", _answering),
    (WebsocketSessionManager, "disconnect_session", _closing_left_tabs),
    (WStates, "set_widget_from_proto", _ignoring),
    (WStates, "__getitem__", _checked),
)
