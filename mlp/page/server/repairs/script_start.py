"""Start each script at the top of the page.

A fragment draws into its own container, and Streamlit 1.67 does not leave that container when the fragment ends. With
``runner.fastReruns`` off, the same thread may then run the script for a press, and would draw the whole page inside the
fragment, where a browser cannot show it: the old page stays, or all of it disappears.
"""

from collections.abc import Callable

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner


def install() -> None:
    """Start the scripts of all sessions at the top of the page."""
    ScriptRunner._run_script = _from_the_top(ScriptRunner._run_script)  # type: ignore[method-assign, assignment]


def _from_the_top(run: Callable[[ScriptRunner, RerunData], None]) -> Callable[[ScriptRunner, RerunData], None]:
    def run_script(runner: ScriptRunner, request: RerunData) -> None:
        context_dg_stack.set(get_default_dg_stack_value())
        run(runner, request)

    return run_script
