"""Count a choice when it is made, not when a browser repeats it with another message.

With every message a browser sends the state of all controls. When the page has reset a control, because it shows
another drawing, a message that was under way still has the choice for the drawing before. Streamlit 1.67 takes it for a
new choice: the drawing after a correction was kept under the same label.
"""

import threading
from collections.abc import Callable
from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.runtime.state.session_state import SessionState

from mlp.page import state

CHOICES = (state.correction.key,)

_lock = threading.Lock()  # scripts and the server's loop have threads of their own
_unseen: dict[str, dict[str, WidgetState]] = {}
"""By session, the choices that no script has seen yet, by the control's id."""


def install() -> None:
    """Handle the choices of all sessions in this way from now on."""
    AppSession.request_rerun = _made_here(AppSession.request_rerun)  # type: ignore[method-assign]
    SessionState.on_script_will_rerun = _seen(SessionState.on_script_will_rerun)  # type: ignore[method-assign]


def _made_here(request: Callable[[AppSession, ClientState | None], None]) -> Callable[..., None]:
    """Take a choice from a message of the control's own fragment alone, and pass it on until a script has seen it."""

    def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
        if client_state is not None:
            told = client_state.widget_states.widgets
            with _lock:
                unseen = _unseen.pop(session.id, {})
                for place in reversed(range(len(told))):
                    if user_key_from_element_id(told[place].id) in CHOICES:
                        if _is_made(session, client_state, told[place].id):
                            unseen[told[place].id] = WidgetState.FromString(told[place].SerializeToString())
                        del told[place]
                told.extend(unseen.values())
                if unseen:
                    _unseen[session.id] = unseen
        request(session, client_state)

    return request_rerun


def _is_made(session: AppSession, client_state: ClientState, identifier: str) -> bool:
    """Whether this message was sent because the control was used: by its fragment, and by no timer."""
    metadata = session._session_state._new_widget_state.widget_metadata.get(identifier)
    fragment = None if metadata is None else metadata.fragment_id
    return (
        fragment is not None
        and fragment == client_state.fragment_id
        and session.has_fragment(fragment)
        and not client_state.is_auto_rerun
    )


def _seen(begin: Callable[..., None]) -> Callable[..., None]:
    """Forget the choices that a script has handled; one that is broken off before its callbacks has handled none."""

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
