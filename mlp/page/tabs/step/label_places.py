"""Places for names in a chart, clear of all lines and of each other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlp.training.history import Curve

HEIGHT = 10.0  # of a name, in points
CHAR = 5.2  # width of a character
GAP = 2.5


class Box(NamedTuple):
    """A rectangle in the plot, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


def label_box(text: str, end: tuple[float, float], lines: Sequence[Curve], taken: Sequence[Box], size: Box) -> Box:
    """Return free space for the name of a line that ends at ``end``, as near to it as possible, in points.

    It covers none of ``lines``, this one included, and none of the names that are already placed, ``taken``.
    """
    width = CHAR * len(text)
    x, y = end
    bottoms = np.arange(size.bottom + 1, size.top - HEIGHT, 1.0)
    free = []
    for left in (x + GAP + 1, x - width):
        if left >= size.left and left + width <= size.right + GAP:
            full = _heights(left, left + width, lines)
            full += [(box.bottom, box.top) for box in taken if left < box.right and box.left < left + width]
            room = np.ones(len(bottoms), bool)
            for low, high in full:
                room &= (bottoms + HEIGHT <= low) | (bottoms >= high)
            if room.any():
                bottom = float(min(bottoms[room], key=lambda bottom: abs(bottom + HEIGHT / 2 - y)))
                free.append(Box(left, bottom, left + width, bottom + HEIGHT))
    over = Box(x - width, y + GAP, x, y + GAP + HEIGHT)
    return min(free, key=lambda box: abs((box.bottom + box.top) / 2 - y), default=over)


def _heights(left: float, right: float, lines: Sequence[Curve]) -> list[tuple[float, float]]:
    """Return how far down and up each line between two positions reaches, with a margin."""
    places = np.linspace(left - 1, right + 1, 12)
    found = []
    for line in lines:
        heights = np.interp(places, line.x, line.y, left=np.nan, right=np.nan)
        heights = heights[~np.isnan(heights)]
        if len(heights):
            found.append((float(heights.min()) - GAP + 1, float(heights.max()) + GAP - 1))
    return found
