"""Sets of drawings for tests: signs made of jittered strokes, and digits without strokes."""

from collections.abc import Iterable

import numpy as np

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.training.data.drawing_data import DrawingData, drawing_data
from mlp.training.data.sources import chosen_mnist

LETTERS = {
    "A": [[(60, 230), (140, 50), (220, 230)], [(95, 160), (185, 160)]],
    "B": [[(80, 50), (80, 230)], [(80, 50), (170, 70), (170, 120), (80, 140), (185, 165), (180, 220), (80, 230)]],
    "C": [[(210, 80), (150, 50), (85, 90), (75, 150), (95, 215), (150, 235), (215, 205)]],
}
"""Strokes on the canvas, corner by corner."""


def jittered(letter: str, rng: np.random.Generator, px: float = 9.0) -> list[np.ndarray]:
    """Draw a letter with randomly displaced corners and points between them."""
    scale, shift = rng.uniform(0.75, 1.0), rng.uniform(-12, 12, 2)
    strokes = []
    for corners in LETTERS[letter]:
        moved = 140 + scale * (np.array(corners, float) + rng.normal(0, px, (len(corners), 2)) - 140) + shift
        at = np.linspace(0, len(moved) - 1, 8 * len(moved))
        strokes.append(np.stack([np.interp(at, np.arange(len(moved)), moved[:, axis]) for axis in (0, 1)], axis=1))
    return strokes


def letters(n: int = 5, seed: int = 0, names: str = "ABC") -> DrawingSet:
    """Return a set of letters with this many drawings of each."""
    rng, signs = np.random.default_rng(seed), DrawingSet()
    for name in names:
        signs = signs.with_name(name)
    for _ in range(n):
        for label, name in enumerate(names):
            signs = signs.with_drawing(label, jittered(name, rng))
    return signs


def own_digits(images: np.ndarray, labels: Iterable[int]) -> DrawingSet:
    """Return a set of digits with these images."""
    digits = NO_DIGITS
    for image, label in zip(images, labels, strict=True):
        digits = digits.with_example(int(label), image)
    return digits


def mixed(images: np.ndarray, labels: Iterable[int], share: float) -> DrawingData:
    """Return training data of the tests' MNIST with digits of these images among them."""
    return drawing_data(own_digits(images, labels), chosen_mnist(), share)
