"""From one tab to another, by a click on something in the first.

The click comes in a fragment, the tabs are outside of it. Until the whole page has run, polls of other fragments may
tell again which tab is open in the browser, and overrule what was written under the tabs' own key.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import streamlit as st

_KEY = "leads_to"


def lead_to(tab: str) -> None:
    """Ask for another tab; for a callback in a fragment, whose body then calls `follow`."""
    st.session_state[_KEY] = tab


def follow() -> None:
    """Run the whole page if another tab was asked for; does not return then."""
    if _KEY in st.session_state:
        st.rerun()


@contextmanager
def arriving(tabs: Collection[str]) -> Iterator[None]:
    """Open the tab that was asked for, if it is there; the tabs are to be made within the block."""
    if st.session_state.get(_KEY) in tabs:
        st.session_state["tab"] = st.session_state[_KEY]
    yield
    st.session_state.pop(_KEY, None)  # only now: a run that was cut short has to be made up for
