"""The canvas and its buttons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from mlp.images.recorded import CANVAS_PX, PEN_PX, Stroke, rasterize
from mlp.images.stroke_link import strokes_from_text
from mlp.language import mark, tr
from mlp.page.draw.networks import answering
from mlp.page.draw.on_canvas import (
    CANVAS,
    dotted,
    forget_photo,
    give_one,
    give_to_run,
    given_html,
    given_images,
    keep_drawing,
    put_objects,
    taken_off,
    wipe,
)
from mlp.page.draw.photo import photo_button
from mlp.page.draw.takers import Taker, row_of
from mlp.page.live.desk import STROKE, checked_drawing, photo_of
from mlp.page.live.live_page import LivePage, Parts, this_page
from mlp.page.script.link import hidable, linked
from mlp.page.script.redraw import redraw, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import live
from mlp.page.style.theme import image_url
from mlp.page.visitors.runs import FIRST_WORK
from mlp.page.visitors.visitor import Visitor

_canvas = SessionVar[Any]("canvas", None)
"""The browser's report on the canvas, which may be anything; a control."""
_restored = SessionVar[bool]("restored", False)
"""Whether this page has begun with an earlier drawing, if there was one."""


STROKE_PX = round(PEN_PX)

hidable("undo", "Undo")
hidable("clear", "Clear")
hidable("give-one", "Give me one")
hidable("photo", "Photo", ".st-key-picture_upload")


def restore_drawing(visitor: Visitor) -> None:
    """Begin with the drawing of the link, or with the last drawing or photo; call it before all parts that read it.

    A run that begins while nothing is drawn is given an image.
    """
    if _restored.is_kept():
        give_to_run(visitor)
        return
    _restored.set(True)
    linked, kept = _linked_drawing(), checked_drawing(visitor.drawing)
    if linked is not None:
        visitor.picture = None
    if (drawing := linked or kept) is not None or visitor.picture is not None:
        objects, image = drawing or ([], "")
        this_page().desk.put(objects, image, None if visitor.picture is None else photo_of(visitor.picture))


def _linked_drawing() -> tuple[list[Any], str] | None:
    """Return the drawing in the link that opened the page: the canvas's objects, and their image."""
    text = linked("drawing")
    if text is None:
        return None
    try:
        strokes = strokes_from_text(text)
    except ValueError:
        return None  # `open_link` reports it
    return [_path(stroke) for stroke in strokes], image_url(rasterize(strokes, pen_px=STROKE_PX))


def _path(stroke: Stroke) -> dict[str, Any]:
    points = stroke.tolist()
    return {
        "type": "Path",
        "path": [["M", *points[0]], *(["L", *point] for point in (points[1:] or points))],
        "fill": None,
        "stroke": "#ffffff",
        "strokeWidth": STROKE_PX,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def draw_heading(visitor: Visitor) -> None:
    """Draw the heading of the canvas."""
    digit = mark("Draw a digit")
    st.header(tr(answering(visitor).reader.learned.of(digit, digit, mark("Draw"))), anchor=False)


@redrawn("drawing", CANVAS)
def canvas_section(visitor: Visitor, takers: Sequence[Taker], buttons: Sequence[Callable[[Visitor], None]]) -> None:
    """Draw the canvas, which shows what the taker of the drawing asks for, and its buttons, the given ones last.

    A stroke redraws only the fragments that depend on it (`on_stroke`), not the canvas. It is still a fragment, as a
    stroke outside of any would interrupt a running script.
    """
    # Imported here, as it raises outside of a running page, where tests import this module.
    from streamlit_drawable_canvas import st_canvas

    if not _is_sound(_canvas.get()):
        _canvas.pop()
    page, row, reader = this_page(), row_of(visitor, takers), answering(visitor).reader
    page.desk.collected = row.collects
    page.register("canvas", _put_part)
    st_canvas(
        width=CANVAS_PX,
        height=CANVAS_PX,
        stroke_width=STROKE_PX,
        stroke_color="#ffffff",
        background_color="#000000",  # the same in dark mode, as changing it would erase the drawing
        initial_drawing=page.desk.on_canvas,
        return_image_data=True,
        on_change=lambda: on_stroke(visitor),
        key=_canvas.key,
    )
    taken = '<i class="ink-taken" hidden></i>' * (taken_off.get() is not None)  # with it, *Undo* is there
    asks_for = row.asks_for or reader.learned.of("", reader.names[0], " ")  # a thing is no shape to draw
    st.html(dotted(asks_for) + taken)
    st.html(live("given", given_html(page.desk)))
    with st.container(horizontal=True, gap="xsmall", key="draw_buttons"):
        if reader.learned.is_set:  # things that nobody draws come first as images
            _give_button(visitor)
        st.button(
            tr("Undo"),
            key="undo",
            on_click=_undo,
            args=(visitor,),
            help=tr("Removes the last stroke (or press Ctrl+Z)."),
        )
        st.button(tr("Clear"), key="clear", on_click=_clear, args=(visitor,))
        if not reader.learned.is_set:
            _give_button(visitor)
        beside = st.container(width="content", key="picture_upload")
        for button in buttons:
            button(visitor)
    photo_button(beside)


def _give_button(visitor: Visitor) -> None:
    """Draw the button that shows an image of what the network reads, if there are any."""
    if given_images(visitor) is not None:
        st.button(
            tr("Give me one"), key="give_one", on_click=give_one, args=(visitor,), help=tr("Shows one at random.")
        )


def on_stroke(visitor: Visitor) -> None:
    """Keep the drawing for a reload, and rerun the fragments that read it."""
    page, canvas = this_page(), _canvas.get()
    page.wait_for_answer()
    drawn = checked_drawing(canvas.get("drawing")) if isinstance(canvas, Mapping) else None
    had_work = visitor.has_work()
    page.desk.report(*(drawn or ([], "")), is_newest=not page.followed)
    if page.desk.is_drawn_on:
        visitor.picture = None
    keep_drawing(visitor, drawn)
    redraw(STROKE, *([] if visitor.has_work() == had_work else [FIRST_WORK]))


def _is_sound(canvas: Any) -> bool:
    """Whether the canvas package can read the value that the browser sent."""
    if canvas is None:
        return True
    parts = [canvas.get("drawing"), canvas.get("backgroundFit")] if isinstance(canvas, Mapping) else [canvas]
    return all(part is None or isinstance(part, Mapping) for part in parts)


def _clear(visitor: Visitor) -> None:
    forget_photo()
    taken_off.pop()
    wipe(visitor, CANVAS)


def _undo(visitor: Visitor) -> None:
    """Remove the last stroke, or the whole photo; bring back what left the canvas for another network."""
    desk = this_page().desk
    if not desk.objects and desk.photo is None and (taken := taken_off.pop()) is not None:
        objects, photo, chosen = taken
        visitor.picture = None if photo is None else photo.picture
        put_objects(objects, None, photo, chosen)
        return
    left = [] if desk.photo is not None else desk.objects[:-1]
    if left:
        put_objects(left)
    else:
        wipe(visitor, CANVAS)


def _put_part(page: LivePage) -> Parts:
    """Return the part that makes the browser ask for a reading once it shows what a script has put on the canvas."""
    on_canvas = page.desk.on_canvas
    return {"put": [str(on_canvas.get("put", "")), bool(on_canvas["objects"])]}
