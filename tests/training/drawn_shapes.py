"""Shapes that people draw where a digit is asked for, by rules that no mark of the training follows.

How many of them the digit check rejects decided on the kinds of marks that it learned; `put_aside_shapes` did not.

Each kind is a function of a generator that returns strokes in a box about 1 wide and high, y down.
"""

from collections.abc import Callable

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.recorded import Stroke, render
from tests.training.hand_lines import (
    Rng,
    at,
    bezier,
    by_hand,
    closed,
    either,
    ellipse,
    joined,
    path,
    polygon,
    ring,
    turned,
)


def heart(rng: Rng) -> list[Stroke]:
    u = rng.uniform

    def formula() -> list[Stroke]:
        t = np.linspace(0, 2 * np.pi, 60)
        x = u(0.85, 1.1) * np.abs(np.sin(t)) ** u(2, 3.4) * np.sign(np.sin(t))
        return [np.stack([x, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16], axis=1)]

    def halves() -> list[Stroke]:
        dip, wide, lobe = u(0.15, 0.35), u(0.4, 0.65), u(-0.35, -0.1)
        left, right = (
            bezier((0.5, dip), (0.5 + side * 0.5, lobe), (0.5 + side * 1.3, u(0.1, 0.4)), (0.5, 1))
            for side in (-wide, wide)
        )
        return [left, right] if u() < 0.5 else [joined(left[::-1], right)]

    def arcs() -> list[Stroke]:
        left, right = (
            ellipse(0.25, 0.28, 0.25, u(0.22, 0.3), 160, 200),
            ellipse(0.75, 0.28, 0.25, u(0.22, 0.3), 180, 200),
        )
        tip = (0.5, u(0.85, 1.1))
        return [joined(path(tip, tuple(left[0])), left, right, path(tuple(right[-1]), tip))]

    def pointed() -> list[Stroke]:
        dip, side = u(0.2, 0.35), u(0.2, 0.35)
        return [closed((0.5, dip), (u(0.2, 0.3), 0), (0, side), (0.5, 1), (1, side), (u(0.7, 0.8), 0))]

    return either(rng, formula, formula, halves, halves, arcs, pointed)


def tree(rng: Rng) -> list[Stroke]:
    u = rng.uniform

    def trunk(top: float) -> list[Stroke]:
        left, right = 0.5 - u(0.06, 0.12), 0.5 + u(0.06, 0.12)
        return either(
            rng,
            lambda: [path((0.5, top), (0.5, 1))],
            lambda: [path((left, top), (left, 1)), path((right, top), (right, 1))],
            lambda: [path((left, top), (left, 1), (right, 1), (right, top))],
        )

    def round_crown() -> list[Stroke]:
        high = u(0.25, 0.38)
        return [ring(rng, 0.5, high, u(0.3, 0.45), high), *trunk(2 * high - u(0, 0.06))]

    def leafy_crown() -> list[Stroke]:
        turn = np.linspace(0, 2 * np.pi, 90)
        far = 0.32 * (1 + u(0.12, 0.25) * np.abs(np.sin(rng.integers(5, 9) * turn / 2)))
        return [np.stack([0.5 + far * np.cos(turn), 0.38 + far * np.sin(turn)], axis=1), *trunk(0.7)]

    def fir() -> list[Stroke]:
        levels = np.linspace(0, 1, rng.integers(2, 5))[1:]
        half = [(far * (0.18 + 0.3 * level), 0.8 * level) for level in levels for far in (1, 0.5)][:-1]
        right, left = [(0.5 + x, y) for x, y in half], [(0.5 - x, y) for x, y in half[::-1]]
        return [closed((0.5, 0), *right, *left), *trunk(0.8)]

    def tiers() -> list[Stroke]:
        n = rng.integers(2, 4)
        tops = [(i, 0.8 * i / n - 0.05 * (i > 0), 0.8 * (i + 1) / n) for i in range(n)]
        parts = [closed((0.5, top), (0.25 - 0.08 * i, foot), (0.75 + 0.08 * i, foot)) for i, top, foot in tops]
        return [*parts, *trunk(0.8)]

    def bare() -> list[Stroke]:
        branches = [(1 if i % 2 else -1, u(0.2, 0.7)) for i in range(rng.integers(3, 7))]
        return [
            path((0.5, 1), (0.5, u(0, 0.15))),
            *(path((0.5, y), (0.5 + side * u(0.2, 0.4), y - u(0.1, 0.3))) for side, y in branches),
        ]

    return either(rng, round_crown, round_crown, leafy_crown, fir, tiers, bare)


