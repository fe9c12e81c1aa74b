"""Drawings in links: one for the link to share, and the one from the link that opened the page."""

from typing import Any

from mlp.images.recorded import Stroke, rasterize
from mlp.images.stroke_link import strokes_from_text, strokes_to_text
from mlp.page.live.tabs import this_tab
from mlp.page.style.link import linked
from mlp.page.style.theme import image_url

NAME = "drawing"


def drawing_for_link() -> str | None:
    """Return the drawing as text for a link; None if nothing is drawn or its strokes are unknown."""
    drawing = this_tab().desk.drawing
    return strokes_to_text(drawing.strokes) if drawing is not None and drawing.strokes else None


def take_linked_drawing(stroke_px: int) -> tuple[list[Any], str] | None:
    """Return the drawing in the link that opened the page: the canvas's objects, and their image."""
    text = linked(NAME)
    if text is None:
        return None
    try:
        strokes = strokes_from_text(text)
    except ValueError:
        return None  # `open_link` reports it
    return [_path(stroke, stroke_px) for stroke in strokes], image_url(rasterize(strokes, pen_px=stroke_px))


def _path(stroke: Stroke, stroke_px: int) -> dict[str, Any]:
    points = stroke.tolist()
    return {
        "type": "Path",
        "path": [["M", *points[0]], *(["L", *point] for point in (points[1:] or points))],
        "fill": None,
        "stroke": "#ffffff",
        "strokeWidth": stroke_px,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
