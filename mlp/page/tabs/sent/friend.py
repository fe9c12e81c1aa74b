"""The page of somebody who tries a network that was sent: the network of the link, its row, and what is next."""

from functools import partial

import streamlit as st

from mlp.page import state
from mlp.page.draw.networks import PRETRAINED_NAMES
from mlp.page.draw.on_canvas import CANVAS, wipe
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.tabs import this_tab
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.link import forget_linked, linked
from mlp.page.style.theme import plain
from mlp.page.tabs.next_step import NextStep, Thread, invent_signs, train_own
from mlp.page.tabs.sent.copies import COPIES, LINKED, Copy
from mlp.page.visitors.runs import FIRST_WORK
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor

TRIED = "tried"
"""Name of the count among the values that are kept of a visitor: the network's code, drawings read right, and all."""
ENDED = (
    "The network of this link is gone: whoever sent it has withdrawn it, or nobody has opened it for 30 days. Ask for "
    "a new link."
)
NOT_NOW = "The server can’t show the network of this link now. Open the link again in a minute."

_problem = SessionVar[str]("sent_problem", "")
"""Why this tab does not show the network of the link that opened it; empty if it does."""


def visit_network() -> Copy | None:
    """Read with the network of the link, chosen when it opens, and return it; call it before all that shows it."""
    code = linked(LINKED)
    if code is None or code in PRETRAINED_NAMES:
        return None
    copy = None
    try:
        copy = COPIES.visit(code, this_tab())
        problem = ENDED if copy is None else ""
    except OSError:
        problem = NOT_NOW
    if copy is not None and state.sent.get() is None:
        if not visitors().free_memory(0):
            copy.listeners.discard(this_tab())
            copy, problem = None, NOT_NOW
        state.network.set("sent")
        state.collecting.set(False)  # the canvas is for this network first
    if problem == ENDED:
        forget_linked(LINKED)
    _problem.set(problem)
    state.sent.set(None if copy is None else copy.reader)
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
    reader = state.sent.get()
    if reader is None or state.network.get() != "sent" or state.collecting.get():
        return None
    return Row(partial(_judge, visitor, reader.names), [STROKE])


def _judge(visitor: Visitor, names: tuple[str, ...]) -> None:
    """Draw the buttons that say whether the answer is right, and the count."""
    if this_tab().desk.drawing is not None:
        st.button("Right", key="sent_right", on_click=_count, args=(visitor,))
        with st.popover("It was a …", key="sent_was"), st.container(horizontal=True, gap="xsmall"):
            for label, name in enumerate(names):
                st.button(plain(name), key=f"sent_was_{label}", on_click=_count, args=(visitor, label))
    right, n = _counted(visitor)
    st.html(announced("sent_count", f"It read <b>{right}</b> of your <b>{n}</b>." if n else ""), width="content")


def _counted(visitor: Visitor) -> tuple[int, int]:
    """Return how many of the friend's drawings the network of the link has read right, and how many there were."""
    code, right, n = visitor.kept.get(TRIED, ("", 0, 0))
    return (right, n) if code == linked(LINKED) else (0, 0)


def _count(visitor: Visitor, named: int | None = None) -> None:
    """Count the drawing as read right, or as what was named, and clear the canvas for the next one.

    A drawing that the network does not know is not read, whatever it would have answered.
    """
    desk = this_tab().desk
    answer = None if desk.answer is None else desk.answer.current
    if desk.drawing is None or answer is None or answer.reading is None:
        return
    is_right = answer.is_seen and named in (None, answer.reading.digit)
    with visitor.lock:
        right, n = _counted(visitor)
        visitor.kept[TRIED] = (linked(LINKED), right + is_right, n + 1)
    wipe(visitor, CANVAS, FIRST_WORK)  # the row follows once the canvas is empty


def sent_thread(visitor: Visitor) -> Thread | None:
    """Return what is next while the network of the link reads: own signs after signs, and a run after digits."""
    reader = state.sent.get()
    if reader is None or sent_row(visitor) is None:
        return None
    return Thread([NextStep("Make your own", lambda _: True, train_own if reader.reads_digits else invent_signs)])
