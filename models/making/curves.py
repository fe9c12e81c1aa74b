"""Strokes made of lines and curves, for the model of handwriting.

A stroke is (k, 2), or (n, k, 2) if its points belong to n digits.
"""

import numpy as np

from mlp.images.recorded import Stroke
from models.making.chance import Number

Point = tuple[Number, Number]


def line(*points: Point) -> Stroke:
    """Return straight lines between points.

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
    """Return a smooth curve through points (Catmull and Rom 1974), with ``per_piece`` steps between each two.

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
    """Return part of an ellipse, in degrees clockwise from the right (y down); ``drift`` widens it toward its end."""
    share = np.linspace(0, 1, max(3, round(float(np.abs(sweep).max()) / 15)))
    angle = np.deg2rad(as_column(start) + as_column(sweep) * share)
    wide = 1 + as_column(drift) * share
    x, y = (
        as_column(center) + wide * turn * as_column(radius)
        for center, turn, radius in zip(middle, (np.cos(angle), np.sin(angle)), radii, strict=True)
    )
    return np.stack([x, y], axis=-1)


def bow(start: Point, end: Point, bulge: Number) -> Stroke:
    """Return a parabola between two points that rises by ``bulge`` times their distance, to the left on its way.

    >>> bow((0, 0), (4, 0), 0.5)[4]
    array([ 2., -2.])
    """
    share = np.linspace(0, 1, 9)[:, None]
    first, way = line(start)[..., :1, :], np.diff(line(start, end), axis=-2)
    aside = way[..., ::-1] * (1, -1)
    return first + share * way + 4 * share * (1 - share) * as_column(as_column(bulge)) * aside


def polar(angle: Number, far: Number) -> Point:
    """Return the point at an angle in degrees, clockwise from the right, and a distance from (0, 0)."""
    return far * np.cos(np.deg2rad(angle)), far * np.sin(np.deg2rad(angle))


def turned(stroke: Stroke, angle: Number) -> Stroke:
    """Return a stroke turned around (0, 0) by an angle in degrees, clockwise."""
    cos, sin = polar(angle, 1.0)
    return stroke @ line((cos, sin), (-sin, cos))


def moved(stroke: Stroke, x: Number, y: Number, size: Number = 1.0) -> Stroke:
    """Return a stroke scaled by ``size``, with (0, 0) moved to (x, y)."""
    return stroke * as_column(as_column(size)) + line((x, y))


def mirrored(stroke: Stroke) -> list[Stroke]:
    """Return a stroke and the same on the other side of x = 0."""
    return [stroke, stroke * (-1, 1)]


def joined(*parts: Stroke) -> Stroke:
    """Return one stroke of several parts, with a corner between them."""
    return np.concatenate(parts, axis=-2)


def spot(stroke: Stroke, place: int) -> Point:
    """Return a point of a stroke, 0 for the first and -1 for the last."""
    return stroke[..., place, 0], stroke[..., place, 1]


def as_column(number: Number) -> np.ndarray:
    """Return one number per digit, shaped (n, 1) for arithmetic with the points of a stroke."""
    return np.asarray(number)[..., None]
