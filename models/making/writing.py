"""Write synthetic digits with a model of handwriting, to train on besides MNIST."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from mlp.images.handwriting import StyledDigits
from mlp.images.recorded import Stroke
from models.making.chance import Chance
from models.making.small_drawing import drawn_small
from models.making.styles import STYLES, Style

Rng = np.random.Generator
Styles = Mapping[int, Mapping[Style, float]]

GROUP = 32
"""Digits of one style that are written together, with the same pen and the same kinds of strokes."""


def write_digits(n: int, rng: Rng, *, styles: Styles = STYLES, without: Collection[str] = ()) -> StyledDigits:
    """Return ``n`` new synthetic digits, balanced, in MNIST's form.

    Equal generators write equal digits. ``styles`` are the styles of each digit with their relative frequencies, and
    are numbered in this order. Those named by ``without`` are excluded: the other styles of their digits become more
    frequent, and a digit without any style left is not written at all. Raises a ValueError if every style is excluded.

    >>> digits = write_digits(20, np.random.default_rng(0))
    >>> digits.images.shape, np.bincount(digits.labels)
    ((20, 784), array([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
    """
    kept = {
        digit: {style: weight for style, weight in of_digit.items() if style.__name__ not in without}
        for digit, of_digit in styles.items()
    }
    kept = {digit: of_digit for digit, of_digit in kept.items() if of_digit}
    if not kept:
        raise ValueError("at least one style must be left to write in, got none")
    places = rng.permutation(n)
    written = StyledDigits(np.empty((n, 784), np.uint8), np.empty(n, np.uint8), np.empty(n, np.uint8))
    numbers = {
        style: number for number, style in enumerate(style for of_digit in styles.values() for style in of_digit)
    }
    start = 0
    for digit, style, size in _groups(n, kept, rng):
        group = places[start : start + size]
        written.images[group] = drawn_small(by_hand(style(Chance(rng, size)), rng), rng)
        written.labels[group] = digit
        written.styles[group] = numbers[style]
        start += size
    return written


def _groups(n: int, styles: Styles, rng: Rng) -> Iterator[tuple[int, Style, int]]:
    """Yield groups that share ``n`` digits among the styles: digit, style and size."""
    for number, (digit, of_digit) in enumerate(styles.items()):
        n_of_digit = n // len(styles) + (number < n % len(styles))
        weights = np.array(list(of_digit.values()))
        for style, n_of_style in zip(of_digit, rng.multinomial(n_of_digit, weights / weights.sum()), strict=True):
            for done in range(0, n_of_style, GROUP):
                yield digit, style, int(min(GROUP, n_of_style - done))


def by_hand(strokes: Sequence[Stroke], rng: Rng) -> tuple[Stroke, ...]:
    """Return strokes with the proportions, slant, tilt and tremor of a hand, and the resolution of a tablet.

    A stroke is (k, 2), or (n, k, 2) for ``n`` digits, each in a different handwriting.
    """
    ends = np.cumsum([stroke.shape[-2] for stroke in strokes])[:-1]
    points = np.concatenate(strokes, axis=-2)
    each = points.shape[:-2]  # () or (n,)
    points = points + _swerve(points, rng)
    x, y = points[..., 0] * np.exp(rng.normal(0, 0.28, (*each, 1))), points[..., 1]
    x -= rng.normal(0.12, 0.22, (*each, 1)) * y
    angle = rng.normal(0, np.deg2rad(6), (*each, 1))
    points = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=-1)
    points += rng.choice([0.0, 0.004, 0.012], (*each, 1, 1)) * rng.standard_normal(points.shape)
    grid = rng.uniform(10, 30, (*each, 1, 1))  # of a coarse tablet, whose lines run in steps
    points = np.where(rng.random((*each, 1, 1)) < 0.15, np.round(points * grid) / grid, points)
    return tuple(np.split(points, ends, axis=-2))


def _swerve(points: Stroke, rng: Rng) -> Stroke:
    """Return points displaced by a few smooth waves."""
    each = points.shape[:-2]
    waves = rng.normal(0, 3.0, (*each, 2, 3))
    phases = rng.uniform(0, 2 * np.pi, (*each, 1, 3))
    swerve: Stroke = np.sin(points @ waves + phases) @ rng.normal(0, 0.035, (*each, 3, 2))
    return swerve
