"""Marks that are not digits (dots, dashes, scribbles, letters, shapes, noise), to learn and test rejection."""

from collections.abc import Callable

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.recorded import CANVAS_PX, Stroke, rasterize
from models.making import shapes
from models.making.chance import Chance
from models.making.curves import arc, as_column, curve, joined, line, moved
from models.making.small_drawing import drawn_small
from models.making.writing import by_hand
from models.making.zero_to_four import zero_slashed

Rng = np.random.Generator

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


def sign(chance: Chance) -> list[Stroke]:
    """A letter or sign, its points slightly displaced."""
    u = chance.between
    strokes = chance.one_of(*SIGNS.values())
    return [line(*((x + u(-0.07, 0.07), y + u(-0.07, 0.07)) for x, y in stroke)) for stroke in strokes]


def small_letter(chance: Chance) -> list[Stroke]:
    """One of a, e, h, k, m, n, r, w, in curves."""
    u = chance.between

    def arch(x: float, wide: float) -> Stroke:
        return curve(
            (x, u(0.5, 0.65)), (x + wide * u(0.4, 0.6), u(0.35, 0.45)), (x + wide, u(0.55, 0.7)), (x + wide, 1)
        )

    bowl = arc((0.3, 0.7), (0.28, 0.3), u(-60, -20), u(-340, -300))
    letters: list[Callable[[], list[Stroke]]] = [
        lambda: [joined(bowl, curve((u(0.56, 0.58), 0.4), (0.58, 0.9), (0.72, 1)))],
        lambda: [joined(curve((0.05, u(0.69, 0.71)), (0.55, 0.66)), arc((0.3, 0.7), (0.27, 0.3), 0, u(-330, -300)))],
        lambda: (
            [curve((0, 0), (0, 1)), arch(0, 0.4), arch(0.4, 0.4)]
            if chance.sometimes(0.3)
            else [curve((0, 0), (0, 1)), arch(0, 0.5)]
        ),
        lambda: [curve((0, 0), (0, 1)), line((0.4, 0.4), (0.02, 0.7), (0.45, 1))],
        lambda: [curve((0, 0.4), (0, 1)), arch(0, 0.4), arch(0.4, 0.4)],
        lambda: [curve((0, 0.4), (0, 1)), arch(0, 0.5)],
        lambda: [curve((0, 0.4), (0, 1)), curve((0, 0.6), (0.2, 0.42), (0.42, 0.46))],
        lambda: [
            curve((0, 0.4), (0.1, 0.95), (0.3, 0.95), (0.36, 0.5)),
            curve((0.36, 0.5), (0.42, 0.95), (0.65, 0.95), (0.72, 0.4)),
        ],
    ]
    return chance.one_of(*letters)()


def scribble(chance: Chance) -> list[Stroke]:
    """One or several strokes that wander, zigzag, coil or hatch."""
    u, kind = chance.between, chance.whole(0, 5)
    if kind == 0:
        return [_through(chance, chance.whole(7, 20)) for _ in range(chance.whole(1, 4))]
    if kind == 1:
        n, high = chance.whole(6, 16), u(0.4, 1)
        return [curve(*((i / (n - 1) + u(-0.08, 0.08), high * (i % 2) + u(-0.08, 0.08)) for i in range(n)))]
    if kind == 2:
        turns = u(2.2, 5)
        share = np.linspace(0.05, 1, 100)
        turn = np.deg2rad(as_column(u(0, 360))) + 2 * np.pi * as_column(turns) * share * as_column(chance.sign())
        return [np.stack([share * np.cos(turn), share * np.sin(turn) * as_column(u(0.5, 1))], axis=-1)]
    if kind == 3:
        n, lean = chance.whole(3, 8), u(-0.8, 0.8)
        lines = [line((i / n, u(0, 0.15)), (i / n + lean + u(-0.1, 0.1), u(0.85, 1))) for i in range(n)]
        return lines if chance.sometimes(0.5) else [*lines, *(one[..., ::-1] for one in lines)]
    steps = line(*((u(-0.28, 0.28), u(-0.28, 0.28)) for _ in range(chance.whole(40, 100))))
    return [np.cumsum(steps, axis=-2)]


