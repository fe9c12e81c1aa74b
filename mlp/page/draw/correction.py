"""Let the visitor correct an answer; the drawing joins their own digits."""

import streamlit as st

from mlp.images.input_image import InputImage
from mlp.images.own import MAX_OWN, OwnDigit, as_pixels
from mlp.page import state
from mlp.page.visitors.visitor import Visitor


def correction(visitor: Visitor, drawing: InputImage) -> None:
    """Draw the ten digits to choose from; the chosen one is the one that was said of this very drawing."""
    own = visitor.own
    said = own.label_of(drawing.image)
    state.correction.set(said)
    st.pills(
        "Not right? It was a",
        list(range(10)),
        key=state.correction.key,
        on_change=_say,
        args=(visitor, drawing),
        help="Keeps this drawing under “Your digits”, where a network can learn from it. Press again to take it back.",
    )
    if state.own_changed.pop() and state.tab.get() == "Your digits":
        st.rerun()  # the section that shows them is open, outside of this fragment
    if said is not None:
        count = "your first digit" if len(own) == 1 else f"one of your {len(own)} digits"
        st.html(f'<p class="ink-status" role="status">Kept as a <b>{said}</b>, {count}.</p>')
    elif len(own) >= MAX_OWN:
        st.html(f'<p class="ink-status">Your {MAX_OWN} digits are all there is room for.</p>')


def _say(visitor: Visitor, drawing: InputImage) -> None:
    label = state.correction.get()
    state.own_changed.set(True)
    if label is None:
        visitor.own.remove(drawing.image)
    else:
        visitor.own.put(OwnDigit(int(label), as_pixels(drawing.image), drawing.strokes))
