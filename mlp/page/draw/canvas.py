"""The canvas and its buttons."""

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from mlp.images.input_image import from_picture
from mlp.images.recorded import CANVAS_PX, PEN_PX
from mlp.page import state
from mlp.page.draw.current_drawing import checked_drawing, forget_drawing, read_instead, reported_drawing
from mlp.page.draw.linked_drawing import take_linked_drawing
from mlp.page.draw.upload import forget_photo, photo_button, photo_panel
from mlp.page.live.component import IN_VIEW
from mlp.page.live.tabs import this_tab
from mlp.page.style.fragments import fragment, rerun_fragments
from mlp.page.style.hidable import hidable
from mlp.page.style.theme import image_url
from mlp.page.train.data_state import data_state
from mlp.page.visitors.visitor import Visitor

STROKE_PX = round(PEN_PX)
LIVE = ("reading", "way")
"""Fragments that the live channel has already updated when a stroke ends."""
BLANK: dict[str, Any] = {"raw": {"objects": []}, "data": None}

hidable("undo", "Undo")
hidable("clear", "Clear")
hidable("give-one", "Give me one")
hidable("photo", "Photo", ".st-key-picture_upload")


def restore_drawing(visitor: Visitor) -> None:
    """Begin with the drawing of the link, or with the last drawing or photo; call it before all parts that read it."""
    if state.begun_with.is_kept():
        return
    linked = take_linked_drawing(STROKE_PX)
    if linked is not None:
        forget_photo(visitor)
    elif visitor.picture is not None:
        state.picture.set(from_picture(visitor.picture, state.sheet_digit.get()))
    state.begun_with.set(linked or checked_drawing(visitor.drawing) or BLANK)
    _announce_content()


@partial(fragment, key="drawing")
def canvas_section(visitor: Visitor) -> None:
    """Draw the canvas and its buttons.

    A stroke reruns only the fragments that read it (`on_stroke`), not the canvas. The canvas is still in a fragment of
    its own: a stroke outside of any fragment would interrupt a running script, such as one that starts to follow a
    training, and rerun only the reading.
    """
    # Imported here, as it raises outside of a running page, where tests import this module.
    from streamlit_drawable_canvas import st_canvas

    if not _is_sound(state.canvas.get()):
        state.canvas.pop()
    st_canvas(
        width=CANVAS_PX,
        height=CANVAS_PX,
        stroke_width=STROKE_PX,
        stroke_color="#ffffff",
        background_color="#000000",  # the same in dark mode, as changing it would erase the drawing
        initial_drawing=state.begun_with.get()["raw"],
        return_image_data=True,
        on_change=lambda: on_stroke(visitor),
        key=state.canvas.key,
    )
    with st.container(horizontal=True, gap="xsmall", key="draw_buttons"):
        st.button(
            "Undo", key="undo", on_click=_undo, args=(visitor,), help="Removes the last stroke (or press Ctrl+Z)."
        )
        st.button("Clear", key="clear", on_click=_clear, args=(visitor,))
        st.button("Give me one", key="give_one", on_click=give_one, args=(visitor,), help="Draws a random test digit.")
        beside = st.container(width="content", key="picture_upload")
    photo_button(beside)


def photo_section(visitor: Visitor, where: DeltaGenerator) -> None:
    """Draw the panel of *Photo* into a container; the file uploader's code would delay a canvas drawn with it."""
    with where:
        photo_panel(visitor, lambda: show_picture(visitor))


def on_stroke(visitor: Visitor) -> None:
    """Keep the drawing for a reload, and rerun the fragments that read it."""
    this_tab().wait_for_answer()
    drawn = reported_drawing()
    if not this_tab().followed:
        this_tab().chosen = None
    had_work = visitor.has_work()
    visitor.keep_drawing(drawn or None)
    # The canvas also reports a picture that the page put on it.
    had_picture = state.picture.get() is not None and any(not _is_image(each) for each in _on_canvas())
    if had_picture:
        forget_photo(visitor)
    # A script may have made the channel read the photo again after the stroke began.
    spared = {*LIVE, *IN_VIEW} if this_tab().followed and not had_picture else set()
    if visitor.has_work() == had_work:
        spared.add("newcomer")  # it depends on that alone
    readers = [reader for reader in state.stroke_readers.get() if reader not in spared]
    rerun_fragments([*(["drawing"] if had_picture else []), *readers])


def _is_sound(canvas: Any) -> bool:
    """Whether the canvas package can read the value that the browser sent."""
    if canvas is None:
        return True
    parts = [canvas.get("drawing"), canvas.get("backgroundFit")] if isinstance(canvas, Mapping) else [canvas]
    return all(part is None or isinstance(part, Mapping) for part in parts)


def _clear(visitor: Visitor) -> None:
    forget_photo(visitor)
    wipe(visitor)


def _undo(visitor: Visitor) -> None:
    """Remove the last stroke, or the whole photo."""
    if state.picture.get() is not None:
        forget_photo(visitor)
        wipe(visitor)
        return
    left = _on_canvas()[:-1]
    if left:
        _put(left)
    else:
        wipe(visitor)


def _put(objects: list[Any], data: str | None = None) -> None:
    """Put these objects on the canvas, which then reports them as if they had been drawn."""
    raw = {**BLANK["raw"], "objects": objects, "given": time.time()}
    state.begun_with.set({"raw": raw, "data": data})
    _announce_content()
    rerun_fragments(["drawing", *state.stroke_readers.get()])


def _announce_content() -> None:
    """Announce new content of the canvas, so that the browser requests a reading through the live channel."""
    this_tab().chosen = None
    raw = state.begun_with.get()["raw"]
    objects = raw.get("objects", ())
    when = str(raw.get("given") or raw.get("cleared") or len(objects) or "")
    this_tab().register("canvas", lambda _: {"put": [when, bool(objects)]})


def give_one(visitor: Visitor) -> None:
    """Put a random test digit on the canvas, as large as a drawing, and read it.

    It is read at once, as a canvas that is still loading would start with the digit and not report it.
    """
    test = data_state().dataset.test
    whole = _on_whole_canvas(test.images[int(np.random.default_rng().integers(len(test)))].reshape(28, 28))
    forget_photo(visitor)
    read_instead(whole)
    _put_image(visitor, whole)


def show_picture(visitor: Visitor) -> None:
    """Put the ink of the current photo on the canvas, or clear the canvas if there is none."""
    picture = state.picture.get()
    if picture is None:
        wipe(visitor)
    else:
        _put_image(visitor, _on_whole_canvas(picture.pixels))


def _on_whole_canvas(pixels: np.ndarray) -> str:
    """Return an image, (h, w) uint8, scaled and padded to the size of the canvas, as a data URL."""
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
    """Return the objects on the canvas."""
    objects = (reported_drawing() or state.begun_with.get()).get("raw", {}).get("objects")
    return objects if isinstance(objects, list) else []


def wipe(visitor: Visitor, also: Sequence[str] = ()) -> None:
    """Clear the canvas, and redraw the fragments in ``also``; the reading follows when the canvas reports empty.

    The browser gets the message some 10 ms before its canvas is empty, and a stroke that begins in between is lost. So
    the page says that nothing is drawn only once the next stroke will count.
    """
    had_ink = bool(_on_canvas())
    # The canvas redraws itself when its initial drawing changes, so the time makes it differ.
    state.begun_with.set({**BLANK, "raw": {**BLANK["raw"], "cleared": time.time()}})
    _announce_content()
    forget_drawing()
    visitor.keep_drawing(None)
    rerun_fragments([*also, "drawing", *([] if had_ink else state.stroke_readers.get())])
