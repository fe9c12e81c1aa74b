"""The image and the strokes of the page's canvas, as browsers send them."""

import base64
import io
import re
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image

from mlp.images.recorded import CANVAS_PX, NO_STROKES, Strokes, checked_drawing

RUNS = "data:text/x-runs,"
"""Begins a canvas's image in the form of `_from_runs`; other images are PNG."""
MAX_URL_CHARACTERS = 500_000  # ten times the length of a canvas full of scribble
STILL = {"scaleX": 1, "scaleY": 1, "angle": 0}
"""What an object has that nobody has changed on the canvas."""


def pixels_of_canvas(url: str) -> np.ndarray | None:
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


def strokes_on_canvas(objects: Sequence[Any]) -> Strokes:
    """Return the strokes in the canvas's own JSON; none if one has another form, or they have over 600 points.

    The canvas sends each object with a ``path`` of M, Q and L segments, in pixels. The control point of a Q is where
    the pen was; its end lies between two such points.
    """
    with suppress(AttributeError, TypeError, ValueError, LookupError):
        if all(each.get(name, value) == value for each in objects for name, value in STILL.items()):
            return checked_drawing([[segment[1:3] for segment in each["path"]] for each in objects])
    return NO_STROKES
