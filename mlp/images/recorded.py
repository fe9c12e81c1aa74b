"""Load digits that people drew, recorded as strokes, and draw them on the page's canvas.

The format is gzip JSON: ``{"meta": {...}, "samples": [{"label": 0-9, "writer": int, "strokes": [[[x, y], ...], ...]},
...]}``, y down, one list of points per pen-down, in any unit. A sample may have an ``image``, the network's input, 784
bytes in base64; a visitor's photo has only that.
"""

import base64
import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from mlp.class_names import DIGITS
from mlp.language import Later, mark

CANVAS_PX = 280
"""Side of the page's canvas."""

PEN_PX = 18.0
"""Width of its brush."""

MAX_COORDINATE = 1e6
"""Largest coordinate of a point, in any unit."""

MAX_POINTS = 600
"""Maximum number of points of a drawing that is kept as strokes; 50 to 300 are usual."""

SIZES = (0.35, 0.80)
"""Minimum and maximum longer side of a drawing, as a fraction of the canvas."""

PENS_PX = (12.0, 26.0)
"""Minimum and maximum width of the round brush."""

SEED = 7
"""Seed for the place, size and brush of drawings when they are measured."""

Stroke = np.ndarray
"""Points of one pen-down, (n, 2) float64, x to the right and y down."""


A_DRAWING = Later("a drawing")
"""What errors call strokes that have no other name."""

PIXELS = 784

FAINTEST = 3
"""Least of an image's darkest pixel: blank images have 0, those of another scale 1, and straightening halves it."""

PACKED = {"points": np.float32, "lengths": np.uint16}
"""The arrays of `Strokes` in a file as it is kept, in base64."""


@dataclass(frozen=True, eq=False)
class Strokes(Sequence[Stroke]):
    """The strokes of a drawing in two arrays, as an array takes 110 bytes besides its points.

    ``points`` are those of all strokes, (n, 2) float; ``lengths`` are the numbers of points of each, (strokes,) int.
    """

    points: np.ndarray
    lengths: np.ndarray

    def __len__(self) -> int:
        """Number of strokes."""
        return len(self.lengths)

    def __iter__(self) -> Iterator[Stroke]:
        """Return the points of each stroke."""
        ends = np.cumsum(self.lengths).tolist()
        return (self.points[first:end] for first, end in pairwise([0, *ends]))

    def __getitem__(self, place: Any) -> Any:
        """Return the points of a stroke."""
        return tuple(self)[place]


NO_STROKES = Strokes(np.empty((0, 2), np.float32), np.empty(0, np.uint16))
NO_IMAGE = np.empty(0, np.uint8)


@dataclass(frozen=True, eq=False)
class Example:
    """One drawing: the place of its name in its set, the network's input, and its strokes.

    ``image`` is (784,) uint8 in MNIST's form, or `NO_IMAGE` if a recorded drawing has none. ``strokes`` are in pixels
    of the canvas, if they were drawn there, and empty for a photo.
    """

    label: int
    image: np.ndarray
    strokes: Strokes = NO_STROKES

    @property
    def n_bytes(self) -> int:
        """Approximate memory in bytes: besides the points of the strokes, that of all objects, and of a thumbnail."""
        return 2_400 + self.strokes.points.nbytes + self.strokes.lengths.nbytes


def load_drawings(path: str | Path) -> list[Example]:
    """Load a file of recorded drawings, gzipped or plain JSON.

    Raises a FileNotFoundError if there is no such file, and a ValueError if it has another form; the message names the
    file and the number of a faulty sample or picture.
    """
    path = Path(path)
    content = path.read_bytes()
    try:
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        file = json.loads(content)
        samples, names = file["samples"], file.get("names", list(DIGITS))
        if not isinstance(samples, list) or names != list(DIGITS):
            raise TypeError(f"samples must be a list of digits, got {names!r:.60}")
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f'{path}: recorded drawings must be JSON like {{"samples": [...]}}: {error}') from error
    return [parse_sample(sample, f"{path}: sample {number}") for number, sample in enumerate(samples)]


def parse_sample(sample: object, where: str, *, n_labels: int = 10) -> Example:
    """Return one sample of such a file; the message of a ValueError begins with ``where``."""
    if not isinstance(sample, dict) or not {"label", "strokes"} <= sample.keys():
        wrong = mark("{where}: needs a label and strokes, got {sample}")
        raise ValueError(Later(wrong, where=where, sample=f"{sample!r:.60}"))
    label = sample["label"]
    if type(label) is not int or not 0 <= label < n_labels:
        wrong = mark("{where}: label must be a number from 0 to {last}, got {label}")
        raise ValueError(Later(wrong, where=where, last=n_labels - 1, label=f"{label!r:.60}"))
    image = _image(sample["image"], where) if "image" in sample else NO_IMAGE
    is_photo = len(image) and sample["strokes"] == []
    return Example(label, image, NO_STROKES if is_photo else checked_strokes(sample["strokes"], where))


