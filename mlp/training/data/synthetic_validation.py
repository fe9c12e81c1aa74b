"""Measure how networks read synthetic digits on the canvas, like those that visitors draw.

The digits are in a picture next to this file, as drawing them would take each process most of a second. To draw them
again after a change of the styles: ``python -m mlp.training.data.synthetic_validation``.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from mlp.images.drawing import to_mnist
from mlp.images.handwriting.styles import STYLES
from mlp.images.handwriting.unseen_styles import UNSEEN_STYLES
from mlp.images.handwriting.writing import Styles, write
from mlp.images.mnist import Split
from mlp.images.recorded import render
from mlp.nn.losses import accuracy
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.seeds import rng_of

N_DIGITS = 500
"""Digits in each half."""
PICTURE = Path(__file__).with_name("synthetic_validation.png")
"""All digits, those of the first half above: a column has one class."""
COLUMNS = 50

RARER = {"zero_slashed": 0.1, "one": 3.0, "one_long_upstroke": 0.4, "four_tall": 2.0, "nine_q": 0.4}
"""Assumed frequencies of some styles in people's writing; training has more of those that MNIST lacks."""


class SyntheticScore(NamedTuple):
    """Accuracy on synthetic digits, 0 to 1: in the styles of `STYLES`, and in unseen ones."""

    known: float
    unseen: float

    @property
    def all(self) -> float:
        """The mean of both."""
        return (self.known + self.unseen) / 2


def synthetic_score(network: MLP | Reader) -> SyntheticScore:
    """Return a network's accuracy on synthetic digits."""
    halves = synthetic_validation_digits()
    return SyntheticScore(*(accuracy(network.logits(half.images), half.labels) for half in halves))


@lru_cache(maxsize=1)
def synthetic_validation_digits() -> tuple[Split, Split]:
    """Return digits in the styles for training, and digits in styles that no network is trained on."""
    with Image.open(PICTURE) as picture:
        tiles = np.asarray(picture).reshape(2, -1, 28, COLUMNS, 28).swapaxes(2, 3)
    known, unseen = tiles.reshape(2, N_DIGITS, 784)
    labels = np.arange(N_DIGITS) % 10
    return Split(known, labels), Split(unseen, labels)


def drawn_digits() -> np.ndarray:
    """Draw the digits of the picture, uint8 of shape (2, N_DIGITS, 784)."""
    known = _drawn(as_people_write(), rng_of("synthetic validation"))
    return np.stack([known, _drawn(UNSEEN_STYLES, rng_of("synthetic validation in unseen styles"))])


def as_people_write() -> Styles:
    """Return the styles of `STYLES` with the frequencies that we assume for people."""
    return {
        digit: {style: RARER.get(style.__name__, weight) for style, weight in of_digit.items()}
        for digit, of_digit in STYLES.items()
    }


def _drawn(styles: Styles, rng: np.random.Generator) -> np.ndarray:
    images = np.empty((N_DIGITS, 784), np.uint8)
    for number, row in enumerate(images):
        image = to_mnist(render(write(number % 10, rng, styles), rng))
        if image is not None:  # every synthetic digit has ink
            row[:] = np.rint(image.reshape(-1) * 255)
    return images


def _write_picture() -> None:
    tiles = drawn_digits().reshape(2, -1, COLUMNS, 28, 28).swapaxes(2, 3)
    Image.fromarray(tiles.reshape(-1, COLUMNS * 28)).save(PICTURE, optimize=True)


if __name__ == "__main__":
    _write_picture()
