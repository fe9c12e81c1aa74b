"""Check the widget states that a browser sends, before Streamlit uses them.

Streamlit passes a control's state on unchecked: one of the wrong type, such as text for a slider, or a choice that the
control does not offer, raises an error in the script. Here, the control keeps its value, or gets its first
one if the page has not drawn it yet.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import Serialized, Value, WStates

from mlp.page.server.repairs import Replaced

MAX_NESTED = 200_000  # lists and objects in one state: each takes 25 bytes of memory per letter of text


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
    (WStates, "set_widget_from_proto", _ignoring),
    (WStates, "__getitem__", _checked),
)
