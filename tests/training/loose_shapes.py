"""Hearts, speech bubbles and clouds as people draw them: open or overlapping, tilted, of one line or several.

They measure the digit check. It learned such shapes by other rules, those of `models.making.shapes`.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mlp.images.recorded import Stroke
from tests.training.hand_lines import Rng, at, bezier, either, ellipse, joined, path, turned


def loose_heart(rng: Rng) -> list[Stroke]:
    """Return two halves or one line, with lobes of different sizes, that meet at the tip or nearly so."""
    u = rng.uniform
    dip, tip = np.array([0.0, u(0.12, 0.32)]), np.array([u(-0.08, 0.08), 1.0])
    wide, full = u(0.75, 1.2), u(0.25, 0.6)  # full: how far down a lobe is wide

    def half(side: int, top: np.ndarray, foot: np.ndarray) -> Stroke:
        own = wide * u(0.85, 1.15)
        return bezier(tuple(top), (side * 0.35 * own, -u(0.35, 0.6)), (side * 1.25 * own, full - 0.35), tuple(foot))

    def miss() -> np.ndarray:
        return rng.normal(0, 0.05, 2)

    def two_lines() -> list[Stroke]:
        return [half(side, dip + miss(), tip + miss())[:: rng.choice([-1, 1])] for side in (-1, 1)]

    def from_the_dip() -> list[Stroke]:
        return [joined(half(-1, dip + miss(), tip), half(1, dip + miss(), tip)[::-1])]

    def from_the_tip() -> list[Stroke]:
        return [joined(half(1, dip, tip + miss())[::-1], half(-1, dip, tip + miss()))]

    def unfinished() -> list[Stroke]:
        (line,) = either(rng, from_the_dip, from_the_tip)
        return [line[: -rng.integers(2, 7)]]

    def straight_below() -> list[Stroke]:
        lobes = [ellipse(side * 0.27, 0.27, 0.27, u(0.22, 0.32), 180, 180) for side in (-1, 1)]
        foot = (u(-0.06, 0.06), u(0.85, 1.1))
        return either(
            rng,
            lambda: [joined(*lobes), path((-0.54, 0.27), foot, (0.54 + u(-0.06, 0.06), 0.27))],
            lambda: [joined(path(foot, (-0.54, 0.27)), *lobes, path((0.54, 0.27), tuple(foot + miss())))],
        )

    ways = (two_lines, two_lines, from_the_dip, from_the_tip, unfinished, straight_below)
    return turned(either(rng, *ways), rng.normal(0, 14))


def speech_bubble(rng: Rng) -> list[Stroke]:
    """Return a round or boxed outline with a tail below, often of its own line, sometimes with words in it."""
    u = rng.uniform
    a, b, where = u(0.5, 0.65), u(0.32, 0.55), rng.choice([u(105, 150), u(35, 75)])  # the tail's place, in degrees
    gap = u(20, 45)

    def spot(angle: float, far: float = 1.0) -> tuple[float, float]:
        x, y = at(angle, far)
        return a * x, b * y

    tail = (spot(where)[0] * u(0.9, 1.6) + u(-0.05, 0.05), spot(where)[1] + u(0.22, 0.5))
    left, right = spot(where + gap / 2), spot(where - gap / 2)

    def round_in_one() -> list[Stroke]:
        return [joined(ellipse(0, 0, a, b, where + gap / 2, 360 - gap), path(right, tail, left))]

    def round_and_tail() -> list[Stroke]:
        side = rng.choice([-1, 1])
        body = ellipse(0, 0, a, b, where + side * gap / 2, side * (360 - gap))
        return [body, path(left, tail, right)]

    def over_a_whole_round() -> list[Stroke]:
        return [ellipse(0, 0, a, b, u(0, 360), u(345, 385)), path(left, tail, right)]

    def bent_tail() -> list[Stroke]:
        bend = (tail[0] * 0.7, (tail[1] + left[1]) / 2)
        return [
            joined(ellipse(0, 0, a, b, where + gap / 2, 360 - gap), bezier(right, bend, tail), bezier(tail, bend, left))
        ]

    def boxed() -> list[Stroke]:
        x, low, side = u(-0.35, 0.1), b, rng.choice([-1, 1])
        foot = (x + u(-0.15, 0.25), low + u(0.25, 0.45))
        corners = [(x, low), (-a, low), (-a, -b), (a, -b), (a, low), (x + u(0.18, 0.3), low)]
        line = path(*corners, foot, (x + u(-0.03, 0.03), low + u(-0.03, 0.03)))
        strokes = either(rng, lambda: [line], lambda: [path(*corners), path(corners[0], foot, corners[-1])])
        return [stroke * (side, 1) for stroke in strokes]

    strokes = either(rng, round_in_one, round_and_tail, over_a_whole_round, bent_tail, boxed)
    words = either(
        rng,
        lambda: [np.array([(x, 0.0)]) for x in (-0.2, 0.0, 0.2)],
        lambda: [path((-0.3, y), (0.3, y)) for y in (-0.12, 0.08)],
    )
    return turned([*strokes, *(words if u() < 0.3 else [])], rng.normal(0, 7))


def loose_cloud(rng: Rng) -> list[Stroke]:
    """Return bows around an oval, or over a flat foot, in one line or several, which may miss each other."""
    u, n = rng.uniform, rng.integers(5, 10)
    high, swell = u(0.5, 0.9), u(0.7, 1.4)

    def bows(angles: np.ndarray) -> list[Stroke]:
        """Return one half of an ellipse between each two angles, bulged outward."""
        spots = [np.array(at(angle)) * (1, high) + rng.normal(0, 0.04, 2) for angle in angles]
        turn = np.linspace(0, np.pi, 14)[:, None]
        parts = []
        for one, other in pairwise(spots):
            half = (other - one) / 2
            out = swell * u(0.8, 1.2) * np.array([half[1], -half[0]])
            parts.append((one + other) / 2 - np.cos(turn) * half + np.sin(turn) * out)
        return parts

    def around() -> np.ndarray:
        steps = np.cumsum(np.r_[0, u(0.7, 1.3, n)])
        return np.array(u(0, 360) + 360 * steps / steps[-1])

    def one_line() -> list[Stroke]:
        return [joined(*bows(around()))]

    def unfinished() -> list[Stroke]:
        return [joined(*bows(around())[: n - 1])] if n > 5 else one_line()

    def separate() -> list[Stroke]:
        return bows(around())

    def flat_foot() -> list[Stroke]:
        crown = bows(np.linspace(u(160, 185), u(355, 380), n - 2))
        start, end = crown[0][0], crown[-1][-1]
        foot = path(tuple(end), tuple(start + rng.normal(0, 0.04, 2)))
        return either(rng, lambda: [joined(*crown), foot], lambda: [joined(*crown, foot)])

    strokes = either(rng, one_line, one_line, unfinished, separate, flat_foot, flat_foot)
    side = rng.choice([-1, 1])
    return turned([stroke * (side, 1) for stroke in strokes], rng.normal(0, 6))


LOOSE: tuple[Callable[[Rng], list[Stroke]], ...] = (loose_heart, speech_bubble, loose_cloud)
