"""Shapes put aside to measure the digit check, chosen by a rule before any figure; they serve no training.

The rule: every twentieth of the 345 names of Quick, Draw! (google/quickdraw-dataset, categories.txt, alphabetical), and
in place of a name that training or its choices used the next one: instead of a square a squirrel. Each is drawn as
within a few seconds, and none is left out because it resembles a digit. Whoever trains a digit check on shapes like
these must put others aside.
"""

from collections.abc import Callable

import numpy as np

from mlp.images.recorded import Stroke
from tests.training.hand_lines import Rng, at, bezier, closed, either, ellipse, joined, path, ring, turned


def basketball(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    seams = [bezier((x, 0.12), (0.5, u(0.4, 0.6)), (x, 0.88)) for x in (0.18, 0.82)]
    cross = [path((0.5, 0), (0.5, 1)), path((0, 0.5), (1, 0.5))]
    return [ring(rng, 0.5, 0.5, 0.5, 0.5), *cross[: rng.integers(1, 3)], *seams]


def bracelet(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(7, 13)
    high, size = u(0.3, 0.5), u(0.07, 0.11)
    places = [(0.5 + 0.5 * x, 0.5 + high * y) for x, y in map(at, np.arange(n) * 360 / n)]
    return either(
        rng,
        lambda: [ring(rng, 0.5, 0.5, 0.5, high)],
        lambda: [ring(rng, 0.5, 0.5, 0.5, high), ring(rng, 0.5, 0.5, 0.38, high - 0.12)],
        lambda: [ring(rng, x, y, size, size) for x, y in places],
        lambda: [ring(rng, 0.5, 0.5, 0.5, high), ring(rng, 0.5, 0.5 + high, 0.12, 0.12)],
    )


def cannon(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    barrel = closed((0, -u(0.12, 0.18)), (1, -0.1), (1, 0.1), (0, u(0.12, 0.18)))
    wheel, far = u(0.2, 0.4), u(0.18, 0.26)
    tilted = turned([barrel], -u(0, 30))
    ball = [ring(rng, 1.2, -0.4, 0.08, 0.08)] if u() < 0.3 else []
    return [*tilted, ring(rng, wheel, 0.2, far, far), *ball]


def cooler(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    lid, high = u(0.15, 0.25), u(0.7, 0.9)
    box = closed((0, 0), (1, 0), (1, high), (0, high))
    handle = either(
        rng,
        lambda: [path((0.2, 0), (0.2, -0.2), (0.8, -0.2), (0.8, 0))],
        lambda: [ellipse(0.5, 0, 0.35, u(0.2, 0.35), 180, 180)],
        lambda: [path((0.35, (lid + high) / 2), (0.65, (lid + high) / 2))],
    )
    return [box, path((0, lid), (1, lid)), *handle]


def duck(rng: Rng) -> list[Stroke]:
    u, side = rng.uniform, rng.choice([-1, 1])
    head = ring(rng, 0.25, 0.2, u(0.15, 0.2), u(0.15, 0.2))
    beak = path((0.08, 0.13), (-0.12, u(0.18, 0.26)), (0.08, 0.29))
    body = joined(bezier((0.2, 0.38), (0.1, 1.1), (0.9, 1.1), (1.1, 0.4)), bezier((1.1, 0.4), (0.7, 0.6), (0.38, 0.34)))
    wing = [bezier((0.45, 0.6), (0.6, 0.85), (0.8, 0.6))] if u() < 0.4 else []
    return [stroke * (side, 1) for stroke in (head, beak, body, *wing)]


def flip_flops(rng: Rng) -> list[Stroke]:
    u, strokes = rng.uniform, list[Stroke]()
    wide, high = u(0.18, 0.25), u(0.42, 0.5)
    for x in (0.25, 0.85):
        strap = path((x - wide, 0.55), (x, 0.25), (x + wide, 0.55))
        strokes += [ring(rng, x, 0.5, wide, high), strap]
    return strokes


def hat(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    crown, top = u(0.2, 0.3), u(0.1, 0.2)
    high_hat = [
        path((crown, 0.8), (crown - 0.03, 0), (1 - crown + 0.03, 0), (1 - crown, 0.8)),
        path((0, 0.8), (1, 0.8)),
    ]
    band = path((crown, 0.6), (1 - crown, 0.6))
    return either(
        rng,
        lambda: [*high_hat, band],
        lambda: high_hat,
        lambda: [ellipse(0.5, 0.6, 0.3, 0.45, 180, 180), ring(rng, 0.5, 0.62, 0.5, top)],
        lambda: [
            joined(ellipse(0.4, 0.6, 0.4, 0.4, 180, 180), path((0.8, 0.6), (1.2, 0.65))),
            path((0, 0.6), (0.8, 0.6)),
        ],
    )


def kangaroo(rng: Rng) -> list[Stroke]:
    u, side = rng.uniform, rng.choice([-1, 1])
    head = ring(rng, 0.2, 0.2, 0.14, 0.1)
    ears = [path((0.25, 0.12), (0.28, -u(0.1, 0.2)), (0.33, 0.13))]
    body = ring(rng, 0.45, 0.6, u(0.17, 0.23), u(0.28, 0.34))
    tail = bezier((0.6, 0.78), (0.9, 1.05), (1.2, u(0.7, 0.9)))
    legs = path((0.45, 0.88), (0.35, 1.05), (0.15, 1.05))
    arm = path((0.3, 0.5), (0.1, 0.62))
    return [stroke * (side, 1) for stroke in (head, *ears, body, tail, legs, arm)]


def map_of_a_place(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(2, 5)
    folds = np.linspace(0, 1.3, n + 1)
    tops = [(float(x), 0.12 * (i % 2)) for i, x in enumerate(folds)]
    outline = closed(*tops, *((x, y + 0.9) for x, y in reversed(tops)))
    inner = [path((x, y), (x, y + 0.9)) for x, y in tops[1:-1]]
    x, y = u(0.6, 1.0), u(0.4, 0.6)
    goal = [path((x - 0.08, y - 0.08), (x + 0.08, y + 0.08)), path((x + 0.08, y - 0.08), (x - 0.08, y + 0.08))]
    return [outline, *inner, *(goal if u() < 0.4 else [])]


def ocean(rng: Rng) -> list[Stroke]:
    u, rows, n = rng.uniform, rng.integers(1, 4), rng.integers(3, 6)
    high = u(0.06, 0.14)

    def wave(y: float) -> Stroke:
        crests = [
            ellipse((i + 0.5) / n * 1.4, y, 0.7 / n, high * (1 + u(-0.2, 0.2)), 180, rng.choice([180, 180, 170]))
            for i in range(n)
        ]
        return joined(*crests)

    def curve(y: float) -> Stroke:
        x = np.linspace(0, 1.4, 60)
        return np.stack([x, y + high * np.sin(2 * np.pi * n * x / 1.4)], axis=1)

    draw = (wave, curve)[rng.integers(2)]
    return [draw(0.35 * row + u(-0.04, 0.04)) for row in range(rows)]


def piano(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(3, 8)
    high = u(0.5, 0.8)
    keys = [path((x, 0), (x, high)) for x in np.linspace(0, 1.3, n + 1)[1:-1]]
    black = [path((x, 0), (x, 0.55 * high)) for x in np.linspace(0, 1.3, n + 1)[1:-1] + 0.65 / n]
    return [closed((0, 0), (1.3, 0), (1.3, high), (0, high)), *keys, *(black[:-1] if u() < 0.3 else [])]


def rainbow(rng: Rng) -> list[Stroke]:
    u, n = rng.uniform, rng.integers(2, 5)
    flat = u(0.8, 1.1)
    arcs = [ellipse(0, 0, far, far * flat, 180, 180) for far in np.linspace(u(0.4, 0.6), 1, n)]
    cloud = [ring(rng, side, 0.05, 0.25, 0.15) for side in (-0.9, 0.9)]
    return [*arcs, *(cloud if u() < 0.25 else [])]


def shoe(rng: Rng) -> list[Stroke]:
    u, side = rng.uniform, rng.choice([-1, 1])
    shaft, toe = u(0.3, 0.45), u(0.35, 0.5)
    top = joined(path((0, 0.9), (0, 0.2), (shaft, 0.2)), bezier((shaft, 0.2), (0.6, 0.5), (1.1, toe), (1.15, 0.9)))
    laces = [path((shaft + 0.1 * i, 0.35 + 0.08 * i), (shaft + 0.12 + 0.1 * i, 0.25 + 0.08 * i)) for i in range(2)]
    heel = either(
        rng,
        lambda: [path((1.15, 0.9), (0, 0.9))],
        lambda: [path((1.15, 0.9), (0, 0.9)), path((0, 0.9), (0, 1.05), (1.15, 1.05), (1.15, 0.9))],
        lambda: [path((1.15, 0.9), (0.45, 0.9), (0.4, 0.8), (0.25, 0.8), (0.2, 1.0), (0, 1.0))],
    )
    return [stroke * (side, 1) for stroke in (top, *heel, *(laces if u() < 0.4 else []))]


def squirrel(rng: Rng) -> list[Stroke]:
    u, side = rng.uniform, rng.choice([-1, 1])
    head = ring(rng, 0.2, 0.3, u(0.13, 0.18), 0.14)
    ear = path((0.2, 0.17), (0.27, 0.02), (0.32, 0.2))
    body = ring(rng, 0.42, 0.7, u(0.18, 0.24), u(0.26, 0.32))
    tail = joined(
        bezier((0.62, 0.9), (1.0, 0.9), (0.7, 0.4), (0.75, 0.2)),
        bezier((0.75, 0.2), (0.9, -0.1), (1.1, 0.1), (1.0, 0.3)),
    )
    back = bezier((1.0, 0.3), (1.2, 0.8), (1.0, 1.1), (0.62, 1.0))
    paw = path((0.28, 0.6), (0.12, 0.62))
    return [stroke * (side, 1) for stroke in (head, ear, body, tail, back, *([paw] if u() < 0.6 else []))]


def sword(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    guard, half, grip = u(0.15, 0.3), u(0.04, 0.09), u(0.18, 0.28)
    blade = either(
        rng,
        lambda: [path((0, -0.8), (0, 0))],
        lambda: [path((-half, 0), (-half, -0.7), (0, -0.85), (half, -0.7), (half, 0))],
        lambda: [path((-half, 0), (0, -0.85), (half, 0))],
    )
    hilt = [path((-guard, 0), (guard, 0)), path((0, 0), (0, grip))]
    pommel = [ring(rng, 0, grip + 0.06, 0.06, 0.06)] if u() < 0.4 else []
    return turned([*blade, *hilt, *pommel], rng.choice([0, 0, 45, 135, 180, -45]) + u(-10, 10))


def tractor(rng: Rng) -> list[Stroke]:
    u, side = rng.uniform, rng.choice([-1, 1])
    large, small, hood = u(0.28, 0.35), u(0.13, 0.18), u(0.4, 0.5)
    cab = path((0.1, 0.6), (0.15, 0), (0.6, 0), (0.65, hood), (1.2, hood), (1.2, 0.75), (0.1, 0.75))
    wheels = [ring(rng, 0.3, 0.8, large, large), ring(rng, 1.05, 0.95, small, small)]
    pipe = [path((1.0, hood), (1.0, 0.2))] if u() < 0.5 else []
    hub = [ring(rng, 0.3, 0.8, 0.1, 0.1)] if u() < 0.4 else []
    return [stroke * (side, 1) for stroke in (cab, *wheels, *pipe, *hub)]


def wine_bottle(rng: Rng) -> list[Stroke]:
    u = rng.uniform
    half, neck, shoulder, long = u(0.16, 0.24), u(0.05, 0.09), u(0.4, 0.5), u(1.2, 1.5)
    left, right = (
        joined(
            path((side * neck, 0), (side * neck, shoulder - 0.15)),
            bezier((side * neck, shoulder - 0.15), (side * neck, shoulder), (side * half, shoulder)),
            path((side * half, shoulder), (side * half, long)),
        )
        for side in (-1, 1)
    )
    label = closed((-half, 0.75), (half, 0.75), (half, 1.05), (-half, 1.05))
    return [joined(left, right[::-1], path((neck, 0), (-neck, 0))), *([label] if u() < 0.5 else [])]


LETTERS: dict[str, list[Stroke]] = {
    "B": [path((0, 0), (0, 1)), joined(ellipse(0, 0.24, 0.45, 0.24, -90, 180), ellipse(0, 0.74, 0.5, 0.26, -90, 180))],
    "C": [ellipse(0.45, 0.5, 0.45, 0.5, -50, -260)],
    "D": [path((0, 0), (0, 1)), ellipse(0, 0.5, 0.6, 0.5, -90, 180)],
    "G": [joined(ellipse(0.45, 0.5, 0.45, 0.5, -50, -290), path((0.9, 0.62), (0.5, 0.62)))],
    "I": [path((0, 0), (0, 1))],
    "J": [joined(path((0.5, 0), (0.5, 0.75)), ellipse(0.25, 0.75, 0.25, 0.25, 0, 160))],
    "L": [path((0, 0), (0, 1), (0.55, 1))],
    "O": [ellipse(0.45, 0.5, 0.45, 0.5, -90, -360)],
    "P": [path((0, 0), (0, 1)), ellipse(0, 0.27, 0.5, 0.27, -90, 180)],
    "Q": [ellipse(0.45, 0.5, 0.45, 0.5, -90, -360), path((0.55, 0.7), (0.95, 1.05))],
    "S": [joined(ellipse(0.3, 0.25, 0.3, 0.25, -30, -240), ellipse(0.3, 0.75, 0.3, 0.25, -90, 240))],
    "T": [path((0, 0), (0.8, 0)), path((0.4, 0), (0.4, 1))],
    "U": [joined(path((0, 0), (0, 0.65)), ellipse(0.35, 0.65, 0.35, 0.35, 180, -180), path((0.7, 0.65), (0.7, 0)))],
    "Y": [path((0, 0), (0.35, 0.5), (0.7, 0)), path((0.35, 0.5), (0.35, 1))],
    "Z": [path((0, 0), (0.65, 0), (0, 1), (0.65, 1))],
}
"""The capitals that the digit check has not learned, as most look like digits."""


def letter(name: str) -> Callable[[Rng], list[Stroke]]:
    """Return the kind of one of these letters, as wide as a hand writes it."""

    def kind(rng: Rng) -> list[Stroke]:
        wide = rng.uniform(0.8, 1.15)
        return [stroke * (wide, 1) for stroke in LETTERS[name]]

    kind.__name__ = name
    return kind


PUT_ASIDE = (
    *(basketball, bracelet, cannon, cooler, duck, flip_flops, hat, kangaroo, map_of_a_place, ocean, piano, rainbow),
    *(shoe, squirrel, sword, tractor, wine_bottle),
)
