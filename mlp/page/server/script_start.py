"""Start the page's script at the top of the page."""

from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value


def start_at_the_top() -> None:
    """Leave the container of a fragment; call it first in the script that draws the whole page.

    A fragment draws into its own container, and Streamlit 1.67 does not leave that container when the fragment ends.
    With ``runner.fastReruns`` off, the same thread may then run the script for a press, and would draw the whole page
    inside the fragment, where a browser cannot show it: the old page stays, or all of it disappears.
    """
    context_dg_stack.set(get_default_dg_stack_value())
