"""Send the network that answers: a copy under a code, whose link and QR code others open."""

from typing import Literal

import streamlit as st

from mlp.class_names import checked_name
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import Answerer, answering, answering_as
from mlp.page.draw.share import copy_button
from mlp.page.script.link import language_query, page_address
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.reach import reachable, with_qr
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.sent.copies import COPIES, MAX_NAME, MAX_SENT, copy_of
from mlp.page.train.accuracy import read_right
from mlp.page.visitors.newcomer import NOT_DELETED
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import check_bytes
from mlp.page.visitors.shelf import LINKED, Shelved, shelf
from mlp.page.visitors.visitor import Visitor

SHOWN = mark(
    "A network that you sent is a copy of its weights and names, with the name that you gave it, and its score. "
    "Whoever has its link can try it until you withdraw it; you see nothing of theirs."
)
"""What others see of a visitor's work, for the privacy note."""
KEPT = mark("It is kept until you withdraw it under *Mine*, *Sent*, or until nobody has opened it for 30 days.")
BETTER = 0.05
"""Share of the images by which another run must read more, to be offered in place of the one that answers."""
_refused = Refusal("send")
_withdrawn = Refusal("withdraw")
_name = SessionVar[str]("sent_name", "")
"""The name for the network that is sent next; a control."""
_code = SessionVar[str]("sent_code", "")
"""The code of the network that this page has sent last."""


def link_of(code: str) -> str:
    """Return the address on which others try a network."""
    return reachable(page_address(), **{LINKED: [code], **language_query()})


def send_section(visitor: Visitor) -> None:
    """Draw the button that sends the network that answers, and the link; no copy is needed of one that others have."""
    answerer = answering(visitor)
    network, code = answerer.shelved, answerer.shelved.key
    if not (network.is_shipped or network.is_friends):
        code = _code.get() if _code.get() in COPIES.of(visitor) else ""
        draws = tr("A friend draws for a copy of your network as it is now.")
        st.markdown(f"{draws} {tr(KEPT)}")
        st.text_input(tr("Its name"), key=_name.key, placeholder=tr(network.title), max_chars=MAX_NAME)
        if score := _score(answerer):
            st.html(f'<p class="ink-status">{tr("It read {right} of {of} right.", **score)}</p>')
        if better := better_run(visitor, network):
            name, key = tr(better.shelved.title), better.shelved.key
            label = tr("Send {network} instead: {right} of {of} right", network=name, **_score(better))
            st.button(plain(label), key="send_better", on_click=_send, args=(visitor, key))
        look: Literal["primary", "secondary"] = "secondary" if code else "primary"  # then copying is what is next
        st.button(tr("Make a link"), key="send_network", type=look, on_click=_send, args=(visitor, network.key))
        _refused.show()
    if code:
        copy_button(link_of(code))
        st.html(with_qr(link_of(code)))


def _score(answerer: Answerer) -> dict[str, int]:
    """Return how many images a run has read ``right``, ``of`` how many; empty if that is unknown."""
    right, of, _ = read_right(answerer.shelved.run, answerer.shelved.job)
    return {"right": int(right), "of": of} if right.isdigit() and not answerer.is_lent else {}


def better_run(visitor: Visitor, network: Shelved) -> Answerer | None:
    """Return the visitor's best run of these names and images, if it reads at least 5 points more than this one."""
    shares = {
        other.shelved.key: score["right"] / score["of"]
        for other in (answering_as(visitor, key, None) for key in shelf(visitor))
        if (run := other.shelved.run) is not None and network.run is not None and other.diverged is None
        if (other.shelved.reads, run.measured_by) == (network.reads, network.run.measured_by)
        if (score := _score(other))
    }
    best = max(shares, key=shares.__getitem__, default="")
    return answering_as(visitor, best, None) if shares.get(best, 0) >= shares.get(network.key, 0) + BETTER else None


def _send(visitor: Visitor, key: str) -> None:
    """Send the network with this key under the name in the field, by default its title; for callbacks."""
    answerer = answering_as(visitor, key, state.loan.get())
    try:
        name = checked_name(_name.get(), MAX_NAME) if (_name.get() or "").strip() else tr(answerer.shelved.title)
        reader = copy_of(answerer.reader, name, **_score(answerer))
        check_bytes(reader.network.values.nbytes)
        _code.set(COPIES.send(visitor, reader))
    except ValueError as error:
        _refused.set(tr("This network cannot be sent: {reason}", reason=reason(error)))


@redrawn("sent_list", where=Where.TAB)
def sent_section(visitor: Visitor, _data: object) -> None:
    """Draw the networks that the visitor has sent, each with its link, and a button that withdraws it."""
    sent = COPIES.of(visitor)
    if not sent:
        st.markdown(
            tr(
                "You have sent no network. *Share*, *This network to try*, sends a copy of the one that answers: up to "
                "{most}, each with a link on which a friend draws for it.",
                most=MAX_SENT,
            )
        )
    for code, (name, _) in sent.items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"sent_{code}"):
            line = tr("{name}: {value}", name=f"**{plain(name)}**", value=plain(link_of(code)))
            st.markdown(line, width="stretch")
            st.button(
                tr("Withdraw"),
                key=f"withdraw_{code}",
                icon=":material/delete:",
                on_click=_withdraw,
                args=(visitor, code),
            )
    _withdrawn.show()


def _withdraw(visitor: Visitor, code: str) -> None:
    try:
        COPIES.withdraw(visitor, code)
    except OSError:
        _withdrawn.set(tr(NOT_DELETED))


SENT_PLACE = Section(mark("Sent"), sent_section)
