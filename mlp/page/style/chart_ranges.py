"""Ranges of the axes of curves."""

import math

import numpy as np

from mlp.training.history import Curve

ALL_RIGHT = 1.004  # end of the accuracy axis, so that a line at 100% is visible
MOST_LOSS = 1000.0
"""On the axis: the loss of a run that has blown up leaves the image, with a number that would not fit beside it."""
BLIND_LOSS = 2.5  # slightly above that of a blind guess
TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Possible ends of the loss axis, times a power of ten; few, so that the axes are rarely redrawn."""


def value_range(as_percent: bool, minibatches: np.ndarray, *measured: np.ndarray) -> tuple[float, float]:
    """Return the ends of the vertical axis for a line of minibatches and lines of measurements."""
    # The first steps, with their high loss, would flatten the rest, so they may leave the image.
    begun = len(minibatches) // 20
    values = np.concatenate([minibatches[begun:], *measured])
    values = values[np.isfinite(values)]
    if not len(values):
        return (0.0, 1.0) if as_percent else (0.0, 2.5)
    if as_percent:
        low = float(values.min()) - 0.005
        step = 0.01 if low > 0.95 else 0.05
        return max(0.0, math.floor(low / step) * step), ALL_RIGHT
    # So may spikes of a run with too long steps, except at the present step.
    present = [float(line[-1]) for line in (minibatches, *measured) if len(line) and np.isfinite(line[-1])]
    highest = min(float(values.max()), max([BLIND_LOSS, *present]))
    return 0.0, _rounded_up(min(max(1.05 * highest, 0.01), MOST_LOSS))


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
