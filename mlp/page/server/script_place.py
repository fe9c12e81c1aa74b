"""Begin each script at the top of the page.

A fragment draws in a place of its own, and Streamlit 1.67 leaves the thread there when the fragment has ended. A press
that came in that moment is handled by the same thread, as ``runner.fastReruns`` is off: the whole page was drawn inside
of the fragment, where a browser cannot have it. The old page stood still, or all of it was gone.
"""

from collections.abc import Callable

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner


def install() -> None:
    """Begin the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(ScriptRunner._run_script)  # type: ignore[method-assign, assignment]


def _from_the_top(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    return run_script
