"""Repairs of Streamlit 1.67, which otherwise loses presses and messages.

Each repair names the place in Streamlit that would have to change. ``requirements.txt`` pins the minor version, and
``tests/page/server/test_serving.py`` fails if a replaced function has changed.

- *Presses.* With ``runner.fastReruns``, a press ends the running script even if that has not handled the press before,
  so the configuration turns it off. Then Streamlit merges presses that arrive before a script can handle them, counts
  several presses of one button once, and calls the callback of the newest press first
  (``script_requests.py``, line 156: one trigger per id), and those of components last (``session_state.py``, line 976):
  *Undo* would not know the last stroke. While another press waits, it drops a press whose callback has
  not run yet (``safe_session_state.py``, line 69: yields before callbacks), and aborts a callback that reads the
  session's state (``script_runner.py``, line 258: yields within callbacks); neither is repeated.
- *A script's last messages.* A request that arrives as a script ends gets a new script thread. Messages of the old
  thread that the event loop has not handled yet are ignored (``app_session.py``, line 1063): on a busy server, a press
  counts, but the page does not show it. Here the new thread begins after the old one's last message.
- *Queued messages.* When a script starts, unsent messages are dropped, as the script draws everything again
  (``forward_msg_queue.py``, line 131). Dropped too is the address for an upload, and the browser then waits forever.
  When a fragment is redrawn, its first drawing is removed, but not what other fragments have drawn within it. The
  browser is told to draw into a container that it does not have, and the page does not recover.
- *A slow line's messages.* Above 500 unsent messages, the session is given up, but the connection is kept
  (``starlette_websocket.py``, line 386): all later presses are dropped, and the browser is not told. Three scripts of
  the page can have more messages, and each press on a slow line adds a script's.
- *The top of the page.* A fragment draws into its own container, and does not leave it at its end (``fragment.py``,
  line 734: sets the container, resets nothing). The same thread may then draw the whole page inside the fragment, where
  a browser cannot show it: the old page stays, or all of it disappears.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState
from streamlit.runtime.state import SafeSessionState
from streamlit.web.server.starlette import starlette_websocket

Replaced = tuple[Any, str, Callable[[Any], Any]]
"""An attribute of Streamlit's: its owner, its name, and the function that returns its replacement."""

RETRY_S = 0.005
MAX_MESSAGES = 20_000  # about a hundred whole pages, 5 MB
ADDRESS = "file_urls_response"


def start_at_the_top() -> None:
    """Leave the container of a fragment; call it first in the script that draws the whole page."""
    context_dg_stack.set(get_default_dg_stack_value())


def _each_press(_: Any) -> Callable[..., None]:
    """Handle states without a break between a press and its callback, and presses of one button one by one."""

    def call_back(held: SafeSessionState, states: WidgetStates | None, **more_states: Any) -> None:
        with held._lock:
            for state in _rounds(states) if states else [states]:
                held._state.on_script_will_rerun(state, **more_states)

    return call_back


def _rounds(states: WidgetStates) -> list[WidgetStates]:
    """Return the states of controls, and then the presses, split where a button is pressed again, in order."""
    controls = WidgetStates(widgets=[state for state in states.widgets if not _is_press(state)])
    rounds, pressed = [controls], set[str]()
    for state in filter(_is_press, states.widgets):
        if len(rounds) == 1 or state.id in pressed:
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


def _after_the_last(create: Callable[[AppSession, Any], None]) -> Callable[[AppSession, Any], None]:
    @wraps(create)
    def create_in_turn(session: AppSession, request: Any) -> None:
        if session._scriptrunner is None:  # its last message has been handled
            create(session, request)
        elif not session._scriptrunner.request_rerun(request):
            session._event_loop.call_later(RETRY_S, again, session, request)

    def again(session: AppSession, request: Any) -> None:
        if session._state is not AppSessionState.SHUTDOWN_REQUESTED:
            create_in_turn(session, request)

    return create_in_turn


def _keeping(clear: Callable[..., None]) -> Callable[..., None]:
    @wraps(clear)
    def cleared(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run:
            queue._delta_index_map = {}  # new messages are appended, and replace no queued ones
            return
        addresses = [message for message in queue._queue if message.WhichOneof("type") == ADDRESS]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        if retain_lifecycle_msgs:  # otherwise all of them have been sent
            queue._queue += addresses

    return cleared


REPLACED: tuple[Replaced, ...] = (
    (SafeSessionState, "on_script_will_rerun", _each_press),
    (script_requests, "_coalesce_widget_states", _oldest_first),
    (ScriptRunner, "_maybe_handle_execution_control_request", _after_callbacks),
    (AppSession, "_create_scriptrunner", _after_the_last),
    (ForwardMsgQueue, "clear", _keeping),
    (starlette_websocket, "WEBSOCKET_MAX_SEND_QUEUE_SIZE", lambda _: MAX_MESSAGES),
)
