"""The page of somebody who tries a network that was sent: the network of the link, its row, and what is next."""

from functools import partial

import streamlit as st

from mlp.page import state
from mlp.page.draw.networks import PRETRAINED_NAMES, choose_reader_of
from mlp.page.draw.on_canvas import CANVAS, wipe
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.tabs import this_tab
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.html import announced
from mlp.page.style.link import forget_linked, linked
from mlp.page.style.reveal import reveal
from mlp.page.style.theme import plain
from mlp.page.tabs.next_step import NextStep, Thread
from mlp.page.tabs.sent.copies import COPIES, LINKED, Copy
from mlp.page.train.card import train
from mlp.page.visitors.runs import FIRST_WORK
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

TRIED = "tried"
"""Name of the count among the values that are kept of a visitor: the network's code, drawings read right, and all."""
ENDED = (
    "The network of this link is gone: whoever sent it has withdrawn it, or nobody has opened it for 30 days. Ask for "
    "a new link."
)
NO_ROOM = "Inkling is full at the moment, so the network of this link doesn’t fit. Open the link again later."
NOT_NOW = "The server can’t read the network of this link now. Open the link again in a minute."

_problem = SessionVar[str]("sent_problem", "")
"""Why this tab does not show the network of the link that opened it; empty if it does."""
_named = ControlVar[int | None]("sent_named", None)
"""What the drawing was; a control."""


def visit_network(visitor: Visitor) -> Copy | None:
    """Read with the network of the link, chosen when it opens, and return it; call it before all that shows it."""
    code, problem = linked(LINKED), ENDED
    if code is None or code in PRETRAINED_NAMES:
        return None
    try:
        copy = COPIES.visit(code, this_tab())
    except OSError:
        copy, problem = None, NOT_NOW
    if copy is not None and state.sent.get() is None:
        state.network.set("sent")
        state.collecting.set(False)  # the canvas is for this network first
        if not visitors().free_memory(0):
            copy.listeners.discard(this_tab())
            copy, problem = None, NO_ROOM
    if problem == ENDED and copy is None:
        forget_linked(LINKED)
    _problem.set(problem if copy is None else "")
    state.sent.set(copy)
    return copy


def sent_state(copy: Copy | None) -> str:
    """Return what decides whether the page shows a network of a link, as text, in any thread."""
    return "" if copy is None or copy.reader is None else copy.code


def warn_of_network() -> None:
    """Draw why the page does not show the link's network, in a container that is always there: the canvas stays."""
    with st.container(key="sent_problem"):
        if problem := _problem.get():
            st.warning(problem)


def sent_row(visitor: Visitor) -> Row | None:
    """Take the drawing for the count, while the network of the link reads and no signs are collected."""
    copy = state.sent.get()
    if not isinstance(copy, Copy) or state.network.get() != "sent" or state.collecting.get():
        return None
    return Row(partial(_judge, visitor, copy), [STROKE])


def _judge(visitor: Visitor, copy: Copy) -> None:
    """Draw the buttons that say whether the answer is right, and the count."""
    names = () if copy.reader is None else copy.reader.names
    if this_tab().desk.drawing is not None and names:
        st.button("Right", key="sent_right", on_click=_count, args=(visitor, copy))
        with st.popover("It was a …", key="sent_was"), _named.placed():
            st.pills(
                "It was a",
                range(len(names)),
                key=_named.key,
                format_func=lambda label: plain(names[label]),
                label_visibility="collapsed",
                on_change=_named.on_change(_count_named),
                args=(visitor, copy),
            )
    right, n = _counted(visitor, copy)
    st.html(announced("sent_count", f"It read <b>{right}</b> of your <b>{n}</b>." if n else ""), width="content")


def _counted(visitor: Visitor, copy: Copy) -> tuple[int, int]:
    """Return how many of the friend's drawings a network has read right, and how many there were."""
    code, right, n = visitor.kept.get(TRIED, ("", 0, 0))
    return (right, n) if code == copy.code else (0, 0)


def _count_named(visitor: Visitor, copy: Copy) -> None:
    named = _named.get()
    _named.set(None)
    _count(visitor, copy, named)


def _count(visitor: Visitor, copy: Copy, named: int | None = None) -> None:
    """Count the drawing as read right, or as what was named, and clear the canvas for the next one."""
    desk = this_tab().desk
    read = None if desk.answer is None else desk.answer.current.reading
    if desk.drawing is None or read is None:
        return
    with visitor.lock:
        right, n = _counted(visitor, copy)
        visitor.kept[TRIED] = (copy.code, right + (named in (None, read.digit)), n + 1)
    wipe(visitor, CANVAS, FIRST_WORK)  # the row follows once the canvas is empty


def sent_thread(visitor: Visitor) -> Thread | None:
    """Return what is next while the network of the link reads: one's own."""
    return Thread([NextStep("Make your own", lambda _: True, _make_own)]) if sent_row(visitor) is not None else None


def _make_own(visitor: Visitor) -> None:
    """Begin signs of one's own after signs, and a run after digits."""
    copy = state.sent.get()
    if copy is None or copy.reader is None or copy.reader.reads_digits:
        train(visitor)
        reveal("train_card")
    else:
        state.collecting.set(True)
        choose_reader_of(visitor, visitor.signs.now.names)
        reveal("correction_row")
