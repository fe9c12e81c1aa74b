"""Draw the canvas, and give the rest of the page what is on it."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit import runtime

from mlp.images.recorded import CANVAS_PX
from mlp.page import state
from mlp.page.draw.current_drawing import forget_drawing, read_instead, reported_drawing, sound_drawing
from mlp.page.draw.linked_drawing import take_linked_drawing
from mlp.page.draw.upload import picture_upload, put_away
from mlp.page.live.tabs import this_tab
from mlp.page.style.fragments import draw_anew as draw_anew
from mlp.page.style.fragments import fragment
from mlp.page.style.theme import image_url
from mlp.page.train.data_state import data_state
from mlp.page.visitors.visitor import Visitor

CANVAS_S = 0.4  # time for a browser to draw the canvas, if it has little else to draw
STROKE_PX = 18
LIVE = ("reading", "way")
"""The fragments that the live channel has moved already when a stroke ends."""
BLANK: dict[str, Any] = {"raw": {"objects": []}, "data": None}


@partial(fragment, key="drawing")
def canvas_section(visitor: Visitor) -> None:
    """Draw the canvas and its buttons.

    A stroke reruns only the fragments that read it (`on_stroke`): the canvas itself is left alone. It still lives in a
    fragment of its own: a stroke outside of any would break off a run of the whole script that is under way, such as
    the one that has just begun to follow a training, and put the reading alone in its place.
    """
    # Importing it outside a running page raises, and this module is also read by tests.
    from streamlit_drawable_canvas import st_canvas

    if not state.begun_with.is_kept():
        linked = take_linked_drawing(STROKE_PX)
        if linked is not None:
            put_away(visitor)
        state.begun_with.set(linked or sound_drawing(visitor.drawing) or BLANK)
        _tell_put()
    if not _is_sound(state.canvas.get()):
        state.canvas.pop()
    st_canvas(
        width=CANVAS_PX,
        height=CANVAS_PX,
        stroke_width=STROKE_PX,
        stroke_color="#ffffff",
        background_color="#000000",  # the same in dark mode: another color would wipe the drawing
        initial_drawing=state.begun_with.get()["raw"],
        return_image_data=True,
        on_change=lambda: on_stroke(visitor),
        key=state.canvas.key,
    )
    with st.container(horizontal=True, gap="xsmall", key="draw_buttons"):
        st.button(
            "Undo", key="undo", on_click=_undo, args=(visitor,), help="Takes the last stroke back. Ctrl+Z does too."
        )
        st.button("Clear", key="clear", on_click=_clear, args=(visitor,))
        st.button("Give me one", key="give_one", on_click=give_one, args=(visitor,), help="A digit of the test images.")
        beside = st.container(width="content")
    picture_upload(visitor, lambda: show_picture(visitor), beside)


def canvas_first() -> None:
    """Wait a moment while a page opens, so that a browser draws the canvas first: the rest takes long."""
    opens = not state.speed.is_kept()  # every script draws that control, further down
    if opens and runtime.exists():
        time.sleep(CANVAS_S)


def on_stroke(visitor: Visitor) -> None:
    """Keep the drawing for after a reload, and read it."""
    drawn = reported_drawing()
    if not this_tab().followed:
        this_tab().chosen = None
    visitor.keep_drawing(drawn or None)
    # A canvas that was given a picture reports that too.
    had_picture = state.picture.get() is not None and any(not _is_image(each) for each in _on_canvas())
    if had_picture:
        put_away(visitor)
    moved = LIVE if this_tab().followed else ()
    readers = [reader for reader in state.stroke_readers.get() if reader not in moved]
    draw_anew([*(["drawing"] if had_picture else []), *readers])


def follow_strokes(fragment: str, *, first: bool = False) -> None:
    """Rerun the fragment of this key after each stroke too, in the order of the calls.

    Sections call it where they draw the fragment; the first one drops those of the last run, which may be gone.
    """
    state.stroke_readers.set((fragment,) if first else (*state.stroke_readers.get(), fragment))


def _is_sound(canvas: Any) -> bool:
    """Whether the canvas's own code can read what the browser says that it holds."""
    if canvas is None:
        return True
    parts = [canvas.get("drawing"), canvas.get("backgroundFit")] if isinstance(canvas, Mapping) else [canvas]
    return all(part is None or isinstance(part, Mapping) for part in parts)


