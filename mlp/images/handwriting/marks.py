"""Marks that are not digits (dots, dashes, scribbles, letters, noise), to learn and test rejection."""

from collections.abc import Callable

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.handwriting.chance import Chance
from mlp.images.handwriting.curves import arc, curve, joined
from mlp.images.handwriting.writing import by_hand
from mlp.images.handwriting.zero_to_four import zero_slashed
from mlp.images.recorded import CANVAS_PX, Drawing, Stroke, rasterize, render

Rng = np.random.Generator

NO_LABEL = 0
"""The label of a Drawing that is not a digit."""

# Only signs that do not look like digits: no B, D, G, I, L, O, P, Q, S, Z, b or q, no T (a seven), no Y (a four).
_STEM: list[tuple[float, float]] = [(0, 0), (0, 1)]
_RIGHT_STEM: list[tuple[float, float]] = [(0.6, 0), (0.6, 1)]
SIGNS: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 1), (0.3, 0), (0.6, 1)], [(0.1, 0.6), (0.5, 0.6)]],
    "E": [[(0.55, 0), (0, 0), (0, 1), (0.55, 1)], [(0, 0.5), (0.45, 0.5)]],
    "F": [[(0.55, 0), (0, 0), (0, 1)], [(0, 0.5), (0.45, 0.5)]],
    "H": [_STEM, _RIGHT_STEM, [(0, 0.5), (0.6, 0.5)]],
    "K": [_STEM, [(0.55, 0), (0, 0.5), (0.6, 1)]],
    "M": [[(0, 1), (0.1, 0), (0.4, 0.7), (0.7, 0), (0.8, 1)]],
    "N": [[(0, 1), (0, 0), (0.6, 1), (0.6, 0)]],
    "R": [[(0, 1), (0, 0), (0.4, 0.05), (0.5, 0.25), (0.4, 0.45), (0, 0.5), (0.55, 1)]],
    "V": [[(0, 0), (0.3, 1), (0.6, 0)]],
    "W": [[(0, 0), (0.2, 1), (0.4, 0.3), (0.6, 1), (0.8, 0)]],
    "X": [[(0, 0), (0.6, 1)], [(0.6, 0), (0, 1)]],
    "+": [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
    "*": [[(0.5, 0), (0.5, 1)], [(0.07, 0.25), (0.93, 0.75)], [(0.07, 0.75), (0.93, 0.25)]],
    "#": [[(0.3, 0), (0.2, 1)], [(0.7, 0), (0.6, 1)], [(0, 0.35), (0.95, 0.35)], [(0, 0.7), (0.9, 0.7)]],
    "=": [[(0, 0.2), (1, 0.2)], [(0, 0.6), (1, 0.6)]],
    "arrow": [[(0, 0.5), (1, 0.5)], [(0.65, 0.15), (1, 0.5), (0.65, 0.85)]],
    "triangle": [[(0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0)]],
    "tick": [[(0, 0.55), (0.3, 1), (1, 0)]],
    "house": [[(0, 1), (0, 0.4), (0.5, 0), (1, 0.4), (1, 1), (0, 1)]],
    "envelope": [[(0, 0), (1, 0), (1, 0.7), (0, 0.7), (0, 0), (0.5, 0.4), (1, 0)]],
}


def sign(rng: Rng) -> list[Stroke]:
    """A letter or sign, its points slightly displaced."""
    strokes = list(SIGNS.values())[rng.integers(len(SIGNS))]
    return [np.array(stroke) + rng.normal(0, 0.04, (len(stroke), 2)) for stroke in strokes]


def small_letter(rng: Rng) -> list[Stroke]:
    """One of a, e, h, k, m, n, r, w, in curves."""
    u = rng.uniform

    def arch(x: float, wide: float) -> Stroke:
        return curve(
            (x, u(0.5, 0.65)), (x + wide * u(0.4, 0.6), u(0.35, 0.45)), (x + wide, u(0.55, 0.7)), (x + wide, 1)
        )

    bowl = arc((0.3, 0.7), (0.28, 0.3), u(-60, -20), u(-340, -300))
    letters: list[Callable[[], list[Stroke]]] = [
        lambda: [joined(bowl, curve((0.57, 0.4), (0.58, 0.9), (0.72, 1)))],
        lambda: [joined(curve((0.05, 0.7), (0.55, 0.66)), arc((0.3, 0.7), (0.27, 0.3), 0, u(-330, -300)))],
        lambda: (
            [curve((0, 0), (0, 1)), arch(0, 0.4), arch(0.4, 0.4)]
            if u() < 0.3
            else [curve((0, 0), (0, 1)), arch(0, 0.5)]
        ),
        lambda: [curve((0, 0), (0, 1)), np.array([(0.4, 0.4), (0.02, 0.7), (0.45, 1)])],
        lambda: [curve((0, 0.4), (0, 1)), arch(0, 0.4), arch(0.4, 0.4)],
        lambda: [curve((0, 0.4), (0, 1)), arch(0, 0.5)],
        lambda: [curve((0, 0.4), (0, 1)), curve((0, 0.6), (0.2, 0.42), (0.42, 0.46))],
        lambda: [
            curve((0, 0.4), (0.1, 0.95), (0.3, 0.95), (0.36, 0.5)),
            curve((0.36, 0.5), (0.42, 0.95), (0.65, 0.95), (0.72, 0.4)),
        ],
    ]
    return letters[rng.integers(len(letters))]()


