"""Draw fragments, each in a place of its own that the page keeps."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException


def fragment(act: Callable[..., None], *, key: str) -> Callable[..., None]:
    """Make a fragment of a function, as ``st.fragment`` does, whose loss would move nothing beside it.

    On a slow connection Streamlit drops what a fragment drew before it was sent, when the fragment runs again; its
    container too. Without a place around that, all that follows moves up by one, and later drawing lands on
    other elements.

    Parameters
    ----------
    act : callable
    key : str
        By which ``st.rerun`` finds it.
    """
    drawn = st.fragment(act, key=key)

    @wraps(act)
    def place(*args: Any) -> None:
        with st.container():
            drawn(*args)

    return place


def draw_anew(fragments: Sequence[str]) -> None:
    """Rerun fragments, for callbacks, unless the whole page is about to be drawn anew anyway.

    They would run in place of the page, which then could not ask the browser to poll: nothing would follow a training
    any more.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None and not context.fragment_ids_this_run:
        return
    try:
        st.rerun(fragments)
    except StreamlitAPIException:  # one of them has gone with its tab, and the browser had not heard of that
        st.rerun()