def _clear(visitor: Visitor) -> None:
    put_away(visitor)
    wipe(visitor)


def _undo(visitor: Visitor) -> None:
    """Take the last stroke back; a picture is put away as a whole."""
    if state.picture.get() is not None:
        put_away(visitor)
        wipe(visitor)
        return
    left = _on_canvas()[:-1]
    if left:
        _put(left)
    else:
        wipe(visitor)


def _put(objects: list[Any], data: str | None = None) -> None:
    """Give the canvas these objects to draw; it then reports them as if they had been drawn."""
    raw = {**BLANK["raw"], "objects": objects, "given": time.time()}
    state.begun_with.set({"raw": raw, "data": data})
    _tell_put()
    draw_anew(["drawing", *state.stroke_readers.get()])


def _tell_put() -> None:
    """Tell the browser's part of the page that the canvas is given something else, which it then asks about."""
    this_tab().chosen = None
    raw = state.begun_with.get()["raw"]
    put = str(raw.get("given") or raw.get("cleared") or len(raw.get("objects", ())) or "")
    this_tab().tell("canvas", lambda _: {"put": put})


def give_one(visitor: Visitor) -> None:
    """Put a digit of the test images on the canvas, as large as one would draw it, and read it.

    It is read at once: a canvas that is still on its way would begin with it, and not report it.
    """
    test = data_state().dataset.test
    whole = _on_whole_canvas(test.images[int(np.random.default_rng().integers(len(test)))].reshape(28, 28))
    put_away(visitor)
    read_instead(whole)
    _put_image(visitor, whole)


def show_picture(visitor: Visitor) -> None:
    """Put the ink of the picture that is read on the canvas, which is emptied if there is none."""
    picture = state.picture.get()
    if picture is None:
        wipe(visitor)
    else:
        _put_image(visitor, _on_whole_canvas(picture.pixels))


def _on_whole_canvas(pixels: np.ndarray) -> str:
    """Return an image, (h, w) uint8, as large as the canvas, whose paper fills the rest, as a data URL."""
    image = Image.fromarray(pixels)
    scale = CANVAS_PX / max(image.size)
    width, height = (max(1, round(scale * side)) for side in image.size)
    whole = Image.new("L", (CANVAS_PX, CANVAS_PX))
    fitted = image.resize((width, height), Image.Resampling.BICUBIC)
    whole.paste(fitted, ((CANVAS_PX - width) // 2, (CANVAS_PX - height) // 2))
    return image_url(np.asarray(whole))


def _put_image(visitor: Visitor, whole: str) -> None:
    on_canvas = {
        "type": "Image",
        "src": whole,
        "left": 0,
        "top": 0,
        "width": CANVAS_PX,
        "height": CANVAS_PX,
        "originX": "left",
        "originY": "top",
    }
    visitor.keep_drawing({"raw": {"objects": [on_canvas]}, "data": whole})
    _put([on_canvas], whole)


def _is_image(drawn: object) -> bool:
    return isinstance(drawn, Mapping) and str(drawn.get("type")).lower() == "image"


def _on_canvas() -> list[Any]:
    """Give the strokes that the canvas shows."""
    objects = (reported_drawing() or state.begun_with.get()).get("raw", {}).get("objects")
    return objects if isinstance(objects, list) else []


def wipe(visitor: Visitor, also: Sequence[str] = ()) -> None:
    """Empty the canvas, and read anew once it says that it is empty; draw other fragments anew with it.

    A browser hears of it some 10 ms before its canvas is empty, and a stroke that is begun in between is lost: that
    nothing is drawn is said when the next one counts.
    """
    had_ink = bool(_on_canvas())
    # The canvas redraws itself when its initial drawing changes; the time only makes it another one.
    state.begun_with.set({**BLANK, "raw": {**BLANK["raw"], "cleared": time.time()}})
    _tell_put()
    forget_drawing()
    visitor.keep_drawing(None)
    draw_anew([*also, "drawing", *([] if had_ink else state.stroke_readers.get())])