def _image(text: object, where: str) -> np.ndarray:
    """Return the network's input, (784,) uint8, from base64."""
    try:
        image = _from_base64(text, np.uint8).reshape(PIXELS)
    except (TypeError, ValueError) as error:
        raise ValueError(Later("{where}: image must be {n} bytes in base64", where=where, n=PIXELS)) from error
    if image.max() < FAINTEST:
        wrong = mark("{where}: an image must have a pixel of at least {least} of 255, got at most {most}")
        raise ValueError(Later(wrong, where=where, least=FAINTEST, most=int(image.max())))
    return image


def in_base64(array: np.ndarray) -> str:
    """Return the content of an array as text."""
    return base64.b64encode(array.tobytes()).decode("ascii")


def _from_base64(text: Any, kind: Any) -> np.ndarray:
    """Return the array that a text holds; a TypeError or a ValueError if it holds none."""
    return np.frombuffer(base64.b64decode(text, validate=True), kind)


def checked_strokes(strokes: object, where: str = A_DRAWING) -> Strokes:
    """Return strokes, of float64 unless they were checked before; the message of a ValueError begins with ``where``."""
    if isinstance(strokes, Strokes):
        return strokes
    try:
        if isinstance(strokes, dict):
            points, lengths = (_from_base64(strokes[name], kind) for name, kind in PACKED.items())
            points = points.reshape(-1, 2)
        else:
            each = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]  # type: ignore[attr-defined]
            points, lengths = np.concatenate(each), np.array([len(stroke) for stroke in each])
        if points.shape != (lengths.sum(), 2) or not lengths.all() or not len(lengths):
            raise ValueError(f"they have {len(points)} points")
    except (TypeError, ValueError, OverflowError, LookupError) as error:
        wrong = mark("{where}: needs at least one stroke, each a list of points [x, y], got {strokes}")
        raise ValueError(Later(wrong, where=where, strokes=f"{strokes!r:.60}")) from error
    if not (np.abs(points) <= MAX_COORDINATE).all():
        wrong = mark("{where}: points must lie within ±{most:,.0f}, got {got}")
        raise ValueError(Later(wrong, where=where, most=MAX_COORDINATE, got=str(np.abs(points).max())))
    return Strokes(points, lengths)


def checked_drawing(strokes: Iterable[Any]) -> Strokes:
    """Return the strokes of one drawing as float32, rounded to a tenth of a pixel.

    Raises a ValueError as `checked_strokes` does, or if they have more than 600 points.
    """
    checked = checked_strokes(strokes)
    if (n_points := len(checked.points)) > MAX_POINTS:
        raise ValueError(Later("a drawing may have at most {most} points, got {n:,}", most=MAX_POINTS, n=n_points))
    return Strokes(np.round(checked.points, 1).astype(np.float32), checked.lengths.astype(np.uint16))


def place(strokes: Sequence[Stroke], *, longer_side: float, corner: tuple[float, float]) -> Strokes:
    """Return strokes scaled to a longer side in pixels, with their box's corner at ``corner`` (x, y)."""
    checked = checked_strokes(strokes)
    low, high = checked.points.min(axis=0), checked.points.max(axis=0)
    extent = float((high - low).max())
    scale = longer_side / extent if extent > 0 else 1.0  # a dot has no side to scale
    return Strokes((checked.points - low) * scale + corner, checked.lengths)


def rasterize(strokes: Iterable[Stroke], *, pen_px: float) -> np.ndarray:
    """Return a canvas with strokes of a round brush.

    It is uint8 (`CANVAS_PX`, `CANVAS_PX`): 0 is paper, 255 is ink; edges are not smoothed. A stroke is (n, 2): points
    x, y in canvas pixels, y down, one stroke per pen-down; a single point makes a dot. The brush is at least 1 pixel
    wide. Raises a ValueError if a stroke does not have finite points, or the brush is too thin.
    """
    if not (math.isfinite(pen_px) and pen_px >= 1):
        raise ValueError(f"the brush must be at least 1 pixel wide, got {pen_px}")
    canvas = Image.new("L", (CANVAS_PX, CANVAS_PX))
    pen = ImageDraw.Draw(canvas)
    radius = pen_px / 2
    checked = checked_strokes(strokes)
    for stroke in checked:
        if len(stroke) > 1:
            pen.line(stroke.ravel().tolist(), fill=255, width=round(pen_px))
    for x, y in checked.points.tolist():  # round joints and ends
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.array(canvas)


def render(strokes: Sequence[Stroke], rng: np.random.Generator) -> np.ndarray:
    """Return the canvas as a visitor would draw a recorded digit: anywhere on it, at any size, with any brush.

    The longer side of the strokes is 35% to 80% of the canvas, the brush 12 to 26 pixels wide, and the whole drawing
    lies on the canvas; each is uniformly random.
    """
    pen_px = rng.uniform(*PENS_PX)
    longer_side = rng.uniform(*SIZES) * CANVAS_PX
    points = np.concatenate(strokes)
    extent = np.ptp(points, axis=0)
    extent = extent * (longer_side / extent.max()) if extent.max() > 0 else extent
    x, y = pen_px / 2 + rng.random(2) * (CANVAS_PX - 1 - pen_px - extent)
    placed = place(strokes, longer_side=longer_side, corner=(float(x), float(y)))
    return rasterize(placed, pen_px=pen_px)
