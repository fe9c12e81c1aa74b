"""Send all that a script has drawn, even if a request arrives as it ends.

Such a request gets a new script thread. Streamlit 1.67 then ignores the old thread's messages that the event loop has
not handled yet: on a busy server, a press counts, but the page does not show it. Here the new thread begins after the
old one's last message.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime.app_session import AppSession, AppSessionState

RETRY_S = 0.005


def install() -> None:
    """Send all messages in all sessions from now on."""
    AppSession._create_scriptrunner = _after_the_last(AppSession._create_scriptrunner)  # type: ignore[method-assign, assignment]


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
