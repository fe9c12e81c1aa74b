"""The strokes of a drawing as a short text for a link."""

import base64
import binascii
from collections.abc import Iterable

import numpy as np

from mlp.images.recorded import CANVAS_PX, Stroke

MAX_CHARACTERS = 1_500
"""Maximum number of points of a drawing in a link; 100 to 300 are usual."""
APART_PX = 5.0
"""Minimum distance of points that are kept; less would not be visible."""
MAX_POINTS = 255
"""Maximum number of points in one stroke, as the count is one byte."""
STEPS = 255
"""Positions on the canvas in each direction, as each is one byte."""


def strokes_to_text(strokes: Iterable[Stroke]) -> str | None:
    """Return strokes, in pixels of the canvas, as URL-safe text; None if there are none, or too many.

    Examples
    --------
    >>> strokes_to_text([np.array([(0.0, 0.0), (280.0, 140.0)])])
    'AgAA_4A='
    """
    packed = b"".join(packed_stroke(stroke, APART_PX) for stroke in strokes)
    text = base64.urlsafe_b64encode(packed).decode("ascii")
    return text if 0 < len(text) <= MAX_CHARACTERS else None


def strokes_from_text(text: str) -> tuple[Stroke, ...]:
    """Return the strokes of such a text, in pixels of the canvas.

    Raises
    ------
    ValueError
        If it is too long, or not written by `strokes_to_text`.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"drawing must have at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    strokes: list[Stroke] = []
    try:
        packed = PackedStrokes(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
        while not packed.at_end:
            strokes.append(packed.stroke())
    except (binascii.Error, UnicodeError, EOFError):
        strokes = []
    if not strokes or not all(map(len, strokes)):
        raise ValueError(f"drawing must be strokes in the form that this page writes, got {text[:30]!r}")
    return tuple(strokes)


def packed_stroke(stroke: Stroke, apart_px: float) -> bytes:
    """Return a stroke as bytes: the number of its points, then x and y of each.

    It has its ends, and between them only points at least ``apart_px`` apart.
    """
    points = np.clip(np.asarray(stroke, float), 0, CANVAS_PX)
    kept = [points[0]]
    for point in points[1:-1]:
        if np.hypot(*(point - kept[-1])) >= apart_px:
            kept.append(point)
    kept = [*kept[: MAX_POINTS - 1], *points[1:][-1:]]
    return bytes([len(kept)]) + np.rint(np.array(kept) * STEPS / CANVAS_PX).astype(np.uint8).tobytes()


class PackedStrokes:
    """Bytes that are read piece by piece: numbers, texts, and strokes of `packed_stroke`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, n: int) -> bytes:
        """Return the next ``n`` bytes, or raise an EOFError."""
        taken = self._data[self._at : self._at + n]
        if len(taken) < n:
            raise EOFError
        self._at += n
        return taken

    def count(self) -> int:
        """Return the next byte as a number."""
        return self.take(1)[0]

    def stroke(self) -> Stroke:
        """Return the next stroke, in pixels of the canvas."""
        points = np.frombuffer(self.take(2 * self.count()), np.uint8).reshape(-1, 2)
        return points * (CANVAS_PX / STEPS)

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._at == len(self._data)
