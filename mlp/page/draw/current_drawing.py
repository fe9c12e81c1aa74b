"""Give what is drawn, or the picture in its place, prepared once a stroke for all that read it."""

import base64
import io
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from mlp.images.input_image import InputImage, from_drawing
from mlp.images.own_digits import strokes_on_canvas
from mlp.images.recorded import CANVAS_PX
from mlp.page import state
from mlp.page.live.tabs import Tab, this_tab

MAX_URL_CHARACTERS = 500_000  # our canvas full of scribble needs a tenth of it


def current_drawing() -> InputImage | None:
    """Give what is drawn, or the picture that stands in for it; None if there is no ink.

    Reads the session's state, so that any fragment may ask, without touching the canvas.
    """
    picture = state.picture.get()
    if picture is not None:
        return picture
    # A canvas that was given its drawing back reports nothing until it is drawn on.
    reported = reported_drawing()
    drawing = reported if reported.get("data") else state.begun_with.get()
    url = drawing.get("data")
    if not url:
        return None
    kept = state.prepared_drawing.get()
    if kept is None or kept[0] != url:
        kept = (url, image_of_canvas(url, drawing["raw"]))
        state.prepared_drawing.set(kept)
    return kept[1]


def digits_in(tab: Tab, drawing: InputImage) -> tuple[InputImage, ...]:
    """Return what is read of a drawing, one by one: its digits from left to right, or all of it as one."""
    return (drawing,) if tab.whole else drawing.digits


def current_digit() -> InputImage | None:
    """Return the digit of the drawing that is looked at, or the picture in its place; None if there is no ink."""
    drawing, tab = current_drawing(), this_tab()
    if drawing is None:
        return None
    digits = digits_in(tab, drawing)
    return digits[chosen_of(tab, len(digits))]


def chosen_of(tab: Tab, n: int) -> int:
    """Return which of ``n`` digits is looked at, from 0."""
    return n - 1 if tab.chosen is None or tab.chosen >= n else tab.chosen


def drawing_in(tab: Tab, else_this: InputImage | None) -> InputImage | None:
    """Give what a tab's browser shows, or ``else_this`` if it has not told yet; for callers outside of the script."""
    if tab.instead is not None or tab.asked is None:
        shown: InputImage | None = tab.instead or else_this
        return shown
    kept, ink = tab.prepared, tab.asked.ink
    if kept is None or kept[0] != ink:
        tab.prepared = kept = (ink, image_of_canvas(ink, {}))
    drawing: InputImage | None = kept[1]
    return drawing


def reported_drawing() -> dict[str, Any]:
    """Give ``raw`` and ``data`` as the browser sent them; empty if they are nothing that our canvas sends."""
    canvas = state.canvas.get()
    return sound_drawing(canvas.get("drawing")) if isinstance(canvas, Mapping) else {}


def sound_drawing(drawing: object) -> dict[str, Any]:
    """Give ``raw`` and ``data`` of what should be a drawing on the canvas; empty if it is none."""
    if not isinstance(drawing, Mapping):
        return {}
    raw, data = drawing.get("raw"), drawing.get("data")
    if not isinstance(raw, Mapping) or not isinstance(data, str) or len(data) > MAX_URL_CHARACTERS:
        return {}
    return {"raw": raw, "data": data}


def forget_drawing() -> None:
    """Count what the browser reports as blank, until it reports something else."""
    state.prepared_drawing.set((reported_drawing().get("data"), None))


def read_instead(url: str) -> None:
    """Read this picture in place of what the browser reports, until it reports something else."""
    state.prepared_drawing.set((reported_drawing().get("data") or url, image_of_canvas(url, {})))


def image_of_canvas(url: str, raw: Mapping[str, Any]) -> InputImage | None:
    """Prepare the picture and the strokes that a canvas sends; None if there is no ink, or they are not from ours."""
    pixels, objects = _decoded(url), raw.get("objects")
    strokes = strokes_on_canvas(objects) if isinstance(objects, list) else ()
    return None if pixels is None else from_drawing(pixels, strokes)


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
