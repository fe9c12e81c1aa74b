"""What is kept, and how to share a computer: leave work under a code, come back to it, or remove it."""

from collections.abc import Callable

import streamlit as st

from mlp.jobs.limits import limits
from mlp.language import mark, tr
from mlp.page.script.link import hidable
from mlp.page.script.redraw import redrawn
from mlp.page.session_var import SessionVar
from mlp.page.visitors.codes import id_from_text
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import FIRST_WORK
from mlp.page.visitors.session import become, visitors
from mlp.page.visitors.visitor import Visitor

_refused = Refusal("newcomer")

_code = SessionVar("code", "")
"""The code that was typed; a control."""

NO_CODE = mark("A code has four groups of four letters and digits, such as k7dw-m3xq-9tfa-2b8h.")
UNKNOWN_CODE = mark("No work has this code: check each letter. Work is also deleted some time after the last visit.")
NOT_DELETED = mark("The server can’t change its disk now, so not all of it was deleted. Try again in a minute.")
UNREADABLE = mark("The server can’t read its disk now. Try again in a minute.")
TURN = mark("Someone else’s turn")

hidable("somebody-new", TURN, ".st-key-newcomer")


def privacy_note(*shown: str) -> None:
    """Draw the privacy note, with marked sentences on what is ``shown``; SECURITY.md makes the same promises."""
    if visitors().has_disk:
        kept = tr(
            "**Privacy.** Inkling keeps your runs, uploaded networks, codes of networks that friends sent, drawing, "
            "digits, signs, open photo, nickname and written answers on this server’s disk until {days} days after "
            "your last visit.",
            days=limits().kept_days,
        )
    else:
        kept = tr(
            "**Privacy.** Inkling keeps your runs, uploaded networks, codes of networks that friends sent, drawing, "
            "digits, signs, open photo, nickname and written answers in this server’s memory for up to six hours after "
            "your last visit."
        )
    found = tr(
        "A cookie with a random code finds your work again when you return. Anyone who uses this browser or knows the "
        "code can see it, and so can the people who run the server. Below, *Someone else’s turn* puts all of it away "
        "under its code, or deletes it."
    )
    language = tr("If you choose a language, another cookie keeps that, and nothing else.")
    st.caption(" ".join([kept, *map(tr, shown), found, language]))


def newcomer_section(visitor: Visitor, more_deleted: Callable[[Visitor], str] = lambda _: "") -> None:
    """Draw the visitor's code, and the buttons to leave and come back.

    ``more_deleted`` returns a sentence on what else is deleted with all work of a visitor, empty if there is nothing.
    """
    with st.container(key="newcomer"), st.expander(tr(TURN)):
        _draw(visitor, more_deleted)


@redrawn("newcomer", FIRST_WORK)
def _draw(visitor: Visitor, more_deleted: Callable[[Visitor], str]) -> None:
    # In its own container, so that the text field below keeps its text when the first stroke adds this part.
    with st.container():
        if visitor.has_work():
            write_down = tr("Write down this code: it brings your work back, on any computer.")
            st.markdown(f"{write_down}\n\n`{visitor.id}`")
            st.button(
                tr("Put my work away"),
                key="put_work_away",
                icon=":material/inventory_2:",
                width="stretch",
                on_click=_open_as,
                args=("",),
            )
            st.caption(tr("The next person then starts with an empty page."))
            if more := more_deleted(visitor):
                st.caption(more)
            sure = st.checkbox(tr("Yes, delete all my work"), key="remove_sure")
            st.button(
                tr("Delete all my work"),
                key="remove_all",
                icon=":material/delete:",
                disabled=not sure,
                on_click=_remove,
                args=(visitor,),
            )
        else:
            st.markdown(tr("There is no work here yet to put away."))
    st.text_input(tr("Your code"), key=_code.key, placeholder=tr("four groups of four"), max_chars=60)
    st.button(tr("Come back"), key="come_back", icon=":material/login:", on_click=_come_back, args=(visitor,))
    _refused.show()


def _open_as(visitor_id: str) -> None:
    become(visitor_id)
    st.rerun()


def _remove(visitor: Visitor) -> None:
    try:
        visitors().remove(visitor)
    except OSError:
        _refused.set(tr(NOT_DELETED))
    else:
        st.rerun()


def _come_back(visitor: Visitor) -> None:
    code = id_from_text(_code.get())
    try:
        refused = NO_CODE if code is None else None if visitors().knows(code) else UNKNOWN_CODE
    except OSError:
        refused = UNREADABLE
    if code is None or refused is not None:
        _refused.set(tr(refused or NO_CODE))
    elif code != visitor.id:
        _open_as(code)
