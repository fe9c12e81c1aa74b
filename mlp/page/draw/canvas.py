"""The canvas and its buttons."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from mlp.images.recorded import CANVAS_PX, PEN_PX
from mlp.page.draw.collect import collected_signs, your_signs
from mlp.page.draw.given import give_one, give_to_run, given_html, sign_to_draw, wipe
from mlp.page.draw.linked_drawing import take_linked_drawing
from mlp.page.draw.upload import forget_photo, photo_button, photo_panel
from mlp.page.live.desk import Photo, checked_drawing, photo_of
from mlp.page.live.tabs import Parts, Tab, this_tab
from mlp.page.session_var import SessionVar
from mlp.page.style.link import hidable
from mlp.page.style.redraw import On, part, redraw
from mlp.page.style.theme import image_url
from mlp.page.visitors.visitor import Visitor

_canvas = SessionVar[Any]("canvas", None)
"""The browser's report on the canvas, which may be anything; a control."""
_restored = SessionVar[bool]("restored", False)
"""Whether this tab has begun with an earlier drawing, if there was one."""


STROKE_PX = round(PEN_PX)

hidable("undo", "Undo")
hidable("clear", "Clear")
hidable("give-one", "Give me one")
hidable("photo", "Photo", ".st-key-picture_upload")
hidable("your-signs", "Your signs")


def restore_drawing(visitor: Visitor) -> None:
    """Begin with the drawing of the link, or with the last drawing or photo; call it before all parts that read it.

    A run that begins while nothing is drawn is given an image.
    """
    this_tab().desk.collected = collected_signs(visitor)
    if _restored.is_kept():
        give_to_run(visitor)
        return
    _restored.set(True)
    linked, kept = take_linked_drawing(STROKE_PX), checked_drawing(visitor.drawing)
    if linked is not None:
        visitor.picture = None
    if (drawing := linked or kept) is not None or visitor.picture is not None:
        objects, image = drawing or ([], "")
        this_tab().desk.put(objects, image, None if visitor.picture is None else photo_of(visitor.picture))


@part("drawing", on=On.CANVAS)
def canvas_section(visitor: Visitor) -> None:
    """Draw the canvas and its buttons.

    A stroke redraws only the parts that depend on it (`on_stroke`), not the canvas. The canvas is still a part, as a
    stroke outside of any part would interrupt a running script.
    """
    # Imported here, as it raises outside of a running page, where tests import this module.
    from streamlit_drawable_canvas import st_canvas

    if not _is_sound(_canvas.get()):
        _canvas.pop()
    this_tab().register("canvas", _put_part)
    st_canvas(
        width=CANVAS_PX,
        height=CANVAS_PX,
        stroke_width=STROKE_PX,
        stroke_color="#ffffff",
        background_color="#000000",  # the same in dark mode, as changing it would erase the drawing
        initial_drawing=this_tab().desk.on_canvas,
        return_image_data=True,
        on_change=lambda: on_stroke(visitor),
        key=_canvas.key,
    )
    st.html(sign_to_draw(visitor))
    st.html(f'<div data-live="given">{given_html(this_tab().desk)}</div>')
    with st.container(horizontal=True, gap="xsmall", key="draw_buttons"):
        st.button(
            "Undo", key="undo", on_click=_undo, args=(visitor,), help="Removes the last stroke (or press Ctrl+Z)."
        )
        st.button("Clear", key="clear", on_click=_clear, args=(visitor,))
        st.button("Give me one", key="give_one", on_click=give_one, args=(visitor,), help="Shows a random test digit.")
        beside = st.container(width="content", key="picture_upload")
        your_signs(visitor)
    photo_button(beside)


def photo_section(visitor: Visitor, where: DeltaGenerator) -> None:
    """Draw the panel of *Photo* into a container; the file uploader's code would delay a canvas drawn with it."""
    with where:
        photo_panel(visitor, lambda photo: show_photo(visitor, photo))


def on_stroke(visitor: Visitor) -> None:
    """Keep the drawing for a reload, and rerun the fragments that read it."""
    tab, canvas = this_tab(), _canvas.get()
    tab.wait_for_answer()
    drawn = checked_drawing(canvas.get("drawing")) if isinstance(canvas, Mapping) else None
    had_work = visitor.has_work()
    tab.desk.report(*(drawn or ([], "")), is_newest=not tab.followed)
    if tab.desk.is_drawn_on:
        visitor.picture = None
    _keep(visitor, drawn)
    redraw(On.STROKE if visitor.has_work() == had_work else On.STROKE | On.FIRST_WORK)


def _keep(visitor: Visitor, drawn: tuple[list[Any], str] | None) -> None:
    """Keep the canvas's objects and image, to restore them after a reload."""
    visitor.keep_drawing(None if drawn is None else {"raw": {"objects": drawn[0]}, "data": drawn[1]})


def _is_sound(canvas: Any) -> bool:
    """Whether the canvas package can read the value that the browser sent."""
    if canvas is None:
        return True
    parts = [canvas.get("drawing"), canvas.get("backgroundFit")] if isinstance(canvas, Mapping) else [canvas]
    return all(part is None or isinstance(part, Mapping) for part in parts)


def _clear(visitor: Visitor) -> None:
    forget_photo()
    wipe(visitor)


def _undo(visitor: Visitor) -> None:
    """Remove the last stroke, or the whole photo."""
    desk = this_tab().desk
    left = [] if desk.photo is not None else desk.objects[:-1]
    if left:
        _put(left)
    else:
        wipe(visitor)


def _put(objects: list[Any], image: str | None = None, photo: Photo | None = None, chosen: int | None = None) -> None:
    """Put these objects on the canvas, see `Desk.put`; it then reports them as if they had been drawn."""
    this_tab().desk.put(objects, image, photo, chosen)
    this_tab().changed("canvas")
    redraw(On.CANVAS | On.STROKE)


def _put_part(tab: Tab) -> Parts:
    """Return the part that makes the browser ask for a reading once it shows what a script has put on the canvas."""
    on_canvas = tab.desk.on_canvas
    return {"put": [str(on_canvas.get("put", "")), bool(on_canvas["objects"])]}


def show_photo(visitor: Visitor, photo: Photo | None, chosen: int = 0) -> None:
    """Read a photo, or one digit of it, and put its ink on the canvas; clear the canvas if there is none."""
    digit = None if photo is None else photo.digits[chosen]
    visitor.picture = None if photo is None else photo.picture
    if digit is None:
        wipe(visitor)
    else:
        _put_image(visitor, digit.pixels, photo, chosen)


def _put_image(visitor: Visitor, pixels: np.ndarray, photo: Photo | None = None, chosen: int | None = None) -> None:
    """Put an image, (h, w) uint8, on the canvas, as large as fits."""
    whole = _on_whole_canvas(pixels)
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
    _keep(visitor, ([on_canvas], whole))
    _put([on_canvas], whole, photo, chosen)


def _on_whole_canvas(pixels: np.ndarray) -> str:
    """Return an image, (h, w) uint8, scaled and padded to the size of the canvas, as a data URL."""
    image = Image.fromarray(pixels)
    scale = CANVAS_PX / max(image.size)
    width, height = (max(1, round(scale * side)) for side in image.size)
    whole = Image.new("L", (CANVAS_PX, CANVAS_PX))
    fitted = image.resize((width, height), Image.Resampling.BICUBIC)
    whole.paste(fitted, ((CANVAS_PX - width) // 2, (CANVAS_PX - height) // 2))
    return image_url(np.asarray(whole))
