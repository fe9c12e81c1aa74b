"""Plot the loss along one weight, and along the whole update."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mlp.page.style.svg import POINTS_PER_INCH, layer, quiet_axes, stacked
from mlp.page.tabs.step.label_places import Box, label_box
from mlp.training.history import Curve

SIZE_IN = (5.6, 2.6)
PLACE = (0.115, 0.19, 0.865, 0.77)
"""Left, bottom, width and height of the axes, as fractions of the image."""


class Dot(NamedTuple):
    """A marked point on the line, with the text beside it."""

    x: float
    y: float
    text: str


class LossAlong:
    """Axes with the loss along a line through the space of weights, its tangent, and marked points."""

    def __init__(self, colors: dict[str, str]) -> None:
        self._lock = threading.Lock()
        self._colors = colors
        self.figure = Figure(figsize=SIZE_IN, dpi=POINTS_PER_INCH)
        FigureCanvasSVG(self.figure)
        self.axes = quiet_axes(self.figure, PLACE, colors)
        self.axes.xaxis.set_major_locator(MaxNLocator(6))
        self.axes.yaxis.set_major_locator(MaxNLocator(4))
        (self.line,) = self.axes.plot([], [], color=colors["accent"], linewidth=1.8, gid="loss")
        (self.tangent,) = self.axes.plot(
            [], [], color=colors["second"], linewidth=1.4, linestyle=(0, (5, 2)), gid="tangent"
        )
        (self.dots,) = self.axes.plot([], [], "o", color=colors["text"], markersize=5, gid="dots")
        self.texts: list = []

    def svg(
        self, lengths: Sequence[float], losses: Sequence[float], slope: float, dots: Sequence[Dot], label: str
    ) -> str:
        """Return the losses, the line with this slope through the first dot, and the dots as SVG."""
        with self._lock:
            x, y = np.asarray(lengths, float), np.asarray(losses, float)
            self.line.set_data(x, y)
            self.tangent.set_data(x, dots[0].y + slope * (x - dots[0].x))
            self.dots.set_data([dot.x for dot in dots], [dot.y for dot in dots])
            self.axes.set_xlabel(label, color=self._colors["quiet"], fontsize=9, labelpad=4)
            self.axes.set_xlim(float(x[0]), float(x[-1]))
            finite = y[np.isfinite(y)]
            low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
            margin = max(0.18 * (high - low), 1e-4 * abs(high), 1e-9)
            self.axes.set_ylim(low - margin, high + margin)
            self._name(dots)
            return stacked({"along": layer(self.figure, SIZE_IN)}, SIZE_IN)

    def _name(self, dots: Sequence[Dot]) -> None:
        """Write the text of each dot beside it, clear of both lines and of other texts."""
        for text in self.texts:
            text.remove()
        self.texts = []
        in_points = self.axes.transData + self.axes.transAxes.inverted()
        size = Box(0, 0, *(POINTS_PER_INCH * inches * share for inches, share in zip(SIZE_IN, PLACE[2:], strict=True)))
        lines = [Curve(*(in_points.transform(line.get_xydata()) * size[2:]).T) for line in (self.line, self.tangent)]
        taken: list[Box] = []
        for dot in dots:
            end = in_points.transform(dot[:2]) * size[2:]
            taken.append(label_box(dot.text, tuple(end), lines, taken, size))
            self.texts.append(
                self.axes.annotate(
                    dot.text,
                    (0, 0),
                    xycoords="axes fraction",
                    xytext=(taken[-1].left, taken[-1].bottom + 1),
                    textcoords="offset points",
                    color=self._colors["text"],
                    fontsize=9,
                )
            )


@lru_cache(maxsize=4)
def _chart(colors: tuple[tuple[str, str], ...]) -> LossAlong:
    return LossAlong(dict(colors))


def loss_along(
    lengths: Sequence[float],
    losses: Sequence[float],
    *,
    slope: float,
    dots: Sequence[Dot],
    label: str,
    colors: dict[str, str],
) -> str:
    """Return the loss along a line through the weights as SVG; the figure is reused for the next chart."""
    return _chart(tuple(sorted(colors.items()))).svg(lengths, losses, slope, dots, label)
