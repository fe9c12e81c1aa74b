"""Find the digits in a photo of a page: ink by its contrast, without ruled lines, joined and put in order."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from mlp.images.sheet_photos.ruled_lines import without_ruled_lines

MAX_DIGITS = 40
"""Maximum number of digits found on one photo: the largest ones stay."""

MIN_PX = 200
"""Shorter side of a photo with several digits."""

MIN_DIGIT_PX, MIN_DIGIT_SHARE = 16, 0.02
"""Minimum size of the largest digit, in pixels and as a fraction of the photo's longer side."""

MAX_PIECES = 2_000
"""Maximum number of pieces of ink before they are joined: a photo with more is not a page of digits."""

PAPER_SHARE = 0.12
"""Fraction of the photo's longer side: wider than any pen, so that the lightest pixel within it is paper."""

MIN_CONTRAST, MIN_CONTRAST_TO_NOISE = 0.07, 5.0
"""Minimum contrast of ink with the paper beside it, as a fraction, and in standard deviations of its noise."""

FAINT_SHARE = 0.15
"""Minimum contrast of ink, as a fraction of that of the photo's darkest 0.2%: fainter areas are shade."""


class FoundDigit(NamedTuple):
    """A digit on a photo.

    ``box`` is left, top, right and bottom in pixels; ``row`` counts rows of digits from 0; ``ink`` is (h, w) float32, 0
    paper to 1 ink, of this digit alone.
    """

    box: tuple[int, int, int, int]
    row: int
    ink: np.ndarray


def found_digits(colors: np.ndarray) -> list[FoundDigit]:
    """Return the digits row by row from left to right; none if nothing stands out.

    The colors are (h, w, 3) uint8, ideally about 1000 pixels wide, which the constants here assume.
    """
    if min(colors.shape[:2]) < MIN_PX:
        return []
    contrast = _contrast(colors)
    contrast -= np.median(contrast)
    tiles = [tile for band in np.array_split(contrast, 3) for tile in np.array_split(band, 3, axis=1)]
    noise = 1.4826 * max(float(np.median(np.abs(tile))) for tile in tiles)  # most of each tile is paper
    faint = max(MIN_CONTRAST, MIN_CONTRAST_TO_NOISE * noise, FAINT_SHARE * float(np.percentile(contrast, 99.95)))
    drawn = without_ruled_lines(contrast, faint)
    if drawn.sum() < 10:
        return []
    strength = float(np.percentile(contrast[drawn], 75))
    ink = np.clip((contrast / strength - 0.2) / 0.35, 0, 1) * ndimage.binary_dilation(drawn, np.ones((3, 3), bool))
    pieces, n = ndimage.label(ink > 0.3, np.ones((3, 3)))
    if not 0 < n <= MAX_PIECES:
        return []
    return _in_order(_joined(pieces, ndimage.find_objects(pieces), ink))


def _contrast(colors: np.ndarray) -> np.ndarray:
    """Return how much darker each pixel is than the paper beside it, as a fraction; on a dark page, how much lighter.

    The paper is the photo with everything darker and narrower than ``PAPER_SHARE`` filled by a closing, so it keeps the
    edges of shadows. Only gray counts, as a JPEG smears the color of ink over the paper.
    """
    gray = ndimage.gaussian_filter(colors.mean(axis=2, dtype=np.float32) / 255, 0.8)
    few = gray[::8, ::8]
    off = few - ndimage.median_filter(few, 7)  # in a window so small that a shadow's edge is nearly level
    if float((off.astype(np.float64) ** 3).mean()) > 0:  # ink is the rarer tone, so it makes the longer tail
        gray = 1 - gray
    wide = max(3, round(PAPER_SHARE * max(gray.shape)))
    contrast: np.ndarray = 1 - gray / np.maximum(ndimage.grey_closing(gray, (wide, wide)), 0.05)
    return contrast


