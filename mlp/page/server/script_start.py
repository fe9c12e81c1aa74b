"""Begin each script at the top of the page, and few at a time.

A fragment draws in a place of its own, and Streamlit 1.67 leaves the thread there when the fragment has ended. A press
that came in that moment is handled by the same thread, as ``runner.fastReruns`` is off: the whole page was drawn inside
of the fragment, where a browser cannot have it. The old page stood still, or all of it was gone.

Python carries out one thread at a time: beside ten scripts at work, an eleventh takes ten times as long. Nobody waits
for a picture that a timer asks for, or notices a tenth of a second more while a page opens, so these take turns. What a
visitor does, a stroke, a press or a choice, is drawn at once; also where a timer's request came after it, and Streamlit
takes both together for the timer's. What can wait and is under way stands still meanwhile, from its next element on.

A page that opens comes in two parts: a browser that has all of it to draw has no time for the canvas, whose code comes
last.
"""

import threading
import time
from collections.abc import Callable
from weakref import WeakSet

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
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

_at_once: dict[ScriptRunner, float] = {}
"""When each script that draws what a visitor did began."""

_thread = threading.local()
"""Its ``opens`` is the runner whose page opens in this thread, until the canvas was let go first; ``can_wait`` says
whether the script of this thread took a place."""

_by_visitor: WeakSet[ScriptRequests] = WeakSet()
"""Requests with something that a visitor did, and that no script has begun to draw."""


def install() -> None:
    """Begin the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(_by_turns(ScriptRunner._run_script))  # type: ignore[method-assign, assignment]
    ScriptRunner._enqueue_forward_msg = _standing_back(ScriptRunner._enqueue_forward_msg)  # type: ignore[method-assign, assignment]
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
        _thread.can_wait = not by_visitor and (_opens(request) or request.is_auto_rerun)
        _thread.opens = runner if _thread.can_wait and _opens(request) else None
        if _thread.can_wait:
            _take_place(runner)
        else:
            with _one_ended:
                _at_once[runner] = time.monotonic()
        try:
            run(runner, request)
        finally:
            with _one_ended:
                del (_begun if _thread.can_wait else _at_once)[runner]
                _one_ended.notify_all()
            _thread.can_wait, _thread.opens = False, None

    return run_script


def _standing_back(send: Callable[[ScriptRunner, ForwardMsg], None]) -> Callable[[ScriptRunner, ForwardMsg], None]:
    def enqueue(runner: ScriptRunner, message: ForwardMsg) -> None:
        if getattr(_thread, "can_wait", False) and _at_once:
            _stand_back(runner)
        send(runner, message)

    return enqueue


def _stand_back(runner: ScriptRunner) -> None:
    """Wait for what visitors did: not behind long work, and not where the page's own visitor asks for more."""
    with _one_ended:
        while runner._requests._state is ScriptRequestType.CONTINUE:
            left_s = max((began + LONG_S - time.monotonic() for began in _at_once.values()), default=0.0)
            if left_s <= 0:
                return
            _one_ended.wait(min(left_s, LOOK_S))


def canvas_first() -> None:
    """Let a browser draw what there is of a page that opens, the canvas with it; others have the turn meanwhile.

    Nothing happens where the page does not open, or is drawn without a browser, or where a crowd opens pages: there the
    second part would have to wait for a place once more.
    """
    runner = getattr(_thread, "opens", None)
    _thread.opens = None
    with _one_ended:
        if runner is None or _waiting:
            return
        del _begun[runner]
        _one_ended.notify_all()
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
