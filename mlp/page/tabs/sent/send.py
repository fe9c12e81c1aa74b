"""Send the network that answers: a copy under a code, whose link and QR code others open."""

from typing import Literal

import streamlit as st

from mlp.class_names import in_words
from mlp.language import mark, tr
from mlp.page.draw.networks import answering, training_seconds
from mlp.page.draw.share import copy_button
from mlp.page.script.link import language_query, page_address
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.reach import reachable, with_qr
from mlp.page.style.theme import plain
from mlp.page.tabs.places import Section
from mlp.page.tabs.sent.copies import COPIES, MAX_SENT, copy_of
from mlp.page.visitors.newcomer import NOT_DELETED
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import check_bytes
from mlp.page.visitors.shelf import LINKED
from mlp.page.visitors.visitor import Visitor

SHOWN = mark(
    "Whoever has the link of a network that you sent can try it until you withdraw it; you see nothing of theirs."
)
"""What others see of a visitor's work, for the privacy note."""
KEPT = mark("It is kept until you withdraw it under *Mine*, *Sent*, or until nobody has opened it for 30 days.")
DIGITS_ALONE = "digits"
"""What is kept of a network that reads no signs, in place of their names."""
_refused = Refusal("send")
_withdrawn = Refusal("withdraw")
_code = SessionVar[str]("sent_code", "")
"""The code of the network that this page has sent last."""


def link_of(code: str) -> str:
    """Return the address on which others try a network."""
    return reachable(page_address(), **{LINKED: [code], **language_query()})


def send_section(visitor: Visitor) -> None:
    """Draw the button that sends the network that answers, and the link; no copy is needed of one that others have."""
    network = answering(visitor).shelved
    code = network.key
    if not (network.is_shipped or network.is_friends):
        code = _code.get() if _code.get() in COPIES.of(visitor) else ""
        draws = tr("A friend draws for a copy of your network as it is now.")
        st.markdown(f"{draws} {tr(KEPT)}")
        look: Literal["primary", "secondary"] = "secondary" if code else "primary"  # then copying is what is next
        st.button(tr("Make a link"), key="send_network", type=look, on_click=_send, args=(visitor,))
        _refused.show()
    if code:
        copy_button(link_of(code))
        st.html(with_qr(link_of(code)))


def _send(visitor: Visitor) -> None:
    answerer = answering(visitor)
    about = DIGITS_ALONE if answerer.reader.reads_digits else in_words(answerer.reader.names)
    try:
        is_continued = answerer.shelved.run is not None and answerer.shelved.run.origin is not None
        reader = copy_of(answerer.reader, None if is_continued else training_seconds(answerer))
        check_bytes(reader.network.values.nbytes)
        _code.set(COPIES.send(visitor, reader, about))
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
    for code, (about, _) in sent.items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"sent_{code}"):
            reads = tr("digits") if about == DIGITS_ALONE else plain(about)
            sentence = tr("A network that reads **{signs}**: {link}", signs=reads, link=plain(link_of(code)))
            st.markdown(sentence, width="stretch")
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
