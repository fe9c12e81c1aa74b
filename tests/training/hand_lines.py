"""Lines as a hand draws them: straight, round and bent, joined, turned, and with its unsteadiness.

Points are (x, y), y down.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.recorded import Stroke, render

Rng = np.random.Generator
Point = tuple[float, float]


def path(*corners: Point) -> Stroke:
    """Return straight lines between corners, with points in between, as a hand leaves them."""
    steps = np.linspace(0, len(corners) - 1, 8 * len(corners))
    return np.stack([np.interp(steps, range(len(corners)), axis) for axis in zip(*corners, strict=True)], axis=1)


def closed(*corners: Point) -> Stroke:
    return path(*corners, corners[0])


def ellipse(x: float, y: float, a: float, b: float, start: float = 0, sweep: float = 360) -> Stroke:
    """Return part of an ellipse, in degrees clockwise from the right."""
    turn = np.deg2rad(np.linspace(start, start + sweep, max(6, int(abs(sweep) / 8))))
    return np.stack([x + a * np.cos(turn), y + b * np.sin(turn)], axis=1)


def ring(rng: Rng, x: float, y: float, a: float, b: float) -> Stroke:
    """Return a ring, begun anywhere, a little open or closed beyond its start."""
    return ellipse(x, y, a, b, rng.uniform(0, 360), rng.choice([-1, 1]) * rng.uniform(340, 385))


def bezier(*points: Point) -> Stroke:
    """Return a Bézier curve of any degree (de Casteljau's construction)."""
    share = np.linspace(0, 1, 24)[:, None]
    layer = [np.array(point, float) for point in points]
    while len(layer) > 1:
        layer = [(1 - share) * p + share * q for p, q in pairwise(layer)]
    return layer[0]


def at(angle: float, far: float = 1.0) -> Point:
    """Return the point at an angle in degrees, clockwise from the right."""
    return far * np.cos(np.deg2rad(angle)), far * np.sin(np.deg2rad(angle))


def joined(*parts: Stroke) -> Stroke:
    return np.concatenate(parts)


def turned(strokes: list[Stroke], angle: float) -> list[Stroke]:
    (cos, sin) = at(angle)
    return [stroke @ np.array([[cos, sin], [-sin, cos]]) for stroke in strokes]


def either(rng: Rng, *ways: Callable[[], list[Stroke]]) -> list[Stroke]:
    return ways[rng.integers(len(ways))]()


def _by_hand(strokes: list[Stroke], rng: Rng) -> tuple[Stroke, ...]:
    """Return strokes slanted, turned, stretched, bent, and trembling a little."""
    angle, slant, stretch = rng.normal(0, np.deg2rad(6)), rng.normal(0, 0.1), np.exp(rng.normal(0, 0.08))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[stretch, 0], [-slant, 1 / stretch]])
    waves, phases, tremor = rng.uniform(1, 4, (2, 2)), rng.uniform(0, 6.3, 2), rng.choice([0.0, 0.005, 0.01])
    return tuple(
        stroke @ matrix + 0.03 * np.sin(stroke @ waves + phases) + rng.normal(0, tremor, stroke.shape)
        for stroke in strokes
    )


def drawings_of(kind: Callable[[Rng], list[Stroke]], n: int, seed: int) -> np.ndarray:
    """Return ``n`` shapes of a kind in MNIST's form, drawn on the page's canvas as a visitor would: (n, 28, 28)."""
    rng = np.random.default_rng((seed, *kind.__name__.encode()))
    drawn = [to_mnist(render(_by_hand(kind(rng), rng), rng)) for _ in range(n)]
    return np.array(drawn)
