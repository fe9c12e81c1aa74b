"""A picture of which a part moves: what stands as SVG, and the lines that move as points, which the browser draws."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D

VALIDATION_DASHES = (5, 1.5)


class Moving(NamedTuple):
    """A picture of a run that goes on: what stands, as SVG, and what moves, as points.

    Attributes
    ----------
    svg : str
        Axes, labels, earlier runs and marks.
    x, y : (float, float)
        What the axes reach from and to.
    lines : list of dict
        Lines in their order, the lowest first: ``x`` and ``y`` as lists; ``color``, ``width`` and ``marker`` in points,
        ``alpha``, and ``dash`` in widths of the line.
    """

    svg: str
    x: tuple[float, float]
    y: tuple[float, float]
    lines: list[dict[str, Any]]


def points_of(line: Line2D) -> dict[str, Any]:
    """Give a line of matplotlib as `Moving` holds it."""
    x, y = (np.asarray(values, float) for values in line.get_data())
    return {
        "x": [float(f"{value:.5g}") for value in x],
        "y": [float(f"{value:.4g}") for value in y],
        "color": line.get_color(),
        "width": line.get_linewidth(),
        "alpha": line.get_alpha() or 1,
        "dash": VALIDATION_DASHES if line.get_gid() == "validation" else [],
        "marker": line.get_markersize() if line.get_marker() == "o" else 0,
    }
