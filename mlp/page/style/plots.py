"""Plots as points, for the browser, which draws them with their axes (`plot.js`): `plot_of`, and the curves of runs."""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypedDict, Unpack

import numpy as np
import streamlit as st

from mlp.language import number, tr
from mlp.training.history import Curve, History, Quantity, smoothed

QUANTITIES: tuple[Quantity, Quantity] = ("loss", "accuracy")
"""The quantities of a run's two charts, in order."""
RAW_POINTS = 250
SMOOTH_SHARE = 0.05  # fraction of the run so far that the smoothed line averages
ALL_RIGHT = 1.004  # end of the accuracy axis, so that a line at 100% is visible
MAX_LOSS = 1000.0
"""Largest loss on the axis; the numbers of a larger one would not fit beside it."""
BLIND_LOSS = 2.5  # slightly above that of a blind guess
TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Possible ends of the loss axis, times a power of ten; few, so that the axis rarely changes."""
COLORS = ("accent", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
"""Colors of several runs, in order; more than eight reuse them."""
VALIDATION_DASHES = [9, 3]
EARLIER_DASHES = ([2, 3], [7, 4], [12, 4, 2, 4], [4, 2])
"""Dashes and dots of earlier runs, which share one quiet color and have names."""
UNITS = 100_000
"""Units of a coordinate, as `plot.js` has it: whole numbers are quicker to write than others."""
HIGHEST = 1e6
"""Coordinates are sent up to here, as the loss of a diverging run has no bounds."""

PLOT_HTML = '<div class="ink-plot" role="img"><canvas></canvas></div>'
_JS = "export default (component) => inkling.plot(component);"


class Mark(NamedTuple):
    """A mark on the current run, ``x`` in epochs, with a short text."""

    x: float
    text: str


class LineStyle(TypedDict, total=False):
    """How a line is drawn, where it differs from the browser's defaults."""

    width: float  # in pixels
    alpha: float
    dash: list[int]
    marker: float  # diameter of a dot at each point, in pixels
    name: str  # written at the line's end
    still: bool  # whether it does not grow while a run plays
    units: int
    """Units of its coordinates, in place of `UNITS`."""


class Line(LineStyle):
    """A line of a plot, from `line_of`."""

    x: list[int]
    """As in `differences`."""
    y: list[int]
    color: str
    """A variable of the style sheet, such as "accent", "second" or "quiet"."""


class Plot(TypedDict):
    """Lines and axes, from `plot_of`."""

    percent: bool
    unit: str
    x: tuple[float, float]
    y: tuple[float, float]
    lines: list[Line]
    marks: list[Mark]


class PlacedPlot(Plot):
    """A plot at a place on the page, from `placed`."""

    alt: str
    at: tuple[int, int] | None
    playing: bool


def plot_of(
    x: tuple[float, float],
    y: tuple[float, float],
    lines: Sequence[Line],
    *,
    unit: str = "",
    percent: bool = False,
    marks: Sequence[Mark] = (),
) -> Plot:
    """Return a plot with these ranges of its axes, and lines from the lowest to the highest.

    ``unit`` is named at the start of the x axis, ``percent`` says whether y is a fraction, and ``marks`` are places on
    the x axis with their texts.
    """
    return {"percent": percent, "unit": unit, "x": x, "y": y, "lines": list(lines), "marks": list(marks)}


def run_plot(
    quantity: Quantity,
    history: History,
    epochs: float,
    earlier: Sequence[tuple[str, History]] = (),
    guess: Curve | None = None,
) -> Plot:
    """Return the loss or the accuracy of a run of so many epochs, which may be empty, over those of earlier runs.

    With a guess of the accuracy, which is below everything else, the axes cover the whole run, from 0 to 100%.
    """
    guess = guess if quantity == "accuracy" else None
    minibatches, training, validation = history.curves(quantity, RAW_POINTS)
    training, validation = without_start(training), without_start(validation)
    smooth = smoothed(minibatches.y, int(len(minibatches.y) * SMOOTH_SHARE))
    end = horizon_of(minibatches, epochs) if guess is None else float(epochs)
    measured = [(name, run.measured(quantity)) for name, run in earlier]
    # A run that was only measured before its first step has no curve yet.
    quiet = [(name, _until(without_start(curve), end)) for name, curve in measured if len(curve.x) > 1]
    lines = [
        line_of(
            curve,
            "quiet",
            width=1.5,
            dash=EARLIER_DASHES[place % len(EARLIER_DASHES)],
            marker=2.5,
            name=name,
            still=True,
        )
        for place, (name, curve) in enumerate(quiet)
    ]
    if guess is not None:
        lines.append(line_of(guess, "quiet", dash=[6, 4], name=tr("your guess"), still=True))
    lines += [
        line_of(minibatches, "accent", width=0.8, alpha=0.35),
        line_of(Curve(minibatches.x, smooth), "accent", width=1, alpha=0.6),
        line_of(training, "accent", marker=4),
        line_of(validation, "second", dash=VALIDATION_DASHES, marker=4),
    ]
    heights = value_range(quantity, smooth, training.y, validation.y, *(curve.y for _, curve in quiet))
    marks = [mark for mark in marks_of(history) if mark.x <= end]
    return _run_plot(quantity, end, heights if guess is None else (0.0, ALL_RIGHT), lines, marks)


