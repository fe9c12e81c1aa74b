"""A visitor's own digits: drawings and photos with their labels, as a limited set and as a file.

The file is JSON like that of recorded drawings (see `mlp.images.recorded`), so that ``python -m mlp evaluate`` can read
it; each sample also holds the network's input.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.recorded import (
    CANVAS_PX,
    MAX_POINTS,
    PEN_PX,
    PIXELS,
    Stroke,
    parse_image,
    parse_picture,
    parse_sample,
    place,
    rasterize,
)

MAX_OWN = 500
MAX_FILE_BYTES = 10_000_000
MAX_COORDINATE = 1e6


class OwnDigitsError(ValueError):
    """A file is not a set of digits; the message explains why to visitors."""


@dataclass(frozen=True, eq=False)
class OwnDigit:
    """One digit: its label, the network's input, and its strokes.

    ``image`` is (784,) uint8 in MNIST's form; ``strokes`` are in pixels of the canvas, empty for a photo.
    """

    label: int
    image: np.ndarray
    strokes: tuple[Stroke, ...] = ()


class OwnDigits:
    """A visitor's digits in order of arrival, each image once, at most 500."""

    def __init__(self, digits: Iterable[OwnDigit] = ()) -> None:
        self._digits: dict[bytes, OwnDigit] = {}
        for digit in digits:
            self.put(digit)

    def __len__(self) -> int:
        """Number of digits."""
        return len(self._digits)

    def __iter__(self) -> Iterator[OwnDigit]:
        """Iterate over the digits in order."""
        return iter(list(self._digits.values()))

    @property
    def images(self) -> np.ndarray:
        """All images, (n, 784) uint8."""
        return np.array([digit.image for digit in self], np.uint8).reshape(-1, PIXELS)

    @property
    def labels(self) -> np.ndarray:
        """All labels, (n,) int64."""
        return np.array([digit.label for digit in self], np.int64)

    @property
    def n_bytes(self) -> int:
        """Approximate memory of the digits, in bytes."""
        return sum(2_000 + sum(stroke.nbytes for stroke in digit.strokes) for digit in self)

    def label_of(self, image: np.ndarray) -> int | None:
        """Return the label of an image; None if it is not in the set."""
        known = self._digits.get(as_pixels(image).tobytes())
        return None if known is None else known.label

    def put(self, digit: OwnDigit) -> bool:
        """Add a digit, or correct the label of its image; return False if the set is full."""
        key = digit.image.tobytes()
        if key not in self._digits and len(self) >= MAX_OWN:
            return False
        self._digits[key] = digit
        return True

    def remove(self, image: np.ndarray) -> None:
        """Remove an image; a missing one is no error."""
        self._digits.pop(as_pixels(image).tobytes(), None)

    def clear(self) -> None:
        """Remove all digits."""
        self._digits.clear()

    def dump(self) -> str:
        """Return the set as a file for `parse_own_digits`."""
        samples, pictures = [], []
        for digit in self:
            image = base64.b64encode(digit.image.tobytes()).decode("ascii")
            if digit.strokes:
                strokes = [np.round(stroke, 1).tolist() for stroke in digit.strokes]
                samples.append({"label": digit.label, "writer": 0, "strokes": strokes, "image": image})
            else:
                pictures.append({"label": digit.label, "image": image})
        meta = {"from": "Inkling", "canvas_px": CANVAS_PX, "pen_px": PEN_PX}
        return json.dumps({"meta": meta, "samples": samples, "pictures": pictures}, separators=(",", ":"))


def as_pixels(image: np.ndarray) -> np.ndarray:
    """Return an image in MNIST's form, (28, 28) or (784,), float 0..1 or uint8, as (784,) uint8."""
    flat = np.asarray(image).reshape(PIXELS)
    return flat if flat.dtype == np.uint8 else np.rint(np.clip(flat, 0, 1) * 255).astype(np.uint8)


