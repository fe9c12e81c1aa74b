"""Mix a visitor's own digits into MNIST."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mlp.checks import checked
from mlp.images.mnist import Dataset, Split
from mlp.seeds import rng_of
from mlp.training.data.sources import Mnist, split_of

N_IMAGES = 10_000
"""Training images in one epoch: few enough for own digits to recur often, enough to keep the others in memory."""

MAX_SHARE = 0.5


@dataclass(frozen=True)
class TeachingData:
    """Images of ``base`` with own digits among them, the same at every load; validation stays the base's.

    ``images`` and ``labels`` are the bytes of a (n, 784) and an (n,) uint8 array; ``share`` is their fraction of each
    epoch, 0 to 0.5, for which they are repeated as needed. See `teaching_data`.
    """

    base: Mnist
    images: bytes
    labels: bytes
    share: float

    def __post_init__(self) -> None:
        """Check the digits and their share."""
        if len(split_of(self.images, self.labels)) == 0:
            raise ValueError("there must be at least one digit to mix in")
        object.__setattr__(self, "share", checked("the share of own digits", self.share, low=0, high=MAX_SHARE))

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""
        return _load(self)


def teaching_data(base: Mnist, images: np.ndarray, labels: np.ndarray, share: float) -> TeachingData:
    """Return a source of other data with own digits mixed in.

    Parameters
    ----------
    base : Mnist
        The other training data.
    images : uint8 array, shape (n, 784)
        At least one.
    labels : int array, shape (n,)
    share : float
        Fraction of own digits in each epoch, 0 to 0.5.

    Raises
    ------
    ValueError
        If there are no images, they have another form, or the share is out of range.
    """
    own = Split(images, labels)  # checks shapes and types
    return TeachingData(base, own.images.tobytes(), own.labels.astype(np.uint8).tobytes(), share)


@lru_cache(maxsize=2)  # 8 MB each
def _load(data: TeachingData) -> Dataset:
    base, own = data.base.load(), split_of(data.images, data.labels)
    n = min(N_IMAGES, len(base.train))
    n_own = round(data.share * n)
    chosen = np.sort(rng_of("choice for own digits").permutation(len(base.train))[: n - n_own])
    again = np.arange(n_own) % len(own)
    return Dataset(
        f"{base.name} with {len(own)} own digit{'s' if len(own) > 1 else ''} ({data.share * 100:.0f}%)",
        train=Split(
            np.concatenate([base.train.images[chosen], own.images[again]]),
            np.concatenate([base.train.labels[chosen], own.labels[again]]),
        ),
        validation=base.validation,
        test=base.test,
    )
