"""The page of somebody who tries a network that a friend sent: the network, its row, and what is next."""

from contextlib import suppress
from functools import partial

import streamlit as st

from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.on_canvas import CANVAS, wipe
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.link import forget_linked, linked, one_of
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.theme import plain
from mlp.page.tabs.next_step import NextStep, Thread, invent_signs, train_own
from mlp.page.tabs.sent.copies import COPIES, NAME, Copy
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.runs import FIRST_WORK
from mlp.page.visitors.session import visitors
from mlp.page.visitors.shelf import LINKED, PRETRAINED, SHIPPED, chosen, drawer_is_open, named
from mlp.page.visitors.visitor import FRIENDS, Visitor

TRIED = "tried"
"""Name of the counts among the values kept of a visitor: by the network's code, drawings read right, and all."""
ENDED = mark(
    "This network is gone: whoever sent it has withdrawn it, or nobody has opened it for 30 days. Ask for a new link."
)
NOT_NOW = mark("The server can’t show the network that a friend sent now. Open its link again in a minute.")

_problem = SessionVar[str]("sent_problem", "")
"""Why a network that was asked for does not answer on this page; empty if it does."""


def visit_network(visitor: Visitor) -> Copy | None:
    """Borrow and return the friend’s network that answers, if it is one; call it before all that shows it.

    That of a link is put on the shelf and chosen. The shelf keeps its code, its name and what it reads, and the page
    its weights.
    """
    link, friends = linked(LINKED), visitor.kept.get(FRIENDS, {})
    is_new = link is not None and named(visitor, link) is None
    code = typed_code(link or "") if is_new else chosen(visitor)
    if is_new and len(code) != Copy.n_letters:
        there = [name for name in (*SHIPPED, "run", "uploaded") if named(visitor, name) is not None]
        rule = plain(*one_of(LINKED, [*there, tr("a friend’s code")], link))
        _problem.set(tr("This link chooses no network: {rule}.", rule=rule))
        forget_linked(LINKED)
        is_new, code = False, chosen(visitor)
    if not is_new and code not in friends:
        return None
    copy, problem, loan = None, NOT_NOW, state.loan.get()
    with suppress(OSError):
        copy = COPIES.visit(code, this_page())
        problem = ENDED if copy is None else ""
    if copy is not None and (loan is None or loan.key != code) and not visitors().free_memory(0):
        copy.listeners.discard(this_page())
        copy, problem = None, NOT_NOW
    if problem == ENDED:
        forget_linked(LINKED)
        visitor.kept[FRIENDS] = {other: about for other, about in friends.items() if other != code}
    elif copy is None and not is_new:
        state.network.set(PRETRAINED.key)
    elif copy is not None and copy.reader is not None:
        state.loan.set(state.Loan(code, copy.reader))
        visitor.kept[FRIENDS] = {**friends, code: (str(copy.reader.facts.get(NAME, code)), copy.reader.learned.reads)}
        if is_new:
            state.network.set(code)
    _problem.set(problem)
    return copy


def sent_state(copy: Copy | None) -> str:
    """Return what decides whether the page shows a network of a link, as text, in any thread."""
    return "" if copy is None or copy.reader is None else copy.code


def warn_of_network() -> None:
    """Draw why the page does not show the link's network, in a container that is always there: the canvas stays."""
    with st.container(key="sent_problem"):
        if problem := _problem.get():
            st.warning(tr(problem))


def sent_row(visitor: Visitor) -> Row | None:
    """Take the drawing for the count, while a friend’s network answers and the drawer of signs is closed."""
    answerer = answering(visitor)
    if not answerer.shelved.is_friends or drawer_is_open(visitor):
        return None
    return Row(partial(_judge, visitor, answerer.reader.names), [STROKE])


def _judge(visitor: Visitor, names: tuple[str, ...]) -> None:
    """Draw the buttons that say whether the answer is right, and the count."""
    if this_page().desk.drawing is not None:
        st.button(tr("Right"), key="sent_right", on_click=_count, args=(visitor,))
        with st.popover(tr("It was a …"), key="sent_was"), st.container(horizontal=True, gap="xsmall"):
            for label, name in enumerate(names):
                st.button(plain(name), key=f"sent_was_{label}", on_click=_count, args=(visitor, label))
    right, n = _counted(visitor)
    count = tr("It read <b>{right}</b> of your <b>{n}</b>.", right=right, n=n) if n else ""
    st.html(announced("sent_count", count), width="content")


def _counted(visitor: Visitor) -> tuple[int, int]:
    """Return how many of the drawings the friend's network that answers has read right, and how many there were."""
    right, n = visitor.kept.get(TRIED, {}).get(chosen(visitor), (0, 0))
    return right, n


def _count(visitor: Visitor, label: int | None = None) -> None:
    """Note the drawing as read right, or as what was named, and clear the canvas for the next one.

    A drawing that the network does not know is not read, whatever it would have answered.
    """
    desk = this_page().desk
    answer = None if desk.answer is None else desk.answer.current
    if desk.drawing is None or answer is None or answer.reading is None:
        return
    is_right = answer.is_seen and label in (None, answer.reading.digit)
    with visitor.lock:
        right, n = _counted(visitor)
        counts = right + is_right, n + 1
        visitor.kept[TRIED] = {**visitor.kept.get(TRIED, {}), chosen(visitor): counts}
    wipe(visitor, CANVAS, FIRST_WORK)  # the row follows once the canvas is empty


def sent_thread(visitor: Visitor) -> Thread | None:
    """Return what is next while a friend’s network answers: own signs after signs, and a run after digits."""
    if sent_row(visitor) is None:
        return None
    own = train_own if answering(visitor).reader.reads_digits else invent_signs
    return Thread([NextStep(mark("Make your own"), lambda _: True, own)])