def parse_own_digits(data: bytes) -> list[OwnDigit]:
    """Return the digits in a file of `OwnDigits.dump`, or of recorded drawings as uncompressed JSON.

    Raises
    ------
    OwnDigitsError
        If it is too large, of another form, or holds more than 500 digits or an invalid value.
    """
    if len(data) > MAX_FILE_BYTES:
        raise OwnDigitsError(f"a file of digits may have at most {MAX_FILE_BYTES / 1e6:.0f} MB")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise OwnDigitsError("this is not a file of digits: it is not JSON") from error
    if not isinstance(content, Mapping) or not isinstance(content.get("samples"), list):
        raise OwnDigitsError('this is not a file of digits: it must be like {"samples": [...]}')
    pictures = content.get("pictures", [])
    if not isinstance(pictures, list):
        raise OwnDigitsError("pictures must be a list")
    n = len(content["samples"]) + len(pictures)
    if not 1 <= n <= MAX_OWN:
        raise OwnDigitsError(f"a file may hold 1 to {MAX_OWN} digits, got {n:,}")
    n_points = sum(map(_n_points, content["samples"]))
    if n_points > MAX_OWN * MAX_POINTS:
        raise OwnDigitsError(f"a file may hold at most {MAX_OWN * MAX_POINTS:,} points, got {n_points:,}")
    try:
        drawn = [_sample(sample, f"sample {number}") for number, sample in enumerate(content["samples"])]
        photos = [parse_picture(each, f"picture {number}") for number, each in enumerate(pictures)]
        return drawn + [OwnDigit(photo.label, photo.image) for photo in photos if photo.image is not None]
    except OwnDigitsError:
        raise
    except ValueError as error:
        raise OwnDigitsError(str(error)) from error


def _n_points(sample: Any) -> int:
    """Return the number of points in a sample of any form, before it is parsed."""
    strokes = sample.get("strokes") if isinstance(sample, Mapping) else None
    return sum(len(stroke) if isinstance(stroke, list) else 1 for stroke in strokes) if isinstance(strokes, list) else 0


def _sample(sample: Any, where: str) -> OwnDigit:
    drawing = parse_sample(sample, where)
    if any(np.abs(stroke).max() > MAX_COORDINATE for stroke in drawing.strokes):
        raise OwnDigitsError(f"{where}: points must lie within ±{MAX_COORDINATE:,.0f}")
    if "image" in sample:
        return OwnDigit(drawing.label, parse_image(sample["image"], where), drawing.strokes)
    # A recorded drawing from elsewhere, in other units, is drawn as large as a visitor would.
    strokes = place(drawing.strokes, longer_side=0.6 * CANVAS_PX, corner=(0.2 * CANVAS_PX, 0.2 * CANVAS_PX))
    image = to_mnist(rasterize(strokes, pen_px=PEN_PX))
    assert image is not None  # a pen always leaves ink
    return OwnDigit(drawing.label, as_pixels(image), strokes)


def strokes_on_canvas(objects: Sequence[Any]) -> tuple[Stroke, ...]:
    """Return the strokes in the canvas's own JSON; none if one has another form, or they have over 600 points.

    Parameters
    ----------
    objects : sequence of mappings
        As the canvas sends them: each with a ``path`` of M, Q and L segments, in pixels. The control point of a Q is
        where the pen was; its end lies between two such points.
    """
    strokes, n_points = [], 0
    for each in objects:
        path = each.get("path") if isinstance(each, Mapping) else None
        moved = isinstance(each, Mapping) and any(
            each.get(name, still) != still for name, still in (("scaleX", 1), ("scaleY", 1), ("angle", 0))
        )
        if not isinstance(path, Sequence) or moved:
            return ()
        n_points += len(path)
        if n_points > MAX_POINTS:
            return ()
        try:
            points = [[float(segment[1]), float(segment[2])] for segment in path]
        except (TypeError, ValueError, OverflowError, LookupError):
            return ()
        if not points or not np.isfinite(points).all() or np.abs(points).max() > MAX_COORDINATE:
            return ()
        strokes.append(np.array(points))
    return tuple(strokes)
