"""The strokes of a drawing as a short text for a link."""

import base64
import binascii
from collections.abc import Iterable

import numpy as np

from mlp.images.recorded import CANVAS_PX, Stroke
from mlp.language import Later, mark

MAX_CHARACTERS = 1_500
"""Maximum number of characters of a drawing in a link; 270 to 800 are usual."""
APART_PX = 5.0
"""Minimum distance of points that are kept; less would not be visible."""
MAX_POINTS = 255
"""Maximum number of points in one stroke, as the count is one byte."""
STEPS = 255
"""Positions on the canvas in each direction, as each is one byte."""


def strokes_to_text(strokes: Iterable[Stroke]) -> str | None:
    """Return strokes, in pixels of the canvas, as URL-safe text; None if there are none, or too many.

    >>> strokes_to_text([np.array([(0.0, 0.0), (280.0, 140.0)])])
    'AgAA_4A='
    """
    packed = b"".join(map(_packed, strokes))
    text = base64.urlsafe_b64encode(packed).decode("ascii")
    return text if 0 < len(text) <= MAX_CHARACTERS else None


def strokes_from_text(text: str) -> tuple[Stroke, ...]:
    """Return the strokes of such a text, in pixels of the canvas.

    Raises a ValueError if it is too long, or not written by `strokes_to_text`.
    """
    if len(text) > MAX_CHARACTERS:
        rule = mark("{name} must have at most {most:,} characters, got {n:,}")
        raise ValueError(Later(rule, name="drawing", most=MAX_CHARACTERS, n=len(text)))
    strokes: list[Stroke] = []
    try:
        packed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError):
        packed = b""
    at = 0
    while at < len(packed):
        n_bytes = 2 * packed[at]
        points = np.frombuffer(packed[at + 1 : at + 1 + n_bytes], np.uint8)
        strokes.append(points[: n_bytes if len(points) == n_bytes else 0].reshape(-1, 2) * (CANVAS_PX / STEPS))
        at += 1 + n_bytes
    if not strokes or not all(map(len, strokes)):
        rule = mark("{name} must be strokes in the form that this page writes, got {text}")
        raise ValueError(Later(rule, name="drawing", text=repr(text[:30])))
    return tuple(strokes)


def _packed(stroke: Stroke) -> bytes:
    """Return a stroke as bytes: the number of its points, then x and y of each.

    It has its ends, and between them only points at least `APART_PX` apart.
    """
    points = np.clip(np.asarray(stroke, float), 0, CANVAS_PX)
    kept = [points[0]]
    for point in points[1:-1]:
        if np.hypot(*(point - kept[-1])) >= APART_PX:
            kept.append(point)
    kept = [*kept[: MAX_POINTS - 1], *points[1:][-1:]]
    return bytes([len(kept)]) + np.rint(np.array(kept) * STEPS / CANVAS_PX).astype(np.uint8).tobytes()
