"""Make strokes of lines and curves, for the model of handwriting."""

import numpy as np

from mlp.images.recorded import Stroke

Point = tuple[float, float]


def curve(*points: Point, per_piece: int = 6) -> Stroke:
    """Smooth curve through points (Catmull and Rom 1974), ``per_piece`` steps between each two; two make a line.

    Examples
    --------
    >>> curve((0, 0), (1, 1))
    array([[0., 0.],
           [1., 1.]])
    >>> len(curve((0, 0), (1, 1), (2, 0)))
    13
    """
    knots = np.array(points, dtype=np.float64)
    if len(knots) <= 2:
        return knots
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, per_piece, endpoint=False)[:, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    pieces = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.concatenate([pieces.reshape(-1, 2), knots[-1:]])


def arc(middle: Point, radii: Point, start: float, sweep: float, drift: float = 0.0) -> Stroke:
    """Part of an ellipse, in degrees clockwise from the right (y goes down); ``drift`` widens it towards its end."""
    share = np.linspace(0, 1, max(3, round(abs(sweep) / 15)))
    angle = np.deg2rad(start + sweep * share)
    wide = (1 + drift * share)[:, None]
    return np.array(middle) + wide * np.stack([np.cos(angle), np.sin(angle)], axis=1) * radii


def joined(*parts: Stroke) -> Stroke:
    """One stroke of several parts, with a corner between them."""
    return np.concatenate(parts)
