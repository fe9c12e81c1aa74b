"""The visitor's turn to fool the network: draw a digit that only people can read; a score, and a link for a friend."""

from urllib.parse import urlencode

import numpy as np
import streamlit as st

from mlp.images.input_image import with_article
from mlp.nn.reader import Reader
from mlp.page.draw.current_drawing import current_digit
from mlp.page.draw.networks import PRETRAINED_NAMES, Answering, digit_in, shipped
from mlp.page.live.announced import announced
from mlp.page.settings.link import linked, page_address
from mlp.page.visitors.visitor import DuelScore, Visitor

JUDGED = "Another network has to see that digit too."
LIKELY = 0.2
"""Probability that the other network must give the digit if it reads another one."""


def linked_digit() -> int | None:
    """Return the digit that a friend's link asks for, or None."""
    asked = linked("lab_dare") or ""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 1 else None


def draw(visitor: Visitor, now: Answering) -> None:
    """Draw the task, the button that scores the drawing, and the score."""
    digit = linked_digit()
    what = "a digit" if digit is None else f"<b>{with_article(str(digit))}</b>"
    friend = "" if digit is None else "A friend dares you. "
    st.html(
        '<h3 class="ink-title" style="margin-top:1.2rem">Your turn</h3>'
        f'<p class="ink-note">{friend}Draw {what} that people can read but the network can’t, choose what it is, and '
        f"press <b>Score it</b>. {JUDGED}</p>"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        meant = st.segmented_control("I drew a …", list(range(10)), default=digit, key="lab_meant")
        st.button("Score it", key="lab_count", on_click=_count, args=(visitor, now, meant), disabled=meant is None)
    score = visitor.duel
    comment = f" · {score.comment}" if score.comment else ""
    st.html(announced("duel", f"You <b>{score.person}</b> · the network <b>{score.network}</b>{comment}"))
    if meant is not None:
        st.caption(f"Dare a friend to draw a {meant:d}:")
        st.code(_link(meant), language=None, wrap_lines=True)


def _link(digit: int) -> str:
    return f"{page_address()}?{urlencode({'lab': 'fool', 'lab_dare': digit})}"


def _other_network(now: Answering) -> tuple[Reader, str] | None:
    """Return a pretrained network other than the one that answers, with its name, or None."""
    for kind in ("shipped", "article"):
        reader = shipped(kind)
        if kind != now.kind and isinstance(reader, Reader):
            return reader, PRETRAINED_NAMES[kind]
    return None


def _objection(now: Answering, image: np.ndarray, meant: int) -> str | None:
    """Return why a misread drawing does not count, or None if it does."""
    found = _other_network(now)
    if found is None:
        return None
    other, name = found
    sure = other.predict_proba(image[None])[0]
    if sure.argmax() == meant or sure[meant] >= LIKELY:
        return None
    return f"{name} sees {with_article(str(sure.argmax()))}, not {with_article(str(meant))}, so this doesn’t count"


def _count(visitor: Visitor, now: Answering, meant: int | None) -> None:
    drawing, score = current_digit(), visitor.duel
    if drawing is None or meant is None:
        visitor.duel = score._replace(comment="draw a digit first")
        return
    if drawing.image.tobytes() == score.last:
        visitor.duel = score._replace(comment="this drawing already has a score")
        return
    if not digit_in(drawing.image):
        visitor.duel = score._replace(comment="this doesn’t look like a digit, so it doesn’t count")
        return
    read = int(now.reader.predict(drawing.image[None])[0])
    if read != meant and (objection := _objection(now, drawing.image, meant)) is not None:
        visitor.duel = score._replace(comment=objection)
        return
    person, text = int(read != meant), f"it read {with_article(str(read))}"
    visitor.duel = DuelScore(score.person + person, score.network + 1 - person, drawing.image.tobytes(), text)
