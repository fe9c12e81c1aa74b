"""The curves of a run: one matplotlib figure that is kept and redrawn as SVG."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from mlp.page.style.chart_labels import (
    ALL_RIGHT,
    MARK_GAP,
    Box,
    Mark,
    horizon_of,
    label_box,
    marks_of,
    spaced,
    value_range,
)
from mlp.page.style.moving_chart import VALIDATION_DASHES, Moving, points_of
from mlp.page.style.svg import POINTS_PER_INCH, layer, stacked
from mlp.training.history import Curve, History, Quantity, smoothed

SIZE_IN = (4.8, 1.38)
PLACE = (0.105, 0.155, 0.85, 0.76)
"""Left, bottom, width and height of the axes, as fractions of the image."""
LABEL_PT = 9
DOT_ROOM = 4.0
"""Points around the axes in which a line is still drawn, so that a dot at their edge is whole."""
RAW_POINTS = 250
QUANTITIES: tuple[Quantity, Quantity] = ("loss", "accuracy")
"""What the two charts of a run show, in order."""
DASHES = ((0, (1, 1.6)), (0, (4, 2.2)), (0, (7, 2, 1, 2)), (0, (2.5, 1.2)))
"""Dashes and dots of earlier runs, which share one quiet color and have labels."""
SMOOTH_SHARE = 0.05  # fraction of the run so far that the smoothed line averages
MAX_FRAMES = 100


class Earlier(NamedTuple):
    """An earlier run on the current curves: a short label, and its validation results."""

    label: str
    validation: Curve


def quiet_axes(figure: Figure, place: tuple[float, float, float, float], colors: dict[str, str]) -> Axes:
    """Return axes without a frame: a line below, faint lines across, small quiet numbers; ``place`` as fractions."""
    axes = figure.add_axes(place)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colors["line"])
    axes.tick_params(colors=colors["quiet"], length=0, labelsize=LABEL_PT)
    axes.grid(axis="y", color=colors["line"], linewidth=0.7)
    return axes


class Epochs(ScalarFormatter):
    """The numbers of the x axis, with their unit before the first, as a curve would cross it within the axes."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the number at ``x`` as text."""
        return "epoch 0" if x == 0 else super().__call__(x, pos)


