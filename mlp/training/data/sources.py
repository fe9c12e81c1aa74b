"""Sources of training images, each small enough to travel with a run."""

import os
from functools import lru_cache
from typing import NamedTuple, Protocol

from mlp.images.mnist import Dataset, load_mnist, sample


class Data(Protocol):
    """A source of images; small enough to travel with each slice."""

    def load(self) -> Dataset:
        """Return the images; quick after the first time in a process."""


class Mnist(NamedTuple):
    """MNIST in a folder with its verified files; ``None`` is the sample, which is always available."""

    directory: str | None = None

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
