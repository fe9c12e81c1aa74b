"""A control ignores an invalid state; tests/browser/serving/test_hostile.py sends such states."""

from dataclasses import replace

import pytest
from streamlit.elements.widgets.multiselect import MultiSelectSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import SessionState, WStates


def canvas(sent: dict | None) -> object:
    """Read a canvas's state, as a component does."""
    return "nothing drawn" if sent is None else sent["drawing"]


def slider(sent: float | None) -> float:
    return 3.0 if sent is None else sent


DRAWN = WidgetState(id="canvas", json_value='{"drawing": "a 7"}')
OFFERED = {"formatted_options": ["sgd", "adam"], "formatted_option_to_option_index": {"sgd": 0, "adam": 1}}
KINDS = {
    "canvas": (canvas, "json_value"),
    "slider": (slider, "double_value"),
    "choice": (SelectboxSerde(["sgd", "adam"], default_option_index=0, **OFFERED).deserialize, "string_value"),
    "several": (MultiSelectSerde(["sgd", "adam"], **OFFERED).deserialize, "string_array_value"),
}


def known(name: str) -> WidgetMetadata:
    """A control that the page has drawn."""
    read, kind = KINDS[name]
    return WidgetMetadata(name, read, lambda value: value, value_type=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "value"),
    [
        (DRAWN, "a 7"),
        (WidgetState(id="canvas", json_value="{}"), "nothing drawn"),
        (WidgetState(id="canvas", json_value='"x"'), "nothing drawn"),
        (WidgetState(id="canvas", json_value="[" * 20_000), "nothing drawn"),
        (WidgetState(id="canvas", double_value=1.0), "nothing drawn"),
        (WidgetState(id="slider", double_value=2.0), 2.0),
        (WidgetState(id="slider", int_value=2), 2),
        (WidgetState(id="slider", string_value="x"), 3.0),
        (WidgetState(id="choice", string_value="adam"), "adam"),
        (WidgetState(id="choice", string_value="](<b>"), "sgd"),
        (WidgetState(id="several", string_array_value=StringArray(data=["adam"])), ["adam"]),
        (WidgetState(id="several", string_array_value=StringArray(data=["adam", "x"])), []),
    ],
)
@pytest.mark.usefixtures("replaced")
def test_invalid_state_of_a_new_control_becomes_the_first_value(state: WidgetState, value: object):
    states = WStates()
    states.set_widget_from_proto(state)
    states.set_widget_metadata(known(state.id))
    assert states[state.id] == value


@pytest.mark.parametrize(
    ("valid", "value", "invalid"),
    [
        (DRAWN, "a 7", WidgetState(id="canvas", json_value="[]")),
        (WidgetState(id="slider", double_value=2.0), 2.0, WidgetState(id="slider", string_value="x")),
        (WidgetState(id="choice", string_value="adam"), "adam", WidgetState(id="choice", string_value="](<b>")),
    ],
)
@pytest.mark.usefixtures("replaced")
def test_control_keeps_its_value_if_a_state_is_invalid(valid: WidgetState, value: object, invalid: WidgetState):
    session, calls = SessionState(), []
    for state in (valid, invalid):
        session.on_script_will_rerun(WidgetStates(widgets=[state]))
        control = replace(known(state.id), callback=lambda: calls.append("changed"))
        assert session.register_widget(control, None).value == value
    assert not calls
