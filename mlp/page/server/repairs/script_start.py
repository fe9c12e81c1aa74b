"""Start each script at the top of the page, and few at a time.

A fragment draws into its own container, and Streamlit 1.67 leaves the thread there when the fragment has ended. The
same thread handles a press at that moment, as ``runner.fastReruns`` is off: the whole page was drawn inside the
fragment, where a browser cannot show it. The old page stayed, or all of it disappeared.

Python runs one thread at a time: beside ten busy scripts, an eleventh takes ten times as long. Nobody waits for a
chart that a timer redraws, or notices a tenth of a second more while a page opens, so these scripts take turns.
Strokes, presses and choices are drawn at once, even if a timer's request came after one and Streamlit merged both into
the timer's. Scripts that can wait pause meanwhile, from their next element on.

A page opens in two parts: a browser that has to draw everything at once has no time for the canvas, whose code comes
last.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakSet

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

AT_ONCE = 1
LONG_S = 0.25  # a script that takes longer does long work, which nobody should wait for
PATIENCE_S = 2.0  # then it starts or continues anyway
CANVAS_S = 0.4  # time for a browser to draw the canvas, if it has little else to draw
LOOK_S = 0.05  # between checks for another request of the page's own visitor


@dataclass(eq=False)
class _Script:
    """A script that is being drawn, or waits."""

    runner: ScriptRunner
    can_wait: bool
    opens: bool  # a page whose canvas was not sent first yet
    began: float = field(default_factory=time.monotonic)
    patience_s: float = field(default_factory=lambda: PATIENCE_S)  # time for which it may still yield to others

    @property
    def wanted(self) -> bool:
        """Whether its page's visitor has made no newer request."""
        return self.runner._requests._state is ScriptRequestType.CONTINUE

    @property
    def left_s(self) -> float:
        """Seconds for which it still yields at most."""
        return self.began + LONG_S - time.monotonic()


_placed: set[_Script] = set()
"""Scripts that can wait and took a place."""
_at_once: set[_Script] = set()
"""Scripts that draw a visitor's action."""
_waiting: set[_Script] = set()
"""Scripts that wait for a place."""
_one_ended = threading.Condition()

_thread = threading.local()
"""Its ``script`` is the one that this thread draws."""

_by_visitor: WeakSet[ScriptRequests] = WeakSet()
"""Requests with a visitor's action that no script has started to draw."""


def install() -> None:
    """Start the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(_by_turns(ScriptRunner._run_script))  # type: ignore[method-assign, assignment]
    ScriptRunner._enqueue_forward_msg = _yielding(ScriptRunner._enqueue_forward_msg)  # type: ignore[method-assign, assignment]
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
        can_wait = not by_visitor and (_opens(request) or request.is_auto_rerun)
        script = _Script(runner, can_wait, can_wait and _opens(request))
        if can_wait:
            _take_place(script)
        else:
            with _one_ended:
                _at_once.add(script)
        _thread.script = script
        try:
            run(runner, request)
        finally:
            _thread.script = None
            _leave(script)

    return run_script


def _yielding(send: Callable[[ScriptRunner, ForwardMsg], None]) -> Callable[[ScriptRunner, ForwardMsg], None]:
    def enqueue(runner: ScriptRunner, message: ForwardMsg) -> None:
        script = getattr(_thread, "script", None)
        if script is not None and script.can_wait and _at_once:
            _yield_to_visitors(script)
        send(runner, message)

    return enqueue


def canvas_first() -> None:
    """Let a browser draw an opening page's canvas, while other scripts take turns.

    Nothing happens if the page is not opening, is drawn without a browser, or a crowd opens pages: then the second part
    would have to wait for a place again.
    """
    script = getattr(_thread, "script", None)
    if script is None or not script.opens:
        return
    script.opens = False
    if _waiting:
        return
    _leave(script)
    until = time.monotonic() + CANVAS_S
    while (left_s := until - time.monotonic()) > 0 and script.wanted:
        time.sleep(min(LOOK_S, left_s))
    _take_place(script)


def _take_place(script: _Script) -> None:
    """Wait for a place, for a limited time, and only while the visitor makes no newer request."""
    until = time.monotonic() + PATIENCE_S
    with _one_ended:
        _waiting.add(script)
        while sum(one.left_s > 0 for one in _placed) >= AT_ONCE and time.monotonic() < until and script.wanted:
            _one_ended.wait(LOOK_S)
        _waiting.discard(script)
        script.began = time.monotonic()
        _placed.add(script)


def _leave(script: _Script) -> None:
    with _one_ended:
        (_placed if script.can_wait else _at_once).discard(script)
        _one_ended.notify_all()


def _yield_to_visitors(script: _Script) -> None:
    """Wait for scripts of visitors' actions, for a limited time; stop if the page's own visitor acts."""
    with _one_ended:
        while script.wanted and script.patience_s > 0:
            left_s = max((one.left_s for one in _at_once), default=0.0)
            if left_s <= 0:
                return
            began = time.monotonic()
            _one_ended.wait(min(left_s, LOOK_S))
            script.patience_s -= time.monotonic() - began
