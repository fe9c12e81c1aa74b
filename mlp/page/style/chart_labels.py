"""Layout of charts: ranges of the axes, names of lines clear of all lines, and marks of new learning rates."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlp.training.history import Curve, History

HEIGHT = 10.0  # of a name, in points, in the narrowest charts
CHAR = 5.2  # width of a character
GAP = 2.5
ALL_RIGHT = 1.004  # end of the accuracy axis, so that a line at 100% is visible
MAX_LOSS = 1000.0
"""Largest loss on the axis; the numbers of a larger one would not fit beside it."""
BLIND_LOSS = 2.5  # slightly above that of a blind guess
TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Possible ends of the loss axis, times a power of ten; few, so that the axes are rarely redrawn."""


class Box(NamedTuple):
    """A rectangle in the plot, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


def label_box(text: str, end: tuple[float, float], lines: Sequence[Curve], taken: Sequence[Box], size: Box) -> Box:
    """Return free space for the name of a line, as near to its end as possible; everything in points.

    Parameters
    ----------
    text : str
    end : (x, y)
        The end of the line.
    lines : sequence of Curve
        All lines, including this one, which the name must not cover.
    taken : sequence of Box
        Names that are already placed.
    size : Box
        The plot.
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


MARK_GAP = 0.08
"""Fraction of the image's width that the text of a mark takes."""


class Mark(NamedTuple):
    """A mark on the current run, ``x`` in epochs, with a short text."""

    x: float
    text: str


def marks_of(history: History) -> list[Mark]:
    """Return a mark for each change of the learning rate, with the new one."""
    return [Mark(epoch, f"{rate:g}") for epoch, rate in list(history.learning_rates)]


def spaced(marks: Sequence[Mark], gap: float) -> list[Mark]:
    """Return marks without the texts that another one follows within ``gap`` epochs, as they would overlap.

    Examples
    --------
    >>> [mark.text for mark in spaced([Mark(1.0, "0.1"), Mark(1.5, "0.2"), Mark(4.0, "0.3")], gap=1)]
    ['', '0.2', '0.3']
    """
    following = [*(mark.x for mark in marks[1:]), np.inf]
    return [Mark(mark.x, mark.text if x - mark.x >= gap else "") for mark, x in zip(marks, following, strict=False)]


def value_range(as_percent: bool, minibatches: np.ndarray, *measured: np.ndarray) -> tuple[float, float]:
    """Return the ends of the vertical axis for a line of minibatches and lines of measurements."""
    # The first steps, with their high loss, would flatten the rest, so they may leave the chart.
    begun = len(minibatches) // 20
    values = np.concatenate([minibatches[begun:], *measured])
    values = values[np.isfinite(values)]
    if not len(values):
        return (0.0, 1.0) if as_percent else (0.0, 2.5)
    if as_percent:
        low = float(values.min()) - 0.005
        step = 0.01 if low > 0.95 else 0.05
        return max(0.0, math.floor(low / step) * step), ALL_RIGHT
    # Spikes of a run with too large steps may leave the chart too, except at the present step.
    present = [float(line[-1]) for line in (minibatches, *measured) if len(line) and np.isfinite(line[-1])]
    highest = min(float(values.max()), max([BLIND_LOSS, *present]))
    return 0.0, _rounded_up(min(max(1.05 * highest, 0.01), MAX_LOSS))


def _rounded_up(value: float) -> float:
    """Return the next number that is one of `TOPS` times a power of ten.

    Examples
    --------
    >>> _rounded_up(0.31), _rounded_up(2.0), _rounded_up(2.1)
    (0.4, 2.0, 2.5)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return next(top * power for top in TOPS if top * power >= value * (1 - 1e-9))


def horizon_of(minibatches: Curve, epochs: float) -> float:
    """Return the end of the x axis: slightly ahead of the run, and rarely changed, so that the curve visibly grows."""
    done = float(minibatches.x[-1]) if len(minibatches.x) else epochs
    for end in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if done <= 0.95 * end:
            return min(float(end), float(epochs))
    return float(epochs)
