"""Let the visitor correct an answer; the drawing joins their own digits."""

import numpy as np
import streamlit as st

from mlp.images.own import MAX_OWN, OwnDigit, as_pixels, strokes_on_canvas
from mlp.page import state
from mlp.page.draw.canvas import canvas_objects
from mlp.page.visitors.visitor import Visitor


def correction(visitor: Visitor, image: np.ndarray | None) -> None:
    """Draw the ten digits to choose from; the chosen one is the one that was said of this very drawing.

    Without a drawing they can only be seen, so that the first stroke moves nothing on the page.
    """
    own = visitor.own
    state.correction.set(None if image is None else own.label_of(image))
    st.pills(
        "Not right? It was a",
        list(range(10)),
        key=state.correction.key,
        on_change=_say,
        args=(visitor, image),
        disabled=image is None,
        help="Keeps this drawing under “Your digits”, where a network can learn from it. Press again to take it back.",
    )
    if state.own_changed.pop() and state.tab.get() == "Your digits":
        st.rerun()  # the section that shows them is open, outside of this fragment
    said = None if image is None else own.label_of(image)
    if said is not None:
        count = "your first digit" if len(own) == 1 else f"one of your {len(own)} digits"
        st.html(f'<p class="ink-status" role="status">Kept as a <b>{said}</b>, {count}.</p>')
    elif len(own) >= MAX_OWN:
        st.html(f'<p class="ink-status">Your {MAX_OWN} digits are all there is room for.</p>')


def _say(visitor: Visitor, image: np.ndarray) -> None:
    label = state.correction.get()
    state.own_changed.set(True)
    if label is None:
        visitor.own.remove(image)
    else:
        strokes = () if visitor.picture else strokes_on_canvas(canvas_objects())
        visitor.own.put(OwnDigit(int(label), as_pixels(image), strokes))
