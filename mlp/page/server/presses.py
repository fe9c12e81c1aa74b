"""Presses of buttons count one after the other, in the order in which they were made, and each as a whole.

With ``runner.fastReruns`` a press ends the script that has yet to see to the one before: the configuration turns it
off. Streamlit 1.67 then takes presses together that come before a script can see to them, and calls back for the newest
one first. While a further press waits, it lets go of a press that it has taken and not yet called back for, and breaks
off a callback where that looks at the session's state, both for good.
"""

from collections.abc import Callable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState
from streamlit.runtime.state import SafeSessionState


def install() -> None:
    """See to the presses of all sessions in this way from now on."""
    script_requests._coalesce_widget_states = _oldest_first(  # type: ignore[assignment]
        script_requests._coalesce_widget_states
    )
    ScriptRunner._maybe_handle_execution_control_request = _after_callbacks(  # type: ignore[method-assign, assignment]
        ScriptRunner._maybe_handle_execution_control_request
    )
    SafeSessionState.on_script_will_rerun = _call_back  # type: ignore[method-assign, assignment]


def _call_back(held: SafeSessionState, *states: Any, **more_states: Any) -> None:
    with held._lock:
        held._state.on_script_will_rerun(*states, **more_states)


def _oldest_first(
    merge: Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None],
) -> Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None]:
    def merged(old: WidgetStates | None, new: WidgetStates | None) -> WidgetStates | None:
        both = merge(old, new)
        if not (old and new and both):
            return both
        told_now = {state.id for state in new.widgets}
        return WidgetStates(widgets=sorted(both.widgets, key=lambda state: state.id in told_now))

    return merged


def _after_callbacks(give_way: Callable[[ScriptRunner], None]) -> Callable[[ScriptRunner], None]:
    def give_way_between_callbacks(runner: ScriptRunner) -> None:
        in_callback = runner._is_in_script_thread() and ThreadState.get().run_location is RunLocation.CALLBACK
        if not in_callback:
            give_way(runner)

    return give_way_between_callbacks
