"""Split a drawing of several digits side by side, such as 17."""

import itertools
from typing import NamedTuple

import numpy as np
from scipy import ndimage

GAP_SHARE = 0.04
"""Minimum gap between two digits, as a fraction of the height of the tallest one."""

MIN_HEIGHT_SHARE = 0.55
"""Minimum height of a digit, as a fraction of the tallest one's; a lower piece is part of its neighbor."""

MIN_OVERLAP_SHARE = 0.5
"""Minimum overlap in height of neighbors side by side, as a fraction of the lower one's height."""

MAX_DIGITS = 8
"""Maximum number of digits in one drawing: a longer row would not fit the canvas."""


MAX_PIECES = 40
"""Maximum number of pieces of ink in one drawing: more are a scribble, not a row of digits."""


class _Part(NamedTuple):
    """A part of the drawing: its box in pixels, ends excluded, and the numbers of its pieces of ink."""

    left: int
    right: int
    top: int
    bottom: int
    numbers: tuple[int, ...]

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def joined(self, other: "_Part") -> "_Part":
        return _Part(
            min(self.left, other.left),
            max(self.right, other.right),
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            self.numbers + other.numbers,
        )


def digits_side_by_side(ink: np.ndarray) -> list[np.ndarray]:
    """Return the digits of a drawing from left to right.

    Pieces of ink above each other belong to one digit. A drawing is one digit unless all its parts have about the same
    height, form one row, and have paper between them from top to bottom.

    ``ink`` is (H, W) uint8, 0 paper to 255 ink. The ink of each digit is such an array too, and in its place. A drawing
    of one digit or without ink is returned unchanged.

    >>> ink = np.zeros((100, 100), np.uint8)
    >>> ink[20:80, 30:34] = ink[22:78, 60:64] = 255
    >>> [int(np.flatnonzero(digit.any(axis=0))[0]) for digit in digits_side_by_side(ink)]
    [30, 60]
    """
    pieces, n = ndimage.label(ink > 0, np.ones((3, 3)))
    if not 2 <= n <= MAX_PIECES:
        return [ink]
    boxes = [
        _Part(columns.start, columns.stop, rows.start, rows.stop, (number,))
        for number, (rows, columns) in enumerate(ndimage.find_objects(pieces), 1)
    ]
    parts = _joined(sorted(boxes))
    if not 2 <= len(parts) <= MAX_DIGITS or not _form_one_row(parts):
        return [ink]
    return [np.where(np.isin(pieces, part.numbers), ink, np.uint8(0)) for part in parts]


def _joined(boxes: list[_Part]) -> list[_Part]:
    """Return the pieces, sorted from the left, with those joined that have no gap between them."""
    gap = GAP_SHARE * max(box.height for box in boxes)
    parts = boxes[:1]
    for box in boxes[1:]:
        if box.left - parts[-1].right < gap:
            parts[-1] = parts[-1].joined(box)
        else:
            parts.append(box)
    return parts


def _form_one_row(parts: list[_Part]) -> bool:
    """Whether all parts are about as tall as the tallest, and each is beside the next."""
    least = MIN_HEIGHT_SHARE * max(part.height for part in parts)
    return all(part.height >= least for part in parts) and all(
        min(part.bottom, next_part.bottom) - max(part.top, next_part.top)
        >= MIN_OVERLAP_SHARE * min(part.height, next_part.height)
        for part, next_part in itertools.pairwise(parts)
    )
