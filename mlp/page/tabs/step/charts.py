"""Plot the loss along one weight, and along the whole update."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlp.page.style.plots import draw_plot, line_of, shown
from mlp.training.history import Curve

UNITS = 1_000_000_000
"""Of a coordinate, as one weight can move the loss by less than that of a run's curves."""


class Dot(NamedTuple):
    """A marked point on the line, with its name."""

    x: float
    y: float
    name: str


def loss_along(
    key: str, lengths: Sequence[float], losses: Sequence[float], *, slope: float, dots: Sequence[Dot], alt: str
) -> None:
    """Draw the loss along a line through the weights, the line with this slope through the first dot, and the dots."""
    x, y = np.asarray(lengths, float), np.asarray(losses, float)
    finite = y[np.isfinite(y)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    margin = max(0.18 * (high - low), 1e-4 * abs(high), 1e-9)
    lines = [
        line_of(Curve(x, y), "accent", UNITS, still=True),
        line_of(Curve(x, dots[0].y + slope * (x - dots[0].x)), "second", UNITS, dash=[5, 2], still=True),
    ]
    for dot in dots:
        point = Curve(np.array([dot.x]), np.array([dot.y]))
        lines.append(line_of(point, "ink", UNITS, marker=7, name=dot.name, still=True))
    plot = {"percent": False, "units": UNITS, "x": (float(x[0]), float(x[-1])), "y": (low - margin, high + margin)}
    draw_plot(key, shown({**plot, "lines": lines, "marks": []}, alt, playing=False))
