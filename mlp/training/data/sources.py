"""Sources of training images, each small enough to travel with a run."""

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from mlp.images.mnist import Dataset, Split, load_mnist, sample


class Data(Protocol):
    """A source of images; small enough to travel with each slice."""

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""


@dataclass(frozen=True)
class Mnist:
    """MNIST in a folder with its verified files; ``None`` is the sample, which is always available."""

    directory: str | None = None

    def __post_init__(self) -> None:
        """Check the folder."""
        if not isinstance(self.directory, str | None):
            raise ValueError(f"a folder must be a path, got {self.directory!r}")

    def load(self) -> Dataset:
        """Return the images, mapped from the files if possible, once per process.

        A worker on another machine, which lacks this folder, uses its own data folder: verified files are the same
        everywhere.
        """
        return load_folder(self.directory)


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


@lru_cache(maxsize=4)
def load_folder(directory: str | None) -> Dataset:
    """Return MNIST from a folder, once per process, see `Mnist`.

    Raises
    ------
    FileNotFoundError
        If it is neither there nor in this machine's own data folder.
    """
    if directory is None:
        return sample()
    dataset = load_mnist(directory if os.path.isdir(directory) else None, download=False)
    if dataset.name == sample().name:
        # Other images would silently change the run.
        raise FileNotFoundError(f"MNIST's files are neither in {directory} nor in this machine's own data folder")
    return dataset
