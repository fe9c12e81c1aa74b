"""Measure how networks read synthetic digits on the canvas, like those that visitors draw.

The digits are in a picture next to this file, which ``python -m models.making validation-picture`` draws: half of
them in the styles for training, and half in styles that no network here is ever trained on.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from mlp.images.mnist import Split
from mlp.nn.losses import accuracy
from mlp.nn.network import MLP
from mlp.nn.reader import Reader

N_DIGITS = 500
"""Digits in each half."""
PICTURE = Path(__file__).with_name("synthetic_validation.png")
"""All digits, those of the first half above: a column has one class."""
COLUMNS = 50


class SyntheticScore(NamedTuple):
    """Accuracy on synthetic digits, 0 to 1: in the styles for training, and in unseen ones."""

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
