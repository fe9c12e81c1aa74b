"""Draw the canvas, and give the rest of the page what is on it."""

import base64
import io
import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image

from mlp.page import state
from mlp.page.draw.upload import current_picture, picture_upload, put_away
from mlp.page.visitors.visitor import Visitor

CANVAS_PX = 280
STROKE_PX = 18
MAX_URL_CHARACTERS = 500_000  # our canvas full of scribble needs a tenth of it
BLANK: dict[str, Any] = {"objects": []}


@st.fragment(key="drawing")
def canvas_section(visitor: Visitor) -> None:
    """Draw the canvas and its button.

    A stroke reruns only the fragments that read it (`on_stroke`): the canvas itself is left alone. It still lives in a
    fragment of its own: a stroke outside of any would break off a run of the whole script that is under way, such as
    the one that has just begun to follow a training, and put the reading alone in its place.
    """
    # Importing it outside a running page raises, and this module is also read by tests.
    from streamlit_drawable_canvas import st_canvas

    if not state.initial_drawing.is_kept():
        state.initial_drawing.set((visitor.drawing or {}).get("raw") or BLANK)
        state.restored_ink.set((visitor.drawing or {}).get("data"))
    if not _is_sound(state.canvas.get()):
        state.canvas.pop()
    st_canvas(
        width=CANVAS_PX,
        height=CANVAS_PX,
        stroke_width=STROKE_PX,
        stroke_color="#ffffff",
        background_color="#000000",  # the same in dark mode: another colour would wipe the drawing
        initial_drawing=state.initial_drawing.get(),
        return_image_data=True,
        on_change=lambda: on_stroke(visitor),
        key=state.canvas.key,
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Clear", key="clear", on_click=_clear, args=(visitor,), icon=":material/ink_eraser:")
        beside = st.container()
    picture_upload(visitor, lambda: _wipe(visitor), beside)


def on_stroke(visitor: Visitor) -> None:
    """Keep the drawing for after a reload, and read it."""
    drawn = _canvas_state()
    visitor.keep_drawing(drawn)
    # The blank canvas beside a picture may report itself too.
    had_picture = current_picture() is not None and bool(drawn.get("raw", {}).get("objects"))
    if had_picture:
        put_away(visitor)
    _draw_anew([*(["drawing"] if had_picture else []), *state.stroke_readers.get()])


def follow_strokes(fragment: str, *, first: bool = False) -> None:
    """Rerun the fragment of this key after each stroke too, in the order of the calls.

    Sections call it where they draw the fragment; the first one drops those of the last run, which may be gone.
    """
    state.stroke_readers.set((fragment,) if first else (*state.stroke_readers.get(), fragment))


def _draw_anew(fragments: list[str]) -> None:
    """Rerun fragments, for callbacks, unless the whole page is about to be drawn anew anyway.

    They would take its place, and what it had to say about polling would never be said: nothing would follow a
    training any more.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is None or context.fragment_ids_this_run:
        st.rerun(fragments)


def current_ink() -> np.ndarray | None:
    """Give what is on the canvas, (280, 280) uint8, 0 paper to 255 ink; None before the first stroke.

    A picture that was uploaded since stands in for it, in its own size.

    Reads the session state, so that any fragment may ask, without touching the canvas.
    """
    picture = current_picture()
    if picture is not None:
        return picture.ink
    # A canvas that was given its drawing back sends nothing until it is drawn on.
    url = _canvas_state().get("data") or state.restored_ink.get()
    if not url:
        return None
    kept = state.ink.get()
    if kept is None or kept[0] != url:
        kept = (url, _decoded(url))
        state.ink.set(kept)
    return kept[1]


def canvas_objects() -> list[Any]:
    """Give what was drawn, stroke by stroke, as the canvas describes it; empty if it does not say."""
    objects = (_canvas_state().get("raw") or state.initial_drawing.get()).get("objects")
    return objects if isinstance(objects, list) else []


def _canvas_state() -> dict[str, Any]:
    """Give ``raw`` and ``data`` as the browser sent them; empty if they are nothing that our canvas sends."""
    canvas = state.canvas.get()
    drawing = canvas.get("drawing") if isinstance(canvas, Mapping) else None
    if not isinstance(drawing, Mapping):
        return {}
    raw, data = drawing.get("raw"), drawing.get("data")
    if not isinstance(raw, Mapping) or not isinstance(data, str) or len(data) > MAX_URL_CHARACTERS:
        return {}
    return {"raw": raw, "data": data}


def _is_sound(canvas: Any) -> bool:
    """Whether the canvas's own code can read what the browser says that it holds."""
    if canvas is None:
        return True
    parts = [canvas.get("drawing"), canvas.get("backgroundFit")] if isinstance(canvas, Mapping) else [canvas]
    return all(part is None or isinstance(part, Mapping) for part in parts)


def _decoded(url: str) -> np.ndarray | None:
    """Read the red channel of a PNG data URL: the canvas is white on black."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2], validate=True)), formats=["PNG"])
        if image.width > 2 * CANVAS_PX or image.height > 2 * CANVAS_PX:
            return None
        return np.asarray(image.convert("RGB"))[:, :, 0].copy()
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return None  # not from our canvas: as good as blank


def _clear(visitor: Visitor) -> None:
    put_away(visitor)
    _wipe(visitor)


def _wipe(visitor: Visitor) -> None:
    """Empty the canvas, and read anew."""
    # The canvas redraws itself when its initial drawing changes; the time only makes it another one.
    state.initial_drawing.set({**BLANK, "cleared": time.time()})
    state.restored_ink.set(None)
    state.ink.set((_canvas_state().get("data"), None))
    visitor.keep_drawing(None)
    _draw_anew(["drawing", *state.stroke_readers.get()])
