"""Training data of few digits: the first images of each digit of MNIST, with warped copies."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mlp.checks import checked_int
from mlp.class_names import DIGITS
from mlp.images.mnist import Dataset, Split, evenly_spaced
from mlp.language import Later
from mlp.training.data.drawing_data import with_warps
from mlp.training.data.sources import Mnist

AMONG = 5_000
"""Number of training images among which the first of each digit are."""
HELD = 1_500
"""Maximum number of images for validation."""


@dataclass(frozen=True)
class FewDigits:
    """The first ``each`` images of every digit of ``base``, 1 to 100, with warps like those of own signs.

    Validation uses the same images for any number.
    """

    base: Mnist
    each: int

    def __post_init__(self) -> None:
        """Check the number of images."""
        object.__setattr__(self, "each", checked_int("the images of each digit", self.each, 1, 100))

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""
        return _load(self)


@lru_cache(maxsize=4)  # up to 16 MB each
def _load(data: FewDigits) -> Dataset:
    base = data.base.load()
    labels = base.train.labels[:AMONG]
    first = np.concatenate([np.flatnonzero(labels == digit)[: data.each] for digit in range(len(DIGITS))])
    held = evenly_spaced(len(base.validation), HELD)
    return Dataset(
        Later("{n} images of each digit of {base}", n=data.each, base=base.name),
        train=with_warps(Split(base.train.images[first], labels[first])),
        validation=Split(base.validation.images[held], base.validation.labels[held]),
        test=base.test,
    )
