"""Fragments, each in a container that the page keeps."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


def fragment(act: Callable[..., None], *, key: str) -> Callable[..., None]:
    """Return a fragment of a function, like ``st.fragment``, in a container that keeps its place on the page.

    On a slow connection, a fragment can run again before its last drawing was sent. Streamlit then drops that drawing
    with its container. Without a second container around it, all later elements would move up by one place.

    Parameters
    ----------
    act : callable
    key : str
        Its name for ``st.rerun``.
    """
    drawn = st.fragment(act, key=key)

    @wraps(act)
    def place(*args: Any) -> None:
        with st.container():
            drawn(*args)

    return place


def rerun_page() -> None:
    """Redraw the whole page after a press in a fragment, as other parts change too; for callbacks, as their last act.

    In a fragment it does not return.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun()


def rerun_fragments(fragments: Sequence[str]) -> None:
    """Rerun fragments, or the whole page where that would lose something; for callbacks of controls in a fragment.

    A callback runs before its script, and Streamlit 1.67 reruns these fragments instead of that script. If the script
    draws the whole page, it continues, because it draws these fragments too. If it draws several fragments, because
    messages were merged, some of them would be lost, so the whole page is drawn.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    asked_for = context.fragment_ids_this_run if context is not None else ["one"]
    if not asked_for:
        return
    if len(asked_for) > 1:
        st.rerun()
    try:
        st.rerun(fragments)
    except StreamlitAPIException:  # one of them was removed with its tab, which the browser did not know yet
        st.rerun()
