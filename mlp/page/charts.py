"""The curves of a run: one matplotlib figure kept and redrawn, out as SVG."""

import io
import threading
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mlp.training.history import Curve, History, smoothed

SIZE_IN = (5.6, 2.9)
RAW_POINTS = 250
SMOOTH_SHARE = 0.05  # of the run so far: how far back the smoothed line looks


class Chart:
    """Axes with a few lines whose data change; making them anew for each frame would take three times as long.

    Parameters
    ----------
    colours : dict
        ``accent``, ``second``, ``text``, ``quiet`` and ``line`` as CSS colours.
    as_percent : bool
        Whether y is a share.
    """

    def __init__(self, colours: dict[str, str], *, as_percent: bool) -> None:
        self._lock = threading.Lock()
        self.figure = Figure(figsize=SIZE_IN)
        FigureCanvasSVG(self.figure)
        self.axes = self.figure.add_axes((0.105, 0.15, 0.875, 0.81))
        self.figure.patch.set_alpha(0)
        self.axes.patch.set_alpha(0)
        for side in ("top", "right", "left"):
            self.axes.spines[side].set_visible(False)
        self.axes.spines["bottom"].set_color(colours["line"])
        self.axes.tick_params(colors=colours["quiet"], length=0, labelsize=9)
        self.axes.tick_params(axis="x", pad=7)
        self.axes.grid(axis="y", color=colours["line"], linewidth=0.7)
        self.axes.set_axisbelow(True)
        self.axes.set_xlabel("epoch", color=colours["quiet"], fontsize=9, labelpad=2)
        self.axes.xaxis.set_major_locator(MaxNLocator(6))
        self.axes.yaxis.set_major_locator(MaxNLocator(5))
        if as_percent:
            self.axes.yaxis.set_major_formatter(lambda share, _: f"{share * 100:.3g} %")
        self.as_percent = as_percent
        (self.raw,) = self.axes.plot([], [], color=colours["accent"], linewidth=0.8, alpha=0.35)
        (self.training,) = self.axes.plot([], [], color=colours["accent"], linewidth=1.8)
        (self.validation,) = self.axes.plot(
            [], [], color=colours["second"], linewidth=1.8, linestyle=(0, (5, 1.5)), marker="o", markersize=2.8
        )

    def svg(self, training: Curve, validation: Curve, epochs: float) -> str:
        """Draw the lines and give the picture as SVG text.

        Parameters
        ----------
        training, validation : Curve
            At most 500 points each.
        epochs : float
            How far the x axis goes.
        """
        with self._lock:
            smooth = smoothed(training.y, int(len(training.y) * SMOOTH_SHARE))
            self.raw.set_data(training)
            self.training.set_data(training.x, smooth)
            if len(validation.x) > 1:  # the point before the first step would draw a line through the whole first epoch
                validation = Curve(validation.x[1:], validation.y[1:])
            self.validation.set_data(validation)
            self.axes.set_xlim(0, _horizon(training, epochs))
            self.axes.set_ylim(*self._limits(smooth, validation.y))
            out = io.StringIO()
            self.figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
        text = out.getvalue()
        return text[text.index("<svg") :]

    def _limits(self, training: np.ndarray, validation: np.ndarray) -> tuple[float, float]:
        # The first moments, when it knows nothing, would press the rest of the loss flat: they may leave the picture.
        begun = len(training) // 20
        values = np.concatenate([training[begun:], validation])
        values = values[np.isfinite(values)]
        if not len(values):
            return (0.0, 1.0) if self.as_percent else (0.0, 2.5)
        if self.as_percent:
            return max(0.0, float(values.min()) - 0.02), 1.004
        return 0.0, max(1.1 * float(values.max()), 0.01)


def _horizon(training: Curve, epochs: float) -> float:
    """Where the x axis ends: a little ahead of the run, in rare jumps, so that the curve is seen to grow."""
    done = float(training.x[-1]) if len(training.x) else epochs
    for end in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if done <= 0.95 * end:
            return min(float(end), float(epochs))
    return float(epochs)


@lru_cache(maxsize=8)
def _charts(colours: tuple[tuple[str, str], ...]) -> tuple[Chart, Chart]:
    return Chart(dict(colours), as_percent=False), Chart(dict(colours), as_percent=True)


def curves(history: History | None, epochs: int, colours: dict[str, str]) -> tuple[str, str]:
    """Draw the loss and the accuracy of a run as two SVG pictures; empty axes if there is no run."""
    loss_chart, accuracy_chart = _charts(tuple(sorted(colours.items())))
    if history is None:
        history = History(1)
    return (
        loss_chart.svg(history.loss_curve(RAW_POINTS), history.validation_loss_curve(), epochs),
        accuracy_chart.svg(history.accuracy_curve(RAW_POINTS), history.validation_accuracy_curve(), epochs),
    )