def house(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    eaves, wide, over = u(0.3, 0.5), u(0.7, 1.0), u(0, 0.12)
    left, right, gable = (0.0, eaves), (wide, eaves), (wide / 2, 0.0)

    def walls_and_roof() -> list[Stroke]:
        return [closed(left, (0, 1), (wide, 1), right), path((-over, eaves), gable, (wide + over, eaves))]

    base = either(
        rng,
        lambda: [closed((0, 1), left, gable, right, (wide, 1))],
        walls_and_roof,
        walls_and_roof,
        lambda: [path((0, 1), left, right, gable, left, (wide, 1), (0, 1), right, (wide, 1))],
    )
    x, y, size = u(0.2, 0.5) * wide, eaves + u(0.1, 0.2), u(0.15, 0.25)
    door = path((x, 1), (x, 1 - u(0.25, 0.4)), (x + size, 1 - u(0.25, 0.4)), (x + size, 1))
    window = closed((x, y), (x + size, y), (x + size, y + size), (x, y + size))
    chimney = path((0.72 * wide, 0.45 * eaves), (0.72 * wide, -0.05), (0.85 * wide, -0.05), (0.85 * wide, 0.7 * eaves))
    return base + [one for one, often in ((door, 0.5), (window, 0.25), (chimney, 0.2)) if u() < often]


def flower(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(4, 9)

    def petals() -> list[Stroke]:
        far, size, turns = u(0.25, 0.34), u(0.14, 0.2), np.linspace(0, 2 * np.pi, n, endpoint=False) + u(0, 6)
        places = [(0.5 + far * np.cos(turn), 0.35 + far * np.sin(turn)) for turn in turns]
        return [
            ring(rng, 0.5, 0.35, 0.13, u(0.1, 0.16)),
            *(ring(rng, x, y, size, size * u(0.9, 1.1)) for x, y in places),
        ]

    def rose() -> list[Stroke]:
        turn = np.linspace(0, 2 * np.pi, 120)
        far = 0.4 * (u(0.35, 0.6) + u(0.4, 0.6) * np.abs(np.cos(n * turn / 2)))
        middle = [ring(rng, 0.5, 0.4, 0.11, 0.11)] if u() < 0.7 else []
        return [np.stack([0.5 + far * np.cos(turn), 0.4 + far * np.sin(turn)], axis=1), *middle]

    def tulip() -> list[Stroke]:
        crown = path((0.25, 0), (0.38, 0.2), (0.5, 0), (0.62, 0.2), (0.75, 0))
        return [joined(crown, ellipse(0.5, 0.1, 0.25, u(0.3, 0.4), -20, 220)), *stem(0.45)]

    def stem(top: float) -> list[Stroke]:
        leaves = [bezier((0.5, 1), (0.5 + side * 0.2, 0.95), (0.5 + side * u(0.25, 0.35), 0.75)) for side in (1, -1)]
        return [path((0.5, top), (0.5, 1.15)), *leaves[: rng.integers(3)]]

    blossoms = (petals, rose, lambda: petals() + stem(0.7), lambda: rose() + stem(0.7), tulip, tulip)
    return either(rng, *blossoms)


def head(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    y, apart = u(0.3, 0.42), u(0.15, 0.22)
    eye = either(
        rng,
        lambda: [np.array([(0.0, 0.0)])],
        lambda: [path((0, -0.06), (0, 0.06))],
        lambda: [ellipse(0, 0, 0.05, 0.05)],
    )[0]
    eyes = [eye + np.array([0.5 + side, y]) for side in (-apart, apart)]
    return [ring(rng, 0.5, 0.5, 0.5, u(0.45, 0.52)), *eyes]


def smiley(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    wide, y = u(0.18, 0.3), u(0.55, 0.65)
    mouth = either(
        rng,
        lambda: [ellipse(0.5, y, wide, u(0.12, 0.25), 170, -160)],
        lambda: [bezier((0.5 - wide, y), (0.5, y + u(0.2, 0.4)), (0.5 + wide, y))],
        lambda: [bezier((0.5 - wide, y + 0.15), (0.5, y - u(0.1, 0.2)), (0.5 + wide, y + 0.15))],
        lambda: [path((0.5 - wide, y + 0.1), (0.5 + wide, y + 0.1))],
    )
    return [*head(rng), *mouth, *([path((0.5, 0.45), (0.5, 0.55))] if u() < 0.2 else [])]


def cat(rng: Rng) -> list[Stroke]:
    u, strokes = rng.uniform, head(rng)
    whiskers = rng.integers(0, 3)
    for side in (-1, 1):
        x = 0.5 + side * 0.3
        strokes.append(path((x - 0.15, 0.1), (x + side * u(0, 0.1), -u(0.15, 0.3)), (x + 0.15, 0.14)))
        strokes += [
            path((0.5 + side * 0.15, 0.65 + 0.06 * i), (0.5 + side * 0.6, 0.6 + 0.1 * i)) for i in range(whiskers)
        ]
    return strokes + [closed((0.45, 0.6), (0.55, 0.6), (0.5, 0.68))][: rng.integers(2)]


def spiral(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    share = np.linspace(0.02, 1, 120)
    turn = 2 * np.pi * (u(2, 4.5) * share * rng.choice([-1, 1]) + u())
    far = share ** u(0.7, 1.3)
    return [np.stack([far * np.cos(turn), far * np.sin(turn) * u(0.8, 1.0)], axis=1)[:: rng.choice([-1, 1])]]


def star(rng: Rng) -> list[Stroke]:
    u, first = rng.uniform, rng.uniform(-100, -80)
    n, inner, way = rng.choice([4, 5, 5, 5, 6]), u(0.36, 0.52), rng.choice([-144, 144])
    pentagram = closed(*(at(first + way * i, u(0.92, 1.05)) for i in range(5)))
    outline = closed(*(at(first + 180 / n * i, inner if i % 2 else u(0.95, 1.05)) for i in range(2 * n)))
    triangles = [closed(*(at(side + 120 * i) for i in range(3))) for side in (-90, 90)]
    n_rays = rng.integers(3, 5)
    rays = [path(at(first + 180 / n_rays * i), at(first + 180 / n_rays * i + 180)) for i in range(n_rays)]
    return ([pentagram], [pentagram], [outline], [outline], triangles, rays)[rng.integers(6)]


def arrow(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    spread, wing = u(25, 50), u(0.25, 0.45)
    (x, low), high = at(180 - spread, wing), at(180 + spread, wing)
    tip, left, right = (1.0, 0.0), (1 + x, low), (1 + high[0], high[1])
    half, neck, wide = u(0.1, 0.16), u(0.5, 0.65), u(0.25, 0.35)
    strokes = either(
        rng,
        lambda: [path((0, 0), tip), path(left, tip, right)],
        lambda: [path((0, 0), tip), path(left, tip, right)],
        lambda: [path((0, 0), tip, left, tip, right)],
        lambda: [path((0, 0), (1 + x, 0)), closed(left, tip, right)],
        lambda: [closed((0, -half), (neck, -half), (neck, -wide), tip, (neck, wide), (neck, half), (0, half))],
    )
    return turned(strokes, rng.choice([0, 0, 90, 180, 270, 45, 135]) + u(-12, 12))


def cross(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    wide, bar, a, b = u(0.7, 1), u(0.25, 0.38), u(0.3, 0.38), u(0.62, 0.7)
    x, y = 0.5 + u(-0.05, 0.05), 0.5 + u(-0.05, 0.05)
    outline = [(a, 0), (b, 0), (b, a), (1, a), (1, b), (b, b), (b, 1), (a, 1), (a, b), (0, b), (0, a), (a, a)]
    return either(
        rng,
        lambda: [path((x, 0), (0.5, 1)), path((0, y), (1, 0.5))],
        lambda: [path((0, 0), (wide, 1)), path((wide, u(-0.05, 0.05)), (0, 1))],
        lambda: [path((0.35, 0), (0.35, 1)), path((0, bar), (0.7, bar))],
        lambda: [closed(*outline)],
    )


def check_mark(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    start, low, end = (0.0, u(0.4, 0.65)), (u(0.2, 0.4), 1.0), (1.0, u(0, 0.2))
    if u() < 0.6:
        return [path(start, low, end)]
    return [joined(bezier(start, (low[0] * 0.8, 0.75), low), bezier(low, (u(0.4, 0.6), 0.5), end))]


def square(rng: Rng) -> list[Stroke]:
    wide = rng.uniform(0.75, 1.3)
    return polygon(rng, (0, 0), (wide, 0), (wide, 1), (0, 1))


def triangle(rng: Rng) -> list[Stroke]:
    strokes = polygon(rng, (rng.uniform(0.3, 0.7), 0), (1, rng.uniform(0.8, 1)), (0, rng.uniform(0.8, 1)))
    return strokes if rng.random() < 0.8 else [stroke * (1, -1) for stroke in strokes]


def sun(rng: Rng) -> list[Stroke]:
    u, far = rng.uniform, rng.uniform(0.45, 0.6)
    angles = np.linspace(0, 360, rng.integers(6, 13), endpoint=False) + u(0, 60)
    return [ring(rng, 0, 0, far, far), *(path(at(angle, far + u(0, 0.15)), at(angle)) for angle in angles)]


def fish(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    high, tail = u(0.22, 0.35), u(0.15, 0.3)
    below, above = (bezier((1, -side * tail), (0.55, side * 2.2 * high), (0, 0)) for side in (1, -1))
    body = either(
        rng,
        lambda: [joined(below, above[::-1], path((1, tail), (1 - u(0, 0.08), 0), (1, -tail)))],
        lambda: [ring(rng, 0.4, 0, 0.4, high), closed((0.78, 0), (1.1, -tail), (1.1, tail))],
    )
    strokes = [*body, *([np.array([(0.18, -0.05)])] if u() < 0.6 else [])]
    side = rng.choice([-1, 1])
    return [stroke * (side, 1) for stroke in strokes]


def key(rng: Rng) -> list[Stroke]:
    u, far = rng.uniform, rng.uniform(0.16, 0.24)
    teeth = [path((1 - 0.13 * i, 0), (1 - 0.13 * i, u(0.12, 0.22))) for i in range(rng.integers(2, 4))]
    strokes = [ring(rng, far, 0, far, far), path((2 * far, 0), (1, 0)), *teeth]
    return turned(strokes, rng.choice([0, 0, 0, 90]))


def cup(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    wide, inset = u(0.55, 0.8), u(0, 0.1)
    body = closed((0, 0), (inset, 0.9), (wide - inset, 0.9), (wide, 0))
    steam = [bezier((x, -0.05), (x + 0.12, -0.15), (x - 0.12, -0.22), (x, -0.35)) for x in (0.25 * wide, 0.6 * wide)]
    return [body, ellipse(wide - inset / 2, 0.42, u(0.2, 0.3), u(0.2, 0.3), -90, 180), *(steam if u() < 0.3 else [])]


def figure(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    arms, legs = path((0.15, u(0.25, 0.5)), (0.5, 0.42), (0.85, u(0.25, 0.5))), path((0.28, 1), (0.5, 0.7), (0.72, 1))
    return [ring(rng, 0.5, 0.15, u(0.12, 0.17), 0.15), path((0.5, 0.3), (0.5, 0.7)), arms, legs]


def umbrella(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(1, 5)
    rim = (
        [ellipse((i + 0.5) / n, 0.5, 0.5 / n, 0.08, 180, 180) for i in range(n)]
        if n > 1
        else [path((0, 0.5), (1, 0.5))]
    )
    hook = ellipse(0.42, u(0.9, 1), 0.08, 0.09, 0, 170)
    return [ellipse(0.5, 0.5, 0.5, u(0.38, 0.5), 180, 180), *rim, joined(path((0.5, 0.5), (0.5, 0.9)), hook)]


def mushroom(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    half, foot = u(0.1, 0.17), u(0.85, 1.1)
    cap = joined(ellipse(0.5, 0.5, 0.5, u(0.38, 0.5), 180, 180), path((1, 0.5), (0, 0.5)))
    stalk = path((0.5 - half, 0.5), (0.5 - half, foot), (0.5 + half, foot), (0.5 + half, 0.5))
    return [cap, stalk, *(np.array([(u(0.2, 0.8), u(0.2, 0.4))]) for _ in range(rng.integers(0, 4)))]


SHAPES = (
    *(heart, tree, house, square, flower, smiley, spiral, star, arrow, cross, check_mark),
    *(triangle, cat, sun, fish, key, cup, figure, umbrella, mushroom),
)


def drawings_of(kind: Callable[[Rng], list[Stroke]], n: int, seed: int) -> np.ndarray:
    """Return ``n`` shapes of a kind in MNIST's form, drawn on the page's canvas as a visitor would: (n, 28, 28)."""
    rng = np.random.default_rng((seed, *kind.__name__.encode()))
    drawn = [to_mnist(render(by_hand(kind(rng), rng), rng)) for _ in range(n)]
    return np.array(drawn)
