"""Make strokes of lines and curves, for the model of handwriting.

A stroke is (k, 2), or (n, k, 2) where it is made of the points of n digits at once.
"""

import numpy as np

from mlp.images.handwriting.chance import Number
from mlp.images.recorded import Stroke

Point = tuple[Number, Number]


def line(*points: Point) -> Stroke:
    """Straight lines from point to point.

    Examples
    --------
    >>> line((0, 0), (1, 1))
    array([[0., 0.],
           [1., 1.]])
    >>> line((0, np.array([0.0, 0.1])), (1, 1)).shape
    (2, 2, 2)
    """
    numbers = [number for point in points for number in point]
    shape = np.broadcast_shapes(*(np.shape(number) for number in numbers))
    flat = np.empty((*shape, len(numbers)))
    for place, number in enumerate(numbers):
        flat[..., place] = number
    return flat.reshape(*shape, len(points), 2)


def curve(*points: Point, per_piece: int = 6) -> Stroke:
    """Smooth curve through points (Catmull and Rom 1974), ``per_piece`` steps between each two; two make a line.

    Examples
    --------
    >>> len(curve((0, 0), (1, 1), (2, 0)))
    13
    """
    knots = line(*points)
    if len(points) <= 2:
        return knots
    padded = np.concatenate(
        [2 * knots[..., :1, :] - knots[..., 1:2, :], knots, 2 * knots[..., -1:, :] - knots[..., -2:-1, :]], axis=-2
    )
    t = np.linspace(0, 1, per_piece, endpoint=False)
    shares = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1)
    n_pieces = len(points) - 1
    four = np.stack([padded[..., i : n_pieces + i, :] for i in range(4)], axis=-2)  # (..., pieces, 4, 2)
    pieces = (0.5 * shares) @ four  # (..., pieces, per_piece, 2)
    return np.concatenate([pieces.reshape(*knots.shape[:-2], n_pieces * per_piece, 2), knots[..., -1:, :]], axis=-2)


def arc(middle: Point, radii: Point, start: Number, sweep: Number, drift: Number = 0.0) -> Stroke:
    """Part of an ellipse, in degrees clockwise from the right (y goes down); ``drift`` widens it towards its end."""
    share = np.linspace(0, 1, max(3, round(float(np.abs(sweep).max()) / 15)))
    angle = np.deg2rad(beside(start) + beside(sweep) * share)
    wide = 1 + beside(drift) * share
    x, y = (
        beside(centre) + wide * turn * beside(radius)
        for centre, turn, radius in zip(middle, (np.cos(angle), np.sin(angle)), radii, strict=True)
    )
    return np.stack([x, y], axis=-1)


def joined(*parts: Stroke) -> Stroke:
    """One stroke of several parts, with a corner between them."""
    return np.concatenate(parts, axis=-2)


def spot(stroke: Stroke, place: int) -> Point:
    """Give a point of a stroke, 0 for the first and -1 for the last."""
    return stroke[..., place, 0], stroke[..., place, 1]


def beside(number: Number) -> np.ndarray:
    """Give a number of each digit in the shape that goes with the numbers of each point of a stroke, (n, 1)."""
    return np.asarray(number)[..., None]
