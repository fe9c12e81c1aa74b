"""Deliver the events of a script that has ended, although the next script has already begun.

A script runs in a thread, and its session handles what it has drawn a little later, in the server's event loop. When a
poll begins a new script in between, Streamlit 1.67 drops the events of the old one that are not handled yet. The answer
to a stroke, or the picture of what the network saw, then never comes.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent

_ended: WeakKeyDictionary[AppSession, WeakSet[ScriptRunner]] = WeakKeyDictionary()
"""Scripts that came to their end before another took their place; one that was broken off has nothing to say."""


def install() -> None:
    """Deliver all events of scripts in all sessions from now on."""
    AppSession._create_scriptrunner = _noting_the_ended(AppSession._create_scriptrunner)  # type: ignore[method-assign]
    AppSession._handle_scriptrunner_event_on_event_loop = _heard_out(  # type: ignore[method-assign]
        AppSession._handle_scriptrunner_event_on_event_loop
    )


def _noting_the_ended(create: Callable[..., None]) -> Callable[..., None]:
    def create_scriptrunner(session: AppSession, *arguments: Any) -> None:
        if session._scriptrunner is not None:  # Streamlit has set one that it breaks off to None before
            _ended.setdefault(session, WeakSet()).add(session._scriptrunner)
        create(session, *arguments)

    return create_scriptrunner


def _heard_out(handle: Callable[..., None]) -> Callable[..., None]:
    def handle_event(session: AppSession, sender: Any, event: ScriptRunnerEvent, *rest: Any) -> None:
        current = session._scriptrunner
        if sender is current or event is ScriptRunnerEvent.SHUTDOWN or sender not in _ended.get(session, ()):
            handle(session, sender, event, *rest)
            return
        session._scriptrunner = sender  # all that it said came before anything that the current one can say
        try:
            handle(session, sender, event, *rest)
        finally:
            session._scriptrunner = current

    return handle_event