class Chart:
    """Axes with a few lines whose data change.

    Ticks, labels and grid take nine tenths of matplotlib's time for an image. They are drawn once for each range of the
    axes, and kept; a frame only draws the lines, as a separate layer above them.

    Parameters
    ----------
    colors : dict
        ``accent``, ``second``, ``text``, ``quiet`` and ``line`` as CSS colors.
    as_percent : bool
        Whether y is a fraction.
    """

    def __init__(self, colors: dict[str, str], *, as_percent: bool) -> None:
        self._lock = threading.Lock()
        self._axes_layer = lru_cache(MAX_FRAMES)(self._draw_axes)
        self.figure = Figure(figsize=SIZE_IN, dpi=POINTS_PER_INCH)
        FigureCanvasSVG(self.figure)
        self.axes = quiet_axes(self.figure, PLACE, colors)
        self.axes.tick_params(axis="x", pad=4)
        self.axes.set_axisbelow(True)
        self.axes.xaxis.set_major_formatter(Epochs())
        self.axes.yaxis.set_major_locator(MaxNLocator(4))
        if as_percent:
            self.axes.yaxis.set_major_formatter(lambda share, _: f"{share * 100:.3g}%")
        self.as_percent = as_percent
        self._quiet = colors["quiet"]
        place = self.axes.get_position().bounds
        self.lines = self.figure.add_axes(place, sharex=self.axes, sharey=self.axes, label="lines")
        self.lines.set_axis_off()
        self._extras: list[Artist] = []  # earlier runs and marks: few, and rarely changed
        (self.raw,) = self.lines.plot([], [], color=colors["accent"], linewidth=0.8, alpha=0.35, gid="each_minibatch")
        (self.smooth,) = self.lines.plot([], [], color=colors["accent"], linewidth=1.0, alpha=0.6, gid="smoothed")
        (self.training,) = self.lines.plot(
            [], [], color=colors["accent"], linewidth=1.8, marker="o", markersize=2.8, gid="training"
        )
        (self.validation,) = self.lines.plot(
            [],
            [],
            color=colors["second"],
            linewidth=1.8,
            linestyle=(0, VALIDATION_DASHES),
            marker="o",
            markersize=2.8,
            gid="validation",
        )
        for line in self.lines.get_lines():
            self._leave_room(line)

    def _leave_room(self, line: Line2D) -> Line2D:
        line.set_clip_box(self.axes.bbox.padded(DOT_ROOM))
        return line

    def svg(
        self,
        minibatches: Curve,
        training: Curve,
        validation: Curve,
        epochs: float,
        earlier: Sequence[Earlier] = (),
        marks: Sequence[Mark] = (),
        guess: Curve | None = None,
    ) -> str:
        """Return the axes with their lines as SVG text.

        Parameters
        ----------
        minibatches : Curve
            Drawn faintly, with at most 500 points: they include warps, dropout and label smoothing.
        training, validation : Curve
            Measurements on unwarped images.
        epochs : float
            The end of the x axis.
        earlier : sequence of Earlier
            Earlier runs to show on the curves.
        marks : sequence of Mark
            Steps to mark by a thin vertical line.
        guess : Curve, optional
            Drawn below everything else; the axes then cover the whole run, from 0 to 100%.
        """
        with self._lock:
            self._arrange(minibatches, training, validation, epochs, earlier, marks, guess)
            return self._picture()

    def moving(self, *arguments: Any) -> Moving:
        """Return the image without the run's own lines, and those as points; takes the arguments of `svg`."""
        with self._lock:
            self._arrange(*arguments)
            return self._moving((self.raw, self.smooth, self.training, self.validation))

    def _moving(self, own: Sequence[Line2D]) -> Moving:
        """Return the image without these lines, and those as points; call it with the lock held."""
        lines = [points_of(line) for line in own]
        for line in own:
            line.set_visible(False)
        try:
            return Moving(self._picture(), self.axes.get_xlim(), self.axes.get_ylim(), lines)
        finally:
            for line in own:
                line.set_visible(True)

    def _picture(self) -> str:
        axes = self._axes_layer(self.axes.get_xlim(), self.axes.get_ylim())
        return stacked({"axes": axes, "lines": layer(self.lines, SIZE_IN)}, SIZE_IN)

    def _arrange(
        self,
        minibatches: Curve,
        training: Curve,
        validation: Curve,
        epochs: float,
        earlier: Sequence[Earlier] = (),
        marks: Sequence[Mark] = (),
        guess: Curve | None = None,
    ) -> None:
        """Set lines, ranges, earlier runs and marks; call it with the lock held."""
        smooth = smoothed(minibatches.y, int(len(minibatches.y) * SMOOTH_SHARE))
        self.raw.set_data(minibatches)
        self.smooth.set_data(minibatches.x, smooth)
        training, validation = without_start(training), without_start(validation)
        self.training.set_data(training)
        self.validation.set_data(validation)
        horizon = horizon_of(minibatches, epochs) if guess is None else float(epochs)
        # A run that was only measured before its first step has no curve yet.
        earlier = [
            Earlier(label, _until(without_start(curve), horizon)) for label, curve in earlier if len(curve.x) > 1
        ]
        self.axes.set_xlim(0, horizon)
        limits = value_range(self.as_percent, smooth, training.y, validation.y, *(curve.y for _, curve in earlier))
        self.axes.set_ylim(*(limits if guess is None else (0.0, ALL_RIGHT)))
        self._draw_extras(earlier, guess, spaced([mark for mark in marks if mark.x <= horizon], MARK_GAP * horizon))

    def _draw_axes(self, x: tuple[float, float], y: tuple[float, float]) -> str:
        """Return only the axes, with these ranges."""
        self.axes.set_xlim(x)
        self.axes.set_ylim(y)
        # Numbers between whole ones are longer, and the first would touch "epoch 0".
        self.axes.xaxis.set_major_locator(MaxNLocator(6 if x[1] >= 5 else 4, steps=[1, 2, 5, 10]))
        for place, label in zip(self.axes.get_xticks(), self.axes.get_xticklabels(), strict=True):
            # In the middle, "epoch 0" would touch the lowest number beside the axis.
            label.set_horizontalalignment("left" if place == 0 else "center")
        return layer(self.axes, SIZE_IN)

    def _draw_extras(self, earlier: Sequence[Earlier], guess: Curve | None, marks: Sequence[Mark]) -> None:
        for artist in self._extras:
            artist.remove()
        self._extras = []
        for number, (_, curve) in enumerate(earlier):
            if len(curve.x):
                (line,) = self.lines.plot(
                    *curve,
                    color=self._quiet,
                    linewidth=1.3,
                    linestyle=DASHES[number % len(DASHES)],
                    marker="o",
                    markersize=1.8,
                    zorder=1.5,
                    gid=f"earlier_{number + 1}",
                )
                self._extras.append(self._leave_room(line))
        if guess is not None and len(guess.x):
            dashes = (0, (5, 3))
            self._extras += self.lines.plot(*guess, color=self._quiet, linewidth=1.6, linestyle=dashes, gid="guess")
            earlier = [*earlier, Earlier("your guess", guess)]
        self._name_lines(earlier)
        for number, mark in enumerate(marks, start=1):
            name = f"mark_{number}"
            self._extras.append(self.lines.axvline(mark.x, color=self._quiet, linewidth=0.9, zorder=1, gid=name))
            self._extras.append(
                self.lines.annotate(
                    mark.text,
                    (mark.x, 1),
                    xycoords=("data", "axes fraction"),
                    xytext=(3, -8),
                    textcoords="offset points",
                    color=self._quiet,
                    fontsize=8,
                    gid=f"{name}_text",
                )
            )

    def _name_lines(self, earlier: Sequence[Earlier]) -> None:
        """Write the name of each run that has one beside its end, clear of all lines and other names."""
        width, height = (POINTS_PER_INCH * inches for inches in SIZE_IN)
        place = self.axes.get_position()
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        size = Box(0, 0, place.width * width, place.height * height)

        def in_points(curve: Curve) -> Curve:
            x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
            return Curve((x - left) / (right - left) * size.right, (y - low) / (high - low) * size.top)

        own = [Curve(*map(np.asarray, line.get_data())) for line in (self.smooth, self.training, self.validation)]
        lines = [in_points(curve) for curve in [*own, *(curve for _, curve in earlier)] if len(curve.x)]
        taken: list[Box] = []
        for number, (label, curve) in enumerate(earlier, start=1):
            x, y = in_points(curve)
            last = max(0, int(np.searchsorted(x, size.right, side="right")) - 1)
            if not len(x) or not (0 <= x[last] <= size.right and 0 <= y[last] <= size.top):
                continue
            taken.append(label_box(label, (float(x[last]), float(y[last])), lines, taken, size))
            self._extras.append(
                self.lines.annotate(
                    label,
                    (0, 0),
                    xycoords="axes fraction",
                    xytext=(taken[-1].left, taken[-1].bottom + 1),
                    textcoords="offset points",
                    color=self._quiet,
                    fontsize=8,
                    gid=f"earlier_{number}_name",
                )
            )


