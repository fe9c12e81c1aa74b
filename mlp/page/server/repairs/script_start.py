"""Start each script at the top of the page.

A fragment draws into its own container, and Streamlit 1.67 leaves the thread there when the fragment has ended. The
same thread handles a press at that moment, as ``runner.fastReruns`` is off: the whole page was drawn inside the
fragment, where a browser cannot show it. The old page stayed, or all of it disappeared.
"""

from collections.abc import Callable

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner


def install() -> None:
    """Start the scripts of all sessions in this way from now on."""
    ScriptRunner._run_script = _from_the_top(ScriptRunner._run_script)  # type: ignore[method-assign, assignment]


def _from_the_top(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    return run_script
