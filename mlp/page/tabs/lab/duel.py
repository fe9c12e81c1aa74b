"""The visitor's turn: a digit that people read and the network does not, a score, and a link for a friend."""

from urllib.parse import urlencode

import streamlit as st

from mlp.images.input_image import with_article
from mlp.page import state
from mlp.page.draw.current_drawing import current_digit
from mlp.page.draw.networks import Answering, digit_in
from mlp.page.settings.link import linked


def dared() -> int | None:
    """Give the digit that a friend's link asks for, if it asks for one."""
    asked = linked("lab_dare") or ""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 1 else None


def draw(now: Answering) -> None:
    """Draw the question, the button that counts, and the score."""
    digit = dared()
    what = "a digit" if digit is None else f"<b>{with_article(str(digit))}</b>"
    friend = "" if digit is None else "A friend dares you. "
    st.html(
        '<h3 class="ink-title" style="margin-top:1.2rem">Your turn</h3>'
        f'<p class="ink-said">{friend}Draw {what} that anybody can read and that the network does not, say what it is, '
        "and let it count.</p>"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        meant = st.segmented_control("I drew a …", list(range(10)), default=digit, key="lab_meant")
        st.button("Count it", key="lab_count", on_click=_count, args=(now, meant), disabled=meant is None)
    score = state.lab_score.get()
    st.html(
        f'<p class="ink-status" role="status">You <b>{score.person}</b> · the network <b>{score.network}</b>'
        f"{f' · {score.said}' if score.said else ''}</p>"
    )
    if meant is not None:
        st.caption(f"Dare a friend to draw one, a {meant:d}:")
        st.code(_link(meant), language=None, wrap_lines=True)


def _link(digit: int) -> str:
    address = (st.context.url or "").split("?")[0].split("#")[0]
    return f"{address}?{urlencode({'lab': 'fool', 'lab_dare': digit})}"


def _count(now: Answering, meant: int | None) -> None:
    drawing, score = current_digit(), state.lab_score.get()
    if drawing is None or meant is None:
        state.lab_score.set(score._replace(said="draw something first"))
        return
    if drawing.image.tobytes() == score.last:
        state.lab_score.set(score._replace(said="that drawing has been counted"))
        return
    if not digit_in(drawing.image):
        state.lab_score.set(score._replace(said="that looks like no digit, and does not count"))
        return
    read = int(now.reader.predict(drawing.image[None])[0])
    person, said = int(read != meant), f"it read {with_article(str(read))}"
    state.lab_score.set(
        state.LabScore(score.person + person, score.network + 1 - person, drawing.image.tobytes(), said)
    )
