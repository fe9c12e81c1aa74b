"""Put a visitor's work away under its code, for somebody new at the same computer, come back to it, or remove it."""

import streamlit as st

from mlp.page.style.fragments import fragment
from mlp.page.visitors.refusals import refuse, show_refusal
from mlp.page.visitors.registry import id_from_text
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

NO_CODE = "A code has four groups of four letters and digits, such as k7dw-m3xq-9tfa-2b8h."
UNKNOWN_CODE = "Nothing is kept under this code. Check each letter. The work may also be over its time."
UNREADABLE = "The server’s disk cannot be read now. Try again in a minute."


def newcomer_section(visitor: Visitor) -> None:
    """Draw the code of what is here, and the ways to leave and to come back; follows strokes as "newcomer"."""
    with st.container(key="newcomer"), st.expander("Somebody new is here"):
        fragment(_ways, key="newcomer")(visitor)


def _ways(visitor: Visitor) -> None:
    if visitor.has_work():
        st.markdown("All that you made here has a code. Write it down: it brings your work back, on any computer.")
        st.code(visitor.id, language=None)
        if st.button("Put my work away", key="put_work_away", icon=":material/inventory_2:", width="stretch"):
            visitors().leave(visitor)
            st.rerun()
        st.caption("The page then starts afresh for the next person.")
        sure = st.checkbox("I want to remove all of it", key="remove_sure")
        if st.button("Remove everything of mine", key="remove_all", icon=":material/delete:", disabled=not sure):
            _remove(visitor)
    else:
        st.markdown("Nothing was made here yet, so there is nothing to put away.")
    typed = st.text_input("Your code", key="code", placeholder="four groups of four", max_chars=60)
    if st.button("Come back", key="come_back", icon=":material/login:"):
        _come_back(visitor, typed)
    show_refusal("newcomer")


def _remove(visitor: Visitor) -> None:
    try:
        visitors().remove(visitor)
    except OSError:
        refuse("newcomer", "The server cannot change its disk now, so nothing was removed. Try again in a minute.")
    else:
        st.rerun()


def _come_back(visitor: Visitor, typed: str) -> None:
    code = id_from_text(typed)
    try:
        refused = NO_CODE if code is None else None if visitors().knows(code) else UNKNOWN_CODE
    except OSError:
        refused = UNREADABLE
    if code is None or refused is not None:
        refuse("newcomer", refused or NO_CODE)
    elif code != visitor.id:
        visitors().leave(visitor, code)
        st.rerun()
