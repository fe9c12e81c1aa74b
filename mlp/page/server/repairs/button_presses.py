"""Handle presses of buttons completely and in order.

With ``runner.fastReruns``, a press ends the running script even if that has not handled the press before, so the
configuration turns it off. Streamlit 1.67 then merges presses that arrive before a script can handle them, counts
several presses of one button once, and calls the callback of the newest press first. While another press waits, it
drops a press whose callback has not run yet, and aborts a callback that reads the session's state; neither is repeated.
"""

from collections.abc import Callable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState
from streamlit.runtime.state import SafeSessionState


def install() -> None:
    """Install this handling of presses in all sessions."""
    script_requests._coalesce_widget_states = _oldest_first(  # type: ignore[assignment]
        script_requests._coalesce_widget_states
    )
    ScriptRunner._maybe_handle_execution_control_request = _after_callbacks(  # type: ignore[method-assign, assignment]
        ScriptRunner._maybe_handle_execution_control_request
    )
    SafeSessionState.on_script_will_rerun = _call_back  # type: ignore[method-assign, assignment]


def _call_back(held: SafeSessionState, states: WidgetStates | None, **more_states: Any) -> None:
    with held._lock:
        for one in _rounds(states) if states else [states]:
            held._state.on_script_will_rerun(one, **more_states)


def _rounds(states: WidgetStates) -> list[WidgetStates]:
    """Return states in which a button is pressed more than once, split into several with one press each, in order."""
    first = WidgetStates(widgets=[state for state in states.widgets if not _is_press(state)])
    rounds, pressed = [first], set[str]()
    for state in filter(_is_press, states.widgets):
        if state.id in pressed:
            rounds.append(WidgetStates())
            pressed.clear()
        rounds[-1].widgets.append(state)
        pressed.add(state.id)
    return rounds


def _is_press(state: WidgetState) -> bool:
    return state.WhichOneof("value") == "trigger_value" and state.trigger_value


def _oldest_first(
    merge: Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None],
) -> Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None]:
    """Merge states so that each press is in them, even if one button was pressed twice."""

    def merged(old: WidgetStates | None, new: WidgetStates | None) -> WidgetStates | None:
        both = merge(old, new)
        if not (old and new and both):
            return both
        sent_now = {state.id for state in new.widgets}
        waiting = [state for state in old.widgets if _is_press(state)]
        known = {state.id for state in waiting} - {state.id for state in new.widgets if _is_press(state)}
        rest = [state for state in both.widgets if not (state.id in known and _is_press(state))]
        return WidgetStates(widgets=[*waiting, *sorted(rest, key=lambda state: state.id in sent_now)])

    return merged


def _after_callbacks(control: Callable[[ScriptRunner], None]) -> Callable[[ScriptRunner], None]:
    def control_between_callbacks(runner: ScriptRunner) -> None:
        in_callback = runner._is_in_script_thread() and ThreadState.get().run_location is RunLocation.CALLBACK
        if not in_callback:
            control(runner)

    return control_between_callbacks
