"""Measure how networks read synthetic digits on the canvas, like those that visitors draw."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

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
    """Return a network's accuracy on synthetic digits; the first call in a process takes half a second more."""
    halves = synthetic_validation_digits()
    return SyntheticScore(*(accuracy(network.logits(half.images), half.labels) for half in halves))


@lru_cache(maxsize=1)
def synthetic_validation_digits() -> tuple[Split, Split]:
    """Return digits in the styles for training, and digits in styles that no network is trained on."""
    known = _drawn(as_people_write(), rng_of("synthetic validation"))
    return known, _drawn(UNSEEN_STYLES, rng_of("synthetic validation in unseen styles"))


def as_people_write() -> Styles:
    """Return the styles of `STYLES` with the frequencies that we assume for people."""
    return {
        digit: {style: RARER.get(style.__name__, weight) for style, weight in of_digit.items()}
        for digit, of_digit in STYLES.items()
    }


def _drawn(styles: Styles, rng: np.random.Generator) -> Split:
    images = np.empty((N_DIGITS, 784), np.uint8)
    labels = np.arange(N_DIGITS) % 10
    for row, label in zip(images, labels.tolist(), strict=True):
        image = to_mnist(render(write(label, rng, styles), rng))
        if image is not None:  # every synthetic digit has ink
            row[:] = np.rint(image.reshape(-1) * 255)
    return Split(images, labels)
