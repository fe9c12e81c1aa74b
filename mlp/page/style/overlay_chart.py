"""Curves of several runs, each in its own color: one figure that is kept and redrawn as SVG."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mlp.page.style.chart_labels import horizon_of, value_range
from mlp.page.style.charts import QUANTITIES, RAW_POINTS, SMOOTH_SHARE, Chart, without_start
from mlp.training.history import Curve, History, RunCurves, smoothed

COLORS = ("accent", "second", "third", "fourth", "fifth", "sixth")
"""Colors of the runs, in order; more than six reuse them."""
TRAINING, VALIDATION = "-", (0, (5, 1.5))


class OverlayChart(Chart):
    """Axes with three lines per run, whose data change; parameters as in `Chart`."""

    def __init__(self, colors: dict[str, str], *, as_percent: bool) -> None:
        super().__init__(colors, as_percent=as_percent)
        self._colors = colors

    def overlaid(self, runs: Sequence[RunCurves], epochs: float, guess: Curve | None = None) -> str:
        """Return the runs as SVG text; ``epochs`` is the largest end of the x axis."""
        with self._lock:
            smooth = [smoothed(run.minibatches.y, int(len(run.minibatches.y) * SMOOTH_SHARE)) for run in runs]
            measured = [(without_start(run.training), without_start(run.validation)) for run in runs]
            horizon = max((horizon_of(run.minibatches, epochs) for run in runs), default=float(epochs))
            self.axes.set_xlim(0, horizon)
            begun = [line[len(line) // 20 :] for line in smooth]
            self.axes.set_ylim(
                *value_range(self.as_percent, np.empty(0), *begun, *(curve.y for both in measured for curve in both))
            )
            self._draw_extras((), guess, ())
            for place, (run, line, both) in enumerate(zip(runs, smooth, measured, strict=True)):
                color = self._colors[color_of(place)]
                self._extras += self.lines.plot(run.minibatches.x, line, color=color, linewidth=0.8, alpha=0.5)
                for curve, width, dashes in zip(both, (1.5, 1.2), (TRAINING, VALIDATION), strict=True):
                    (drawn,) = self.lines.plot(
                        *curve, color=color, linewidth=width, linestyle=dashes, marker="o", markersize=2.2
                    )
                    self._extras.append(self._leave_room(drawn))
            return self._picture()


@lru_cache(maxsize=4)
def _charts(colors: tuple[tuple[str, str], ...]) -> tuple[OverlayChart, OverlayChart]:
    return OverlayChart(dict(colors), as_percent=False), OverlayChart(dict(colors), as_percent=True)


def overlaid_curves(
    histories: Sequence[History], epochs: int, colors: dict[str, str], guess: Curve | None = None
) -> tuple[str, str]:
    """Return the loss and the accuracy of several runs as two SVG images, as `charts.curves` does for one."""
    loss_chart, accuracy_chart = _charts(tuple(sorted(colors.items())))
    losses, accuracies = ([each.curves(quantity, RAW_POINTS) for each in histories] for quantity in QUANTITIES)
    return loss_chart.overlaid(losses, epochs), accuracy_chart.overlaid(accuracies, epochs, guess)


def color_of(place: int) -> str:
    """Return the name of the color of the run at a position, from 0."""
    return COLORS[place % len(COLORS)]