def _through(chance: Chance, n: int) -> Stroke:
    """Return a curve through ``n`` random points."""
    return curve(*((chance.between(0, 1), chance.between(0, 1)) for _ in range(n)))


def circling(chance: Chance) -> list[Stroke]:
    """A line of irregular circles, in one place or moving along."""
    u, turns = chance.between, chance.whole(3, 8)
    rough = as_column(u(0.2, 0.5))  # more regular rounds are a zero in a thick pen
    turned = np.arange(0, turns, 0.05)
    done, share = turned.astype(int), turned % 1

    def wave() -> np.ndarray:
        heights = rough * np.stack([u(-1.7, 1.7) for _ in range(turns + 1)], axis=-1)
        return (1 - share) * heights[..., done] + share * heights[..., done + 1]

    turn = 2 * np.pi * (turned + as_column(u(0, 1))) * as_column(chance.sign())
    along = as_column(u(0, 1.5)) * (turned / turns - 0.5) * chance.whole(0, 2)
    high = as_column(u(0.6, 1.2)) * (1 + wave())
    return [np.stack([(1 + wave()) * np.cos(turn) + wave() + along, high * np.sin(turn) + wave()], axis=-1)]


def dash(chance: Chance) -> list[Stroke]:
    """One or two lines, straight or waved."""
    u = chance.between
    one = curve((0, u(-0.08, 0.08)), (0.5, u(-0.15, 0.15)), (1, u(-0.08, 0.08)))
    return [one] if chance.sometimes(0.7) else [one, moved(one, u(-0.2, 0.2), u(0.3, 0.8))]


def crossed_out(chance: Chance) -> list[Stroke]:
    """A slashed zero, struck through several times."""
    return [*zero_slashed(chance), *scribble(chance)]


STROKED: dict[Callable[[Chance], list[Stroke]], float] = {
    sign: 3,
    small_letter: 1.5,
    scribble: 4,
    circling: 1.5,
    dash: 0.5,
    crossed_out: 0.5,
    shapes.outlined: 5,
    shapes.composed: 5,
    shapes.around: 1,
    shapes.nested: 0.5,
    shapes.several: 0.3,
    shapes.branching: 1.5,
    shapes.on_a_stem: 1.5,
    shapes.arrow: 1.5,
    shapes.rays: 0.3,
    shapes.heart: 2,
    shapes.speech_bubble: 2,
    shapes.cloud: 1.5,
}
"""Kinds of marks that are drawn with a pen, and their frequencies."""

UNSTROKED = 0.12
"""Fraction of marks that are dots of the brush or grains."""

GROUP = 8
"""Marks of one kind that are drawn together, with the same pen and the same kinds of strokes."""


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


def marks(n: int, rng: Rng) -> np.ndarray:
    """Return ``n`` marks of all these kinds in MNIST's form: uint8 (n, 784).

    >>> marks(5, np.random.default_rng(0)).shape
    (5, 784)
    """
    kinds, weights = list(STROKED), np.array(list(STROKED.values()))
    images = np.empty((n, 784), np.uint8)
    n_stroked = round((1 - UNSTROKED) * n)
    for start in range(0, n_stroked, GROUP):
        group = images[start : min(start + GROUP, n_stroked)]
        strokes = kinds[rng.choice(len(kinds), p=weights / weights.sum())](Chance(rng, len(group)))
        each = [np.broadcast_to(stroke, (len(group), *stroke.shape[-2:])) for stroke in strokes]
        group[:] = drawn_small(by_hand(each, rng), rng)
    for row in images[n_stroked:]:
        image = None
        while image is None:  # grains may be none
            image = to_mnist((dots, grains)[rng.integers(2)](rng))
        row[:] = np.rint(image.reshape(-1) * 255)
    return images
