"""Deliver the events of a script that has ended, even after the next script has started.

A script runs in a thread, and its session handles its output a little later, in the server's event loop. If a new
script starts in between, Streamlit 1.67 drops the pending events of the old one. The answer to a stroke, or the image
that the network saw, then never arrives.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent

_ended: WeakKeyDictionary[AppSession, WeakSet[ScriptRunner]] = WeakKeyDictionary()
"""Scripts that ended before another one replaced them; the events of aborted ones are not needed."""


def install() -> None:
    """Deliver all events of scripts in all sessions from now on."""
    AppSession._create_scriptrunner = _noting_the_ended(AppSession._create_scriptrunner)  # type: ignore[method-assign]
    AppSession._handle_scriptrunner_event_on_event_loop = _deliver_ended(  # type: ignore[method-assign]
        AppSession._handle_scriptrunner_event_on_event_loop
    )


def _noting_the_ended(create: Callable[..., None]) -> Callable[..., None]:
    def create_scriptrunner(session: AppSession, *arguments: Any) -> None:
        if session._scriptrunner is not None:  # Streamlit sets an aborted one to None first
            _ended.setdefault(session, WeakSet()).add(session._scriptrunner)
        create(session, *arguments)

    return create_scriptrunner


def _deliver_ended(handle: Callable[..., None]) -> Callable[..., None]:
    def handle_event(session: AppSession, sender: Any, event: ScriptRunnerEvent, *rest: Any) -> None:
        current = session._scriptrunner
        if sender is current or event is ScriptRunnerEvent.SHUTDOWN or sender not in _ended.get(session, ()):
            handle(session, sender, event, *rest)
            return
        session._scriptrunner = sender  # all its messages come before any of the current script
        try:
            handle(session, sender, event, *rest)
        finally:
            session._scriptrunner = current

    return handle_event