def runs_plot(quantity: Quantity, histories: Sequence[History], epochs: float, guess: Curve | None = None) -> Plot:
    """Return the loss or the accuracy of several runs, each in its own color; ``epochs`` is the longest run's."""
    runs = [history.curves(quantity, RAW_POINTS) for history in histories]
    end = max((horizon_of(run.minibatches, epochs) for run in runs), default=float(epochs))
    lines, heights = [], []
    if guess is not None and quantity == "accuracy":
        lines.append(line_of(guess, "quiet", dash=[6, 4], name=tr("your guess"), still=True))
    for place, run in enumerate(runs):
        color, smooth = color_of(place), smoothed(run.minibatches.y, int(len(run.minibatches.y) * SMOOTH_SHARE))
        training, validation = without_start(run.training), without_start(run.validation)
        lines += [
            line_of(Curve(run.minibatches.x, smooth), color, width=0.8, alpha=0.5),
            line_of(training, color, width=1.6, marker=3),
            line_of(validation, color, width=1.3, dash=VALIDATION_DASHES, marker=3),
        ]
        heights += [smooth[len(smooth) // 20 :], training.y, validation.y]
    return _run_plot(quantity, end, value_range(quantity, np.empty(0), *heights), lines)


def empty_plot(epochs: float) -> Plot:
    """Return the empty accuracy axes of a whole run, for drawing a guess."""
    return _run_plot("accuracy", float(epochs), (0.0, ALL_RIGHT), [])


def placed(plot: Plot, alt: str, *, at: tuple[int, int] | None = None, playing: bool = False) -> PlacedPlot:
    """Return a plot with its words; of a run, with its number and the step, and whether it plays."""
    return {**plot, "alt": alt, "at": at, "playing": playing}


def draw_plot(name: str, plot: PlacedPlot) -> None:
    """Draw a plot in an element with the key ``NAME_chart``; the live channel's part ``plot.NAME`` replaces it."""
    component = st.components.v2.component("plot", html=PLOT_HTML, js=_JS, isolate_styles=False)
    component(key=f"{name}_chart", data={"name": name, **plot})


def _run_plot(
    quantity: Quantity, end: float, heights: tuple[float, float], lines: Sequence[Line], marks: Sequence[Mark] = ()
) -> Plot:
    return plot_of((0.0, end), heights, lines, unit=tr("epoch"), percent=quantity == "accuracy", marks=marks)


def line_of(curve: Curve, color: str, **style: Unpack[LineStyle]) -> Line:
    """Return a line without values that are not finite, which JSON lacks."""
    points = np.column_stack([np.asarray(curve.x, float), np.asarray(curve.y, float)])
    x, y = points[np.isfinite(points).all(axis=1)].T
    units = style.get("units", UNITS)
    return {"x": differences(x, units), "y": differences(y, units), "color": color, **style}


def differences(values: np.ndarray, units: int = UNITS) -> list[int]:
    """Return the first of these values, and the difference of each to the one before, in units of 1 / ``units``.

    >>> differences(np.array([0.5, 0.50001, 0.25]))
    [50000, 1, -25001]
    """
    whole = np.rint(np.clip(values, -HIGHEST, HIGHEST) * units).astype(np.int64)
    changes: list[int] = np.diff(whole, prepend=0).tolist()
    return changes


def color_of(place: int) -> str:
    """Return the name of the color of the run at a position, from 0."""
    return COLORS[place % len(COLORS)]


def without_start(curve: Curve) -> Curve:
    """Return a curve without the point before the first step, which would add a line across the whole first epoch."""
    return Curve(curve.x[1:], curve.y[1:]) if len(curve.x) > 1 else curve


def _until(curve: Curve, x: float) -> Curve:
    """Return a curve up to ``x`` and one point beyond, so that its line reaches the edge."""
    end = int(np.searchsorted(curve.x, x, side="right")) + 1
    return Curve(curve.x[:end], curve.y[:end])


def marks_of(history: History) -> list[Mark]:
    """Return a mark for each change of the learning rate, with the new one."""
    return [Mark(epoch, number(rate, "g")) for epoch, rate in list(history.learning_rates)]


def value_range(quantity: Quantity, minibatches: np.ndarray, *measured: np.ndarray) -> tuple[float, float]:
    """Return the ends of the vertical axis for a line of minibatches and lines of measurements."""
    # The first steps, with their high loss, would flatten the rest, so they may leave the chart.
    begun = len(minibatches) // 20
    values = np.concatenate([minibatches[begun:], *measured])
    values = values[np.isfinite(values)]
    if not len(values):
        return (0.0, 1.0) if quantity == "accuracy" else (0.0, 2.5)
    if quantity == "accuracy":
        low = float(values.min()) - 0.005
        apart = 0.01 if low > 0.95 else 0.05
        low = max(0.0, math.floor(low / apart) * apart)
        return low, min(ALL_RIGHT, 1 + (1 - low) / 12)  # above 100%, a twelfth of what is below at most
    # Spikes of a run with too large steps may leave the chart too, except at the present step.
    present = [float(line[-1]) for line in (minibatches, *measured) if len(line) and np.isfinite(line[-1])]
    highest = min(float(values.max()), max([BLIND_LOSS, *present]))
    return 0.0, _rounded_up(min(max(1.05 * highest, 0.01), MAX_LOSS))


def _rounded_up(value: float) -> float:
    """Return the next number that is one of `TOPS` times a power of ten.

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