class _Piece(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int
    numbers: tuple[int, ...]

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def size(self) -> int:
        return max(self.height, self.width)

    def joined_with(self, other: "_Piece") -> "_Piece":
        return _Piece(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
            self.numbers + other.numbers,
        )


def _joined(numbered: np.ndarray, boxes: list[tuple[slice, slice]], ink: np.ndarray) -> list[FoundDigit]:
    """Return digits joined from pieces of ink, without specks, page edges and flat pieces."""
    height, width = numbered.shape
    pieces = []
    for number, (rows, columns) in enumerate(boxes, 1):
        piece = _Piece(rows.start, rows.stop, columns.start, columns.stop, (number,))
        at_edge = min(piece.top, piece.left, height - piece.bottom, width - piece.right) <= 1
        if piece.size <= 0.6 * max(height, width) and not at_edge:
            pieces.append(piece)
    upright = [piece.size for piece in pieces if piece.width <= 3 * piece.height]
    if not upright:
        return []
    large = max(upright)
    if large < max(MIN_DIGIT_PX, MIN_DIGIT_SHARE * max(height, width)):
        return []
    size = float(np.median([size for size in upright if size >= 0.4 * large]))
    pieces = _grown([piece for piece in pieces if piece.size >= 0.08 * size], size)
    digits = [piece for piece in pieces if piece.height >= 0.4 * size and piece.width <= 3 * piece.height]
    digits = sorted(digits, key=lambda piece: -piece.size)[:MAX_DIGITS]
    found = []
    for piece in digits:
        area = slice(piece.top, piece.bottom), slice(piece.left, piece.right)
        own = np.isin(numbered[area], piece.numbers)
        found.append(FoundDigit(piece.box, 0, np.where(own, ink[area], np.float32(0))))
    return found


def _grown(pieces: list[_Piece], size: float) -> list[_Piece]:
    """Return pieces joined into digits: those above each other, and small ones beside a large one."""
    grown: list[_Piece] = []
    boxes = np.empty((len(pieces), 4), int)  # boxes of joined pieces; arrays, as thousands of pieces are compared
    for piece in sorted(pieces, key=lambda piece: -piece.size):
        apart = _apart(piece, boxes[: len(grown)])
        best = int(apart.argmin()) if grown else 0
        if grown and apart[best] < 0.25 * size:
            grown[best] = grown[best].joined_with(piece)
        else:
            best = len(grown)
            grown.append(piece)
        boxes[best] = grown[best].box
    return grown


def _apart(piece: _Piece, boxes: np.ndarray) -> np.ndarray:
    """Return the distance of boxes (n, 4) from a piece; horizontal distance counts three times as much as vertical."""
    left, top, right, bottom = boxes.T
    across = np.maximum(piece.left, left) - np.minimum(piece.right, right)
    down = np.maximum(np.maximum(piece.top, top) - np.minimum(piece.bottom, bottom), 0)
    above = across <= -0.4 * np.minimum(piece.width, right - left)
    apart: np.ndarray = np.where(above, down, 3 * np.maximum(across, 0) + down)
    return apart


def _in_order(digits: list[FoundDigit]) -> list[FoundDigit]:
    """Return digits in rows from the top, each from left to right; rows may slope, as on a tilted page."""
    rows: list[list[FoundDigit]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[0]):
        _, top, _, bottom = digit.box
        middle, tall = (top + bottom) / 2, max(bottom - top, 1)

        def off(row: list[FoundDigit], middle: float = middle) -> float:
            _, last_top, _, last_bottom = row[-1].box
            return abs(middle - (last_top + last_bottom) / 2)

        nearest = min(rows, key=off, default=None)
        if nearest is not None and off(nearest) < 0.6 * max(tall, nearest[-1].box[3] - nearest[-1].box[1]):
            nearest.append(digit)
        else:
            rows.append([digit])
    rows.sort(key=lambda row: np.mean([digit.box[1] + digit.box[3] for digit in row]))
    return [digit._replace(row=number) for number, row in enumerate(rows) for digit in row]