def without_start(curve: Curve) -> Curve:
    """Return a curve without the point before the first step, which would add a line across the whole first epoch."""
    return Curve(curve.x[1:], curve.y[1:]) if len(curve.x) > 1 else curve


def _until(curve: Curve, x: float) -> Curve:
    """Return a curve up to ``x`` and one point beyond, so that its line reaches the edge."""
    end = int(np.searchsorted(curve.x, x, side="right")) + 1
    return Curve(curve.x[:end], curve.y[:end])


@lru_cache(maxsize=8)
def _charts(colors: tuple[tuple[str, str], ...]) -> tuple[Chart, Chart]:
    return Chart(dict(colors), as_percent=False), Chart(dict(colors), as_percent=True)


def curves(
    history: History | None,
    epochs: int,
    colors: dict[str, str],
    earlier: Sequence[tuple[str, History]] = (),
    with_synthetic: bool = False,
    guess: Curve | None = None,
) -> tuple[str, str]:
    """Return the loss and the accuracy of a run as two SVG images; empty axes if there is no run.

    Parameters
    ----------
    history : History or None
    epochs : int
        The whole run's epochs.
    colors : dict
        See `Chart`.
    earlier : sequence of (label, History)
        Earlier runs to show on the curves.
    with_synthetic : bool
        Whether to draw a quiet line of the accuracy on synthetic digits.
    guess : Curve, optional
        The visitor's guess of the accuracy.
    """
    charts, arguments = _both(history, epochs, colors, earlier, with_synthetic, guess)
    loss, accuracy = (chart.svg(*each) for chart, each in zip(charts, arguments, strict=True))
    return loss, accuracy


def moving_curves(*arguments: Any) -> tuple[Moving, Moving]:
    """Return the fixed parts of the images of `curves`, and the moving ones as points; takes the same arguments."""
    charts, arguments = _both(*arguments)
    loss, accuracy = (chart.moving(*each) for chart, each in zip(charts, arguments, strict=True))
    return loss, accuracy


def _both(
    history: History | None,
    epochs: int,
    colors: dict[str, str],
    earlier: Sequence[tuple[str, History]],
    with_synthetic: bool,
    guess: Curve | None,
) -> tuple[tuple[Chart, Chart], tuple[tuple[Any, ...], ...]]:
    """Return the charts of loss and accuracy, with their contents."""
    if history is None:
        history = History(1)
    marks = marks_of(history)
    arguments: list[tuple[Any, ...]] = []
    for quantity in QUANTITIES:
        others = [Earlier(label, run.measured(quantity)) for label, run in earlier]
        if quantity == "accuracy" and with_synthetic:
            others.insert(0, Earlier("drawings", history.measured("synthetic")))
        guessed = guess if quantity == "accuracy" else None
        arguments.append((*history.curves(quantity, RAW_POINTS), epochs, others, marks, guessed))
    return _charts(tuple(sorted(colors.items()))), tuple(arguments)


def accuracy_axes(epochs: int, colors: dict[str, str]) -> str:
    """Return the empty accuracy axes of a whole run, for drawing a guess."""
    none = Curve(np.empty(0), np.empty(0))
    return _charts(tuple(sorted(colors.items())))[1].svg(none, none, none, epochs, guess=none)
