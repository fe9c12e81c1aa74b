"""Curves of several runs, each in its own color: one figure that is kept and redrawn."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from mlp.page.style.chart_labels import horizon_of, value_range
from mlp.page.style.charts import QUANTITIES, RAW_POINTS, SMOOTH_SHARE, Chart, without_start
from mlp.page.style.moving_chart import Moving
from mlp.training.history import Curve, History, Quantity, RunCurves, smoothed

COLORS = ("accent", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
"""Colors of the runs, in order; more than eight reuse them."""
TRAINING, VALIDATION = "-", (0, (5, 1.5))


class OverlayChart(Chart):
    """Axes with three lines per run, whose data change; parameters as in `Chart`."""

    def __init__(self, colors: dict[str, str], *, as_percent: bool) -> None:
        super().__init__(colors, as_percent=as_percent)
        self._colors = colors

    def overlaid(self, runs: Sequence[RunCurves], epochs: float, guess: Curve | None = None) -> str:
        """Return the runs as SVG text; ``epochs`` is the largest end of the x axis."""
        with self._lock:
            self._arrange_runs(runs, epochs, guess)
            return self._picture()

    def moving_runs(self, runs: Sequence[RunCurves], epochs: float, guess: Curve | None = None) -> Moving:
        """Return the image without the runs, and those as points; takes the arguments of `overlaid`."""
        with self._lock:
            return self._moving(self._arrange_runs(runs, epochs, guess))

    def _arrange_runs(self, runs: Sequence[RunCurves], epochs: float, guess: Curve | None) -> list[Line2D]:
        """Set ranges and lines, and return the lines of the runs; call it with the lock held."""
        smooth = [smoothed(run.minibatches.y, int(len(run.minibatches.y) * SMOOTH_SHARE)) for run in runs]
        measured = [(without_start(run.training), without_start(run.validation)) for run in runs]
        horizon = max((horizon_of(run.minibatches, epochs) for run in runs), default=float(epochs))
        self.axes.set_xlim(0, horizon)
        begun = [line[len(line) // 20 :] for line in smooth]
        self.axes.set_ylim(
            *value_range(self.as_percent, np.empty(0), *begun, *(curve.y for both in measured for curve in both))
        )
        self._draw_extras((), guess, ())
        lines: list[Line2D] = []
        for place, (run, line, both) in enumerate(zip(runs, smooth, measured, strict=True)):
            color = self._colors[color_of(place)]
            lines += self.lines.plot(run.minibatches.x, line, color=color, linewidth=0.8, alpha=0.5)
            for curve, width, dashes in zip(both, (1.5, 1.2), (TRAINING, VALIDATION), strict=True):
                (drawn,) = self.lines.plot(
                    *curve, color=color, linewidth=width, linestyle=dashes, marker="o", markersize=2.2
                )
                lines.append(self._leave_room(drawn))
        self._extras += lines
        return lines


@lru_cache(maxsize=4)
def _charts(colors: tuple[tuple[str, str], ...]) -> dict[Quantity, OverlayChart]:
    return {quantity: OverlayChart(dict(colors), as_percent=quantity == "accuracy") for quantity in QUANTITIES}


def overlaid_curves(*arguments: Any, **options: Any) -> list[str]:
    """Return the loss and the accuracy of several runs as SVG images, as `charts.curves` does for one.

    The arguments are the histories of the runs, the epochs of the longest, the colors, and a guess or None. The option
    ``quantities`` names what to draw, if not both.
    """
    return [chart.overlaid(*content) for chart, content in _contents(*arguments, **options)]


def moving_overlaid_curves(*arguments: Any, **options: Any) -> list[Moving]:
    """Return the fixed parts of the images of `overlaid_curves`, and the moving ones as points."""
    return [chart.moving_runs(*content) for chart, content in _contents(*arguments, **options)]


def _contents(
    histories: Sequence[History],
    epochs: int,
    colors: dict[str, str],
    guess: Curve | None = None,
    *,
    quantities: Sequence[Quantity] = QUANTITIES,
) -> Iterator[tuple[OverlayChart, tuple[Any, ...]]]:
    """Yield the chart of each quantity, with its content."""
    charts = _charts(tuple(sorted(colors.items())))
    for quantity in quantities:
        runs = [each.curves(quantity, RAW_POINTS) for each in histories]
        yield charts[quantity], (runs, epochs, guess if quantity == "accuracy" else None)


def color_of(place: int) -> str:
    """Return the name of the color of the run at a position, from 0."""
    return COLORS[place % len(COLORS)]
