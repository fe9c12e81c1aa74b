"""MNIST with synthetic digits: both come with the package, and all processes map them from the user's cache folder."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mlp.images.handwriting import files_digest, synthetic_digits
from mlp.images.mnist import Dataset, Split, joined
from mlp.language import Later, mark
from mlp.training.data.sources import Data, Mnist
from mlp.training.setting_entry import N_INPUTS
from mlp.training.settings import Settings
from mlp.user_cache import shared


class WithSynthetic(NamedTuple):
    """Synthetic digits before the training images of ``base``; ``without`` names excluded styles."""

    base: Data
    n_synthetic: int
    without: tuple[str, ...] = ()

    def load(self) -> Dataset:
        """Return the images, read once per process; raises a ValueError if there are fewer digits than these."""
        return load_once(self)


def training_data(base: Data, settings: Settings) -> Data:
    """Return the training data of a run with these settings: the base, with the synthetic digits that they ask for.

    >>> training_data(Mnist(None), Settings(synthetic=30_000))
    WithSynthetic(base=Mnist(directory=None), n_synthetic=30000, without=())
    """
    return WithSynthetic(base, settings.synthetic, settings.without_styles) if settings.synthetic else base


def with_synthetic(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> Dataset:
    """Return a data set with synthetic digits before its training images, in memory."""
    return with_digits(dataset, synthetic_digits(n_synthetic, without), without)


def with_digits(dataset: Dataset, digits: Split, without: tuple[str, ...] = ()) -> Dataset:
    """Return a data set with these synthetic digits, which lack some styles, before its training images."""
    return replace(dataset, name=_name(dataset, len(digits), without), train=joined([digits, dataset.train]))


@lru_cache(maxsize=2)
def load_once(data: WithSynthetic) -> Dataset:
    """Return the images; those of MNIST with all styles are mapped, see `shared`, and others are in memory."""
    dataset = data.base.load()
    if data.base != Mnist(None) or data.without:
        return with_synthetic(dataset, data.n_synthetic, data.without)
    n_images = data.n_synthetic + len(dataset.train)

    def made() -> bytes:
        train = with_synthetic(dataset, data.n_synthetic).train
        return b"".join([train.images.data, train.labels.astype(np.uint8).data])

    name = f"mnist-with-{data.n_synthetic}-synthetic-{files_digest()}.u8"
    content = shared(name, n_images * (N_INPUTS + 1), made)
    images, labels = content[: n_images * N_INPUTS], content[n_images * N_INPUTS :]
    train = Split(images.reshape(n_images, N_INPUTS), labels.astype(np.int64))
    return replace(dataset, name=_name(dataset, data.n_synthetic), train=train)


def _name(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> str:
    if not without:
        return Later("{base} with {n:,} synthetic digits", base=dataset.name, n=n_synthetic)
    name = mark("{base} with {n:,} synthetic digits without {left_out} styles")
    return Later(name, base=dataset.name, n=n_synthetic, left_out=len(without))
