"""Sources of training images, each small enough to travel with a run."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from mlp.images.mnist import PACKAGED, Dataset, Split, load_mnist, named_folder


class Data(Protocol):
    """A source of images; small enough to travel with each slice."""

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""


@dataclass(frozen=True)
class Mnist:
    """MNIST of the package, or images in another folder."""

    directory: str | None = None

    def __post_init__(self) -> None:
        """Check the folder."""
        if not isinstance(self.directory, str | None):
            raise ValueError(f"a folder must be a path, got {self.directory!r}")

    def load(self) -> Dataset:
        """Return the images, read once per process.

        Raises a FileNotFoundError if this machine does not have the folder.
        """
        return _load(self.directory)


class Loaded(NamedTuple):
    """Images in memory, for a run that stays in this process."""

    dataset: Dataset

    def load(self) -> Dataset:
        """Return the images."""
        return self.dataset


def split_of(images: bytes, labels: bytes) -> Split:
    """Return images and labels from their bytes, (n, 784) and (n,) uint8; raises a ValueError if they do not fit."""
    if len(images) != 784 * len(labels):
        raise ValueError(f"{len(labels)} labels need {784 * len(labels)} pixels, got {len(images)}")
    pixels = np.frombuffer(images, np.uint8).reshape(-1, 784)
    return Split(pixels, np.frombuffer(labels, np.uint8).astype(np.int64))


def chosen_mnist() -> Mnist:
    """Return the images of new runs: those in the folder that MLP_DATA_DIR names, else MNIST of the package."""
    named = named_folder()
    return Mnist(None if named is None else os.path.abspath(os.path.expanduser(named)))


@lru_cache(maxsize=4)
def _load(directory: str | None) -> Dataset:
    return load_mnist(PACKAGED if directory is None else directory)
