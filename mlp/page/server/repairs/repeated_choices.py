"""Count a choice when it is made, not when a browser repeats it with another message.

With every message a browser sends the state of all controls. After the page has set a control, for another drawing or
other settings, a message on its way still has the old choice. Streamlit 1.67 takes it for a new one: the drawing after
a correction was kept under the same label, and the previous recipe replaced a lesson's experiment, or a slider's second
move.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.runtime.state.session_state import SessionState, WStates

from mlp.images.handwriting.styles import style_names
from mlp.page import state

CHOICES = {
    state.correction.key,
    state.live_rate.key,
    state.lesson_choice.key,
    state.lab_choice.key,
    state.lab_moment.key,
    state.shown_runs.key,
    *(state.style_switch(name).key for name in style_names()),
}
"""Controls that the page sets whenever it draws them, so that only choices count of a browser's states."""

_lock = threading.Lock()  # scripts and the server's loop run in different threads
_unseen: dict[str, dict[str, WidgetState]] = {}
"""By session, the choices that no script has seen yet, by the control's id."""
_said: WeakKeyDictionary[AppSession, dict[str, int]] = WeakKeyDictionary()
"""By session, hashes of the browser's last message, by the control's id."""


def install() -> None:
    """Handle the choices of all sessions in this way from now on."""
    AppSession.request_rerun = _made_here(AppSession.request_rerun)  # type: ignore[method-assign]
    SessionState.on_script_will_rerun = _seen(SessionState.on_script_will_rerun)  # type: ignore[method-assign]


def _made_here(request: Callable[[AppSession, ClientState | None], None]) -> Callable[..., None]:
    """Keep a choice from the message that it caused, until a script has seen it."""

    def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
        if client_state is not None:
            told = client_state.widget_states.widgets
            used = _used(session, client_state)
            with _lock:
                unseen = _unseen.pop(session.id, {})
                for place in reversed(range(len(told))):
                    if user_key_from_element_id(told[place].id) in CHOICES:
                        if told[place].id in used:
                            unseen[told[place].id] = WidgetState.FromString(told[place].SerializeToString())
                        del told[place]
                told.extend(unseen.values())
                if unseen:
                    _unseen[session.id] = unseen
        request(session, client_state)

    return request_rerun


def _used(session: AppSession, client_state: ClientState) -> set[str]:
    """Return the ids of the controls of which one was used, as far as a message shows.

    The fragment of the control sends it, or none if the control has none, but no timer. Its state is then new to the
    server, unless the page had reset it and it was chosen again, in which case nothing else is new.
    """
    told = {each.id: each for each in client_state.widget_states.widgets}
    before = _said.get(session, {})
    said = {name: hash(each.SerializeToString()) for name, each in told.items() if not _is_press(each)}
    _said[session] = said
    known = session._session_state._new_widget_state.widget_metadata
    fragment = client_state.fragment_id
    if client_state.is_auto_rerun or (fragment and not session.has_fragment(fragment)):
        return set()
    here = {name for name in told if name in known and (known[name].fragment_id or "") == fragment}
    changed = {name for name in here if name not in said or said[name] != before.get(name)}
    return {name for name in changed if not _is_at(session, told[name])} or here


def _is_press(told: WidgetState) -> bool:
    """Whether a state stands for one press, which is the same each time."""
    return (told.WhichOneof("value") or "").endswith("trigger_value")


def _is_at(session: AppSession, told: WidgetState) -> bool:
    """Whether the server has a control in the state that a browser sends."""
    ours = session._session_state
    one = WStates(widget_metadata={told.id: ours._new_widget_state.widget_metadata[told.id]})
    one.set_widget_from_proto(told)
    with suppress(Exception):  # an unreadable state is nowhere
        return bool(one[told.id] == ours[told.id])
    return False


def _seen(begin: Callable[..., None]) -> Callable[..., None]:
    """Forget the choices that a script has handled; one that is aborted before its callbacks has handled none."""

    def on_script_will_rerun(
        session_state: SessionState, states: WidgetStates | None, *rest: Any, **named: Any
    ) -> None:
        begin(session_state, states, *rest, **named)
        context = get_script_run_ctx()
        if context is None or states is None:
            return
        with _lock:
            unseen = _unseen.pop(context.session_id, {})
            for each in states.widgets:
                if unseen.get(each.id) == each:
                    del unseen[each.id]
            if unseen:
                _unseen[context.session_id] = unseen

    return on_script_will_rerun
