"""Write digits by a model of handwriting, for training beside MNIST's own."""

from collections.abc import Sequence

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.handwriting.styles import STYLES, Rng
from mlp.images.recorded import Drawing, Stroke, render


def written_digits(n: int, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Write ``n`` digits, as many of each, draw them on the canvas and bring them into MNIST's form.

    Returns
    -------
    images : uint8 array, shape (n, 784)
    labels : uint8 array, shape (n,)

    Examples
    --------
    >>> images, labels = written_digits(20, np.random.default_rng(0))
    >>> images.shape, np.bincount(labels)
    ((20, 784), array([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
    """
    labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
    images = np.empty((n, 784), np.uint8)
    for row, label in zip(images, labels.tolist(), strict=True):
        image = to_mnist(render(write(label, rng), rng))
        assert image is not None  # whatever is written has ink
        row[:] = np.rint(image.reshape(-1) * 255)
    return images, labels


def write(digit: int, rng: Rng) -> Drawing:
    """Write a digit in one of its styles, as if somebody had drawn it.

    Examples
    --------
    >>> write(7, np.random.default_rng(0)).label
    7
    """
    styles, weights = list(STYLES[digit]), np.array(list(STYLES[digit].values()))
    style = styles[rng.choice(len(styles), p=weights / weights.sum())]
    return Drawing(digit, by_hand(style(rng), rng))


def by_hand(strokes: Sequence[Stroke], rng: Rng) -> tuple[Stroke, ...]:
    """Give strokes a hand's proportions, slant, tilt and trembling, and a tablet's resolution."""
    ends = np.cumsum([len(stroke) for stroke in strokes])[:-1]
    points = np.concatenate(strokes)
    points = points + _swerve(points, rng)
    points[:, 0] *= np.exp(rng.normal(0, 0.28))
    points[:, 0] -= rng.normal(0.12, 0.22) * points[:, 1]
    angle = rng.normal(0, np.deg2rad(6))
    points = points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points += rng.normal(0, rng.choice([0.0, 0.004, 0.012]), points.shape)
    if rng.random() < 0.15:  # a coarse tablet, whose lines run in steps
        grid = rng.uniform(10, 30)
        points = np.round(points * grid) / grid
    return tuple(np.split(points, ends))


def _swerve(points: Stroke, rng: Rng, size: float = 0.035) -> Stroke:
    """Displace points by a few smooth waves over the paper."""
    waves = rng.normal(0, 3.0, (3, 2))
    return np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, 3)) @ rng.normal(0, size, (3, 2))
