"""Begin each script at the top of the page, and few at a time.

A fragment draws in a place of its own, and Streamlit 1.67 leaves the thread there when the fragment has ended. A press
that came in that moment is handled by the same thread, as ``runner.fastReruns`` is off: the whole page was drawn inside
of the fragment, where a browser cannot have it. The old page stood still, or all of it was gone.

Python carries out one thread at a time: beside ten scripts at work, an eleventh takes ten times as long. Nobody waits
for a picture that a timer asks for, or notices a tenth of a second more while a page opens, so these take turns. A
stroke, or a press within a fragment, is drawn at once.
"""

import threading
import time
from collections.abc import Callable

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

AT_ONCE = 2
PATIENCE_S = 0.25  # then it begins all the same, as another may be in the middle of long work
LOOK_S = 0.02  # between two looks at whether the page's own visitor asks for more

_places = threading.Semaphore(AT_ONCE)


def install() -> None:
    """Begin the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(_by_turns(ScriptRunner._run_script))  # type: ignore[method-assign, assignment]


def _from_the_top(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    return run_script


def _by_turns(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        can_wait = request.is_auto_rerun or not request.fragment_id_queue
        has_place = can_wait and _wait_for_place(runner)
        try:
            run(runner, request)
        finally:
            if has_place:
                _places.release()

    return run_script


def _wait_for_place(runner: ScriptRunner) -> bool:
    """Wait for a place, and tell whether there is one: not for long, and not while the visitor asks for more."""
    until = time.monotonic() + PATIENCE_S
    while not _places.acquire(timeout=LOOK_S):
        if time.monotonic() > until or runner._requests._state is not ScriptRequestType.CONTINUE:
            return False
    return True
