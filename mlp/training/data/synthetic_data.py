"""MNIST with synthetic digits: made once, kept in the user's cache folder, and mapped by all processes."""

import logging
import threading
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mlp.images.handwriting.writing import synthetic_digits
from mlp.images.mnist import Dataset, Split
from mlp.seeds import rng_of
from mlp.training.data.sources import Data, Mnist
from mlp.training.settings import N_INPUTS, Settings
from mlp.user_cache import shared

log = logging.getLogger(__name__)

EDITION = 1
"""Version of the digits, raised when the same seed gives other ones, so that older files are not used."""

_writing = threading.Lock()


class WithSynthetic(NamedTuple):
    """Synthetic digits before the training images of ``base``; ``without`` names excluded styles."""

    base: Data
    n_synthetic: int
    without: tuple[str, ...] = ()

    def load(self) -> Dataset:
        """Return the images; the first call on a server makes the digits, which takes a second or two."""
        with _writing:  # other threads that need them wait here
            return load_once(self)


def training_data(base: Data, settings: Settings) -> Data:
    """Return the training data of a run with these settings: the base, with the synthetic digits that they ask for.

    Examples
    --------
    >>> training_data(Mnist(None), Settings(synthetic=30_000))
    WithSynthetic(base=Mnist(directory=None), n_synthetic=30000, without=())
    """
    return WithSynthetic(base, settings.synthetic, settings.without_styles) if settings.synthetic else base


def with_synthetic(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> Dataset:
    """Return a data set with synthetic digits before its training images, in memory."""
    images, labels = synthetic_digits(n_synthetic, rng_of("synthetic digits"), without=without)
    train = Split(
        np.concatenate([images, dataset.train.images]), np.concatenate([labels.astype(np.int64), dataset.train.labels])
    )
    return replace(dataset, name=_name(dataset, n_synthetic, without), train=train)


def write_in_background(data: Data) -> None:
    """Start making the digits of a source in a thread, unless that is done; returns at once."""
    if isinstance(data, WithSynthetic) and data not in _begun:
        _begun.add(data)
        threading.Thread(target=_write, args=(data,), name="writing", daemon=True).start()


_begun: set[WithSynthetic] = set()


def _write(data: WithSynthetic) -> None:
    try:
        data.load()
    except Exception as error:  # the run that needs the digits will report it
        log.warning("synthetic digits were not saved: %s", error)
        _begun.discard(data)


@lru_cache(maxsize=2)
def load_once(data: WithSynthetic) -> Dataset:
    """Return the images; those of MNIST with all styles are mapped, see `shared`, and others are in memory."""
    dataset = data.base.load()
    if data.base != Mnist(None) or data.without:
        return with_synthetic(dataset, data.n_synthetic, data.without)
    n_images = data.n_synthetic + len(dataset.train)

    def made() -> bytes:
        train = with_synthetic(dataset, data.n_synthetic).train
        return train.images.tobytes() + train.labels.astype(np.uint8).tobytes()

    name = f"mnist-with-{data.n_synthetic}-synthetic-{EDITION}.u8"
    content = shared(name, n_images * (N_INPUTS + 1), made)
    images, labels = content[: n_images * N_INPUTS], content[n_images * N_INPUTS :]
    train = Split(images.reshape(n_images, N_INPUTS), labels.astype(np.int64))
    return replace(dataset, name=_name(dataset, data.n_synthetic), train=train)


def _name(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> str:
    left_out = f" without {len(without)} styles" if without else ""
    return f"{dataset.name} with {n_synthetic:,} synthetic digits{left_out}"
