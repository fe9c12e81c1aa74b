"""Fragments, each in a container that the page keeps."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


def fragment(act: Callable[..., None], *, key: str) -> Callable[..., None]:
    """Return a fragment of a function, like ``st.fragment``, whose loss moves nothing else on the page.

    On a slow connection, Streamlit drops what a fragment drew before it was sent, with its container, when the fragment
    runs again. Without a container around that, everything after it moves up by one, and later drawing lands on other
    elements.

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


def rerun_fragments(fragments: Sequence[str]) -> None:
    """Rerun fragments, for callbacks of controls in a fragment, or the whole page where that would lose something.

    Streamlit 1.67 reruns these fragments in place of the script that the callback runs before. Where that script is to
    draw the whole page it goes on, and draws these too. Where messages that came close together made it one for several
    fragments, the others would not be drawn: the whole page is.
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
    except StreamlitAPIException:  # one of them has gone with its tab, and the browser had not heard of that
        st.rerun()
