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
