"""Begin each script at the top of the page, and few at a time.

A fragment draws in a place of its own, and Streamlit 1.67 leaves the thread there when the fragment has ended. A press
that came in that moment is handled by the same thread, as ``runner.fastReruns`` is off: the whole page was drawn inside
of the fragment, where a browser cannot have it. The old page stood still, or all of it was gone.

Python carries out one thread at a time: beside ten scripts at work, an eleventh takes ten times as long. Nobody waits
for a picture that a timer asks for, or notices a tenth of a second more while a page opens, so these take turns. What a
visitor does, a stroke, a press or a choice, is drawn at once; also where a timer's request came after it, and Streamlit
takes both together for the timer's.

A page that opens comes in two parts: a browser that has all of it to draw has no time for the canvas, whose code comes
last.
"""

import threading
import time
from collections.abc import Callable
from weakref import WeakSet

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

AT_ONCE = 1
LONG_S = 0.25  # a script that takes longer is in the middle of long work, which nobody is to wait for
PATIENCE_S = 2.0  # then it begins all the same
CANVAS_S = 0.4  # in which a browser draws the canvas, if it has little else to draw
LOOK_S = 0.05  # between two looks at whether the page's own visitor asks for more

_begun: dict[ScriptRunner, float] = {}
"""When each script that took a place began."""
_one_ended = threading.Condition()
_waiting: set[ScriptRunner] = set()
"""Scripts that wait for a place."""

_opening = threading.local()
"""Its ``runner`` is the one whose page opens in this thread, until the canvas was let go first."""

_by_visitor: WeakSet[ScriptRequests] = WeakSet()
"""Requests with something that a visitor did, and that no script has begun to draw."""


def install() -> None:
    """Begin the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(_by_turns(ScriptRunner._run_script))  # type: ignore[method-assign, assignment]
    ScriptRequests._request_rerun_locked = _noted(ScriptRequests._request_rerun_locked)  # type: ignore[method-assign, assignment]


def _noted(request: Callable[[ScriptRequests, RerunData], bool]) -> Callable[[ScriptRequests, RerunData], bool]:
    def request_rerun(requests: ScriptRequests, data: RerunData) -> bool:
        if not (_opens(data) or data.is_auto_rerun):
            _by_visitor.add(requests)
        return request(requests, data)

    return request_rerun


def _opens(request: RerunData) -> bool:
    return request.widget_states is None or not request.widget_states.widgets


def _from_the_top(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    return run_script


def _by_turns(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        by_visitor = runner._requests in _by_visitor
        _by_visitor.discard(runner._requests)
        if by_visitor or not (_opens(request) or request.is_auto_rerun):
            run(runner, request)
            return
        _take_place(runner)
        _opening.runner = runner if _opens(request) else None
        try:
            run(runner, request)
        finally:
            _opening.runner = None
            with _one_ended:
                del _begun[runner]
                _one_ended.notify()

    return run_script


def canvas_first() -> None:
    """Let a browser draw what there is of a page that opens, the canvas with it; others have the turn meanwhile.

    Nothing happens where the page does not open, or is drawn without a browser, or where a crowd opens pages: there the
    second part would have to wait for a place once more.
    """
    runner = getattr(_opening, "runner", None)
    _opening.runner = None
    with _one_ended:
        if runner is None or _waiting:
            return
        del _begun[runner]
        _one_ended.notify()
    until = time.monotonic() + CANVAS_S
    while (left_s := until - time.monotonic()) > 0 and runner._requests._state is ScriptRequestType.CONTINUE:
        time.sleep(min(LOOK_S, left_s))
    _take_place(runner)


def _take_place(runner: ScriptRunner) -> None:
    """Wait for a place: not for ever, and not while the visitor asks for more."""
    until = time.monotonic() + PATIENCE_S
    with _one_ended:
        _waiting.add(runner)
        while (
            sum(time.monotonic() - began < LONG_S for began in _begun.values()) >= AT_ONCE
            and time.monotonic() < until
            and runner._requests._state is ScriptRequestType.CONTINUE
        ):
            _one_ended.wait(LOOK_S)
        _waiting.discard(runner)
        _begun[runner] = time.monotonic()
