"""A chart with moving parts: the fixed part as SVG, and the moving lines as points for the browser."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D

VALIDATION_DASHES = (5, 1.5)
UNITS = 100_000
"""Units of a coordinate, as `curves.js` has it: whole numbers are quicker to write than others."""
HIGHEST = 1e6
"""Coordinates are sent up to here, as the loss of a diverging run has no bounds."""


class Moving(NamedTuple):
    """The chart of a playing run: its fixed part as SVG, and its moving part as points.

    Attributes
    ----------
    svg : str
        Axes, labels, earlier runs and marks.
    x, y : (float, float)
        Ranges of the axes.
    lines : list of dict
        Lines in order, the lowest first: ``x`` and ``y`` as in `differences`; ``color``, ``width`` and ``marker`` in
        points, ``alpha``, and ``dash`` in widths of the line.
    """

    svg: str
    x: tuple[float, float]
    y: tuple[float, float]
    lines: list[dict[str, Any]]


def differences(values: np.ndarray) -> list[int]:
    """Return the first of these values, and the difference of each to the one before, in units of 1 / `UNITS`.

    Examples
    --------
    >>> differences(np.array([0.5, 0.50001, 0.25]))
    [50000, 1, -25001]
    """
    whole = np.rint(np.clip(values, -HIGHEST, HIGHEST) * UNITS).astype(np.int64)
    found: list[int] = np.diff(whole, prepend=0).tolist()
    return found


def points_of(line: Line2D) -> dict[str, Any]:
    """Return a line of matplotlib in the form of `Moving`, without values that are not finite, which JSON lacks."""
    points = np.column_stack([np.asarray(values, float) for values in line.get_data()])
    x, y = points[np.isfinite(points).all(axis=1)].T
    return {
        "x": differences(x),
        "y": differences(y),
        "color": line.get_color(),
        "width": line.get_linewidth(),
        "alpha": line.get_alpha() or 1,
        "dash": VALIDATION_DASHES if line.get_linestyle() == "--" else [],
        "marker": line.get_markersize() if line.get_marker() == "o" else 0,
    }