def scribble(rng: Rng) -> list[Stroke]:
    """One or several strokes that wander, zigzag, coil or hatch."""
    u = rng.uniform
    kind = rng.integers(5)
    if kind == 0:
        return [curve(*map(tuple, rng.random((rng.integers(7, 20), 2)))) for _ in range(rng.integers(1, 4))]
    if kind == 1:
        n = rng.integers(6, 16)
        across = np.stack([np.linspace(0, 1, n), np.where(np.arange(n) % 2, u(0.4, 1), 0.0)], axis=1)
        return [curve(*map(tuple, across + rng.normal(0, 0.05, (n, 2))))]
    if kind == 2:
        turns, angle = u(2.2, 5), u(0, 360)
        share = np.linspace(0.05, 1, round(24 * turns))
        turn = np.deg2rad(angle) + 2 * np.pi * turns * share * rng.choice([-1, 1])
        return [np.stack([np.cos(turn), np.sin(turn)], axis=1) * share[:, None] * (1, u(0.5, 1))]
    if kind == 3:
        n, lean = rng.integers(3, 8), u(-0.8, 0.8)
        lines = [curve((i / n, u(0, 0.15)), (i / n + lean + u(-0.1, 0.1), u(0.85, 1))) for i in range(n)]
        return lines if u() < 0.5 else [*lines, *(line[:, ::-1] for line in lines)]
    steps = rng.normal(0, 0.16, (rng.integers(25, 80), 2))
    walk = np.cumsum(steps, axis=0)
    return [walk - walk.mean(axis=0)]


def circling(rng: Rng) -> list[Stroke]:
    """A line of irregular circles, in one place or moving along."""
    u = rng.uniform
    turns = u(3, 8)
    turned = np.linspace(0, turns, round(20 * turns))
    knots = np.arange(0, 10, u(0.5, 1.2))
    rough = u(0.2, 0.5)  # more regular rounds are a zero in a thick pen
    wide, high, x, y = (np.interp(turned, knots, rng.normal(0, rough, len(knots))) for _ in range(4))
    turn = 2 * np.pi * (turned + u()) * rng.choice([-1, 1])
    along = u(0, 1.5) * (turned / turns - 0.5) * rng.choice([0, 1])
    return [np.stack([(1 + wide) * np.cos(turn) + x + along, u(0.6, 1.2) * (1 + high) * np.sin(turn) + y], axis=1)]


def dash(rng: Rng) -> list[Stroke]:
    """One or two lines, straight or waved."""
    u = rng.uniform
    line = curve((0, u(-0.08, 0.08)), (0.5, u(-0.15, 0.15)), (1, u(-0.08, 0.08)))
    return [line] if u() < 0.7 else [line, line + np.array([u(-0.2, 0.2), u(0.3, 0.8)])]


def crossed_out(rng: Rng) -> list[Stroke]:
    """A slashed zero, struck through several times."""
    return [*zero_slashed(Chance(rng)), *scribble(rng)]


STROKED: dict[Callable[[Rng], list[Stroke]], float] = {
    sign: 3,
    small_letter: 1.5,
    scribble: 4,
    circling: 1.5,
    dash: 0.5,
    crossed_out: 0.5,
}
"""Kinds of marks that are drawn with a pen, and their frequencies."""


def dots(rng: Rng) -> np.ndarray:
    """Return one dot of the brush, a few, or a blot; uint8 (280, 280)."""
    pen_px = rng.uniform(4, 60)
    place = rng.uniform(40, CANVAS_PX - 40, 2)
    if rng.random() < 0.5:
        return rasterize([place + rng.normal(0, 0.1 * pen_px, (rng.integers(1, 4), 2))], pen_px=pen_px)
    spread = rng.uniform(0.3, 3) * pen_px
    return rasterize([place[None] + rng.normal(0, spread, (1, 2)) for _ in range(rng.integers(2, 9))], pen_px=pen_px)


def grains(rng: Rng) -> np.ndarray:
    """Return grains of any size and number, gray or black; uint8, (280, 280)."""
    grain = int(rng.choice([1, 2, 5, 10, 14, 20, 28]))
    side = 280 // grain
    if rng.random() < 0.4:
        grains = rng.integers(0, 256, (side, side))
    else:
        grains = 255 * (rng.random((side, side)) < rng.uniform(0.02, 0.9))
    return np.repeat(np.repeat(grains.astype(np.uint8), grain, axis=0), grain, axis=1)


def mark(rng: Rng) -> np.ndarray:
    """Return a mark of any of these kinds.

    Returns
    -------
    uint8 array, shape (280, 280)
        0 is paper, 255 is ink.
    """
    chance = rng.random()
    if chance < 0.10:
        return dots(rng)
    if chance < 0.22:
        return grains(rng)
    kinds, weights = list(STROKED), np.array(list(STROKED.values()))
    kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    return render(Drawing(NO_LABEL, by_hand(kind(rng), rng)), rng)


def marks(n: int, rng: Rng) -> np.ndarray:
    """Return ``n`` marks in MNIST's form: uint8 (n, 784).

    Examples
    --------
    >>> marks(5, np.random.default_rng(0)).shape
    (5, 784)
    """
    images = np.empty((n, 784), np.uint8)
    for row in images:
        image = None
        while image is None:
            image = to_mnist(mark(rng))
        row[:] = np.rint(image.reshape(-1) * 255)
    return images
