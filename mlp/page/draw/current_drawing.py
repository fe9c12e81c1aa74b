"""The current drawing, or the photo in its place, prepared once per stroke for all parts that read it."""

import base64
import io
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from mlp.images.drawings.canvas_strokes import strokes_on_canvas
from mlp.images.input_image import InputImage, from_drawing
from mlp.images.recorded import CANVAS_PX
from mlp.page import state
from mlp.page.live.tabs import Tab, this_tab
from mlp.page.session_var import SessionVar

_prepared_drawing = SessionVar[tuple[str | None, InputImage | None] | None]("prepared_drawing", None)
"""The data URL of the last drawing, and the drawing prepared from it."""


RUNS = "data:text/x-runs,"
"""Begins a canvas's image in the form of `_from_runs`; other images are PNG."""
MAX_URL_CHARACTERS = 500_000  # ten times the length of a canvas full of scribble


def current_drawing() -> InputImage | None:
    """Return the current drawing, or the photo in its place; None if there is no ink.

    It reads the session's state, so any fragment can call it without touching the canvas.
    """
    picture = state.picture.get()
    if picture is not None:
        return picture
    # A canvas whose drawing was restored reports nothing before the next stroke.
    reported = reported_drawing()
    drawing = reported if reported.get("data") else state.begun_with.get()
    url = drawing.get("data")
    if not url:
        return None
    kept = _prepared_drawing.get()
    if kept is None or kept[0] != url:
        kept = (url, image_of_canvas(url, drawing["raw"]))
        _prepared_drawing.set(kept)
    return kept[1]


def digits_in(tab: Tab, drawing: InputImage) -> tuple[InputImage, ...]:
    """Return the parts of a drawing that are read separately: its digits from left to right, or all of it."""
    return (drawing,) if tab.whole else drawing.digits


def current_digit() -> InputImage | None:
    """Return the chosen digit of the drawing, or the photo in its place; None if there is no ink."""
    drawing, tab = current_drawing(), this_tab()
    if drawing is None:
        return None
    digits = digits_in(tab, drawing)
    return digits[chosen_of(tab, len(digits))]


def chosen_of(tab: Tab, n: int) -> int:
    """Return the place of the chosen digit among ``n``, from 0."""
    return n - 1 if tab.chosen is None or tab.chosen >= n else tab.chosen


def drawing_in(tab: Tab, fallback: InputImage | None) -> InputImage | None:
    """Return the drawing in a tab's browser, or ``fallback`` before it is known; for callers outside of the script."""
    if tab.instead is not None or tab.question is None:
        shown: InputImage | None = tab.instead or fallback
        return shown
    kept, ink = tab.prepared, tab.question.ink
    if kept is None or kept[0] != ink:
        tab.prepared = kept = (ink, image_of_canvas(ink, {}))
    drawing: InputImage | None = kept[1]
    return drawing


def reported_drawing() -> dict[str, Any]:
    """Return ``raw`` and ``data`` as the browser sent them, or nothing if they are not from our canvas."""
    canvas = state.canvas.get()
    return checked_drawing(canvas.get("drawing")) if isinstance(canvas, Mapping) else {}


def checked_drawing(drawing: object) -> dict[str, Any]:
    """Return ``raw`` and ``data`` of a canvas drawing, or nothing if ``drawing`` is not one."""
    if not isinstance(drawing, Mapping):
        return {}
    raw, data = drawing.get("raw"), drawing.get("data")
    if not isinstance(raw, Mapping) or not isinstance(data, str) or len(data) > MAX_URL_CHARACTERS:
        return {}
    return {"raw": raw, "data": data}


def forget_drawing() -> None:
    """Treat the drawing that the browser reports as blank, until it reports another one."""
    _prepared_drawing.set((reported_drawing().get("data"), None))


def read_instead(url: str) -> None:
    """Read this image in place of the drawing that the browser reports, until it reports another one."""
    _prepared_drawing.set((reported_drawing().get("data") or url, image_of_canvas(url, {})))


def image_of_canvas(url: str, raw: Mapping[str, Any]) -> InputImage | None:
    """Return the prepared drawing from a canvas's image and strokes; None if blank or not from our canvas."""
    pixels, objects = _decoded(url), raw.get("objects")
    strokes = strokes_on_canvas(objects) if isinstance(objects, list) else ()
    return None if pixels is None else from_drawing(pixels, strokes)


def _decoded(url: str) -> np.ndarray | None:
    """Return the red channel of an image's data URL, as the canvas is white on black; None if not from our canvas."""
    if url.startswith(RUNS):
        return _from_runs(url.removeprefix(RUNS))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2], validate=True)), formats=["PNG"])
        if image.width > 2 * CANVAS_PX or image.height > 2 * CANVAS_PX:
            return None
        return np.asarray(image.convert("RGB"))[:, :, 0].copy()
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        return None


def _from_runs(text: str) -> np.ndarray | None:
    """Return the pixels of a canvas from runs of equal ones; None if they do not fill it.

    A run is a letter, a for paper to p for ink, and its length if it is more than 1.

    Examples
    --------
    >>> _from_runs("a280bp2a78117")[:2, :3].tolist(), _from_runs("a78401")
    ([[0, 0, 0], [17, 255, 255]], None)
    """
    if re.fullmatch(r"(?:[a-p]\d{0,5})*", text) is None:
        return None
    runs = [(17 * (ord(letter) - ord("a")), int(length or 1)) for letter, length in re.findall(r"(.)(\d*)", text)]
    if sum(length for _, length in runs) != CANVAS_PX**2:
        return None
    shades, lengths = zip(*runs, strict=True)
    return np.repeat(np.array(shades, np.uint8), lengths).reshape(CANVAS_PX, CANVAS_PX)
