"""Data sets as training data: their facts travel, and all processes of a machine map one file with the images."""

import logging
import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mlp.atomic import write_whole
from mlp.checks import checked_int
from mlp.class_names import checked_names
from mlp.images.data_files.load import MAX_IMAGES, digest_of, load_data, title_of
from mlp.images.mnist import Dataset, Split
from mlp.language import Later, said_by
from mlp.learned import Learned
from mlp.training.setting_entry import N_INPUTS

log = logging.getLogger(__name__)
FOLDER, PATHS = "MLP_DATA_SETS", "MLP_DATA_PATHS"
"""Environment variables: a folder of sets to offer, and further ones by their paths, from ``open --data``."""
STORED = "MLP_STORED_SETS"
"""Environment variable: the folder with a file of each set, which the page's server names to its workers."""
UNUSED_S = 600.0
"""Time after which the file of a set that nobody has is deleted: whoever uploaded it has it by then."""


@dataclass(frozen=True)
class ImageSet:
    """A data set by the values of its `Learned`, and its numbers of training, validation and test images."""

    title: str
    names: tuple[str, ...]
    digest: str
    sizes: tuple[int, int, int]
    license: str = ""

    def __post_init__(self) -> None:
        """Check the values."""
        object.__setattr__(self, "names", checked_names(self.names))
        object.__setattr__(self, "sizes", tuple(checked_int("images of a split", n, 1, MAX_IMAGES) for n in self.sizes))
        if len(self.sizes) != 3:
            raise ValueError(f"a data set must have three splits, got {self.sizes}")
        _ = self.learned

    @classmethod
    def of(cls, dataset: Dataset) -> "ImageSet":
        """Return the facts of a data set that was loaded; a ValueError if it is MNIST."""
        learned, sizes = dataset.learned, (len(dataset.train), len(dataset.validation), len(dataset.test))
        if not learned.is_set:
            raise ValueError(Later("this is MNIST, which is always there"))
        return cls(learned.title, learned.names, learned.digest, sizes, learned.license)

    @property
    def learned(self) -> Learned:
        """What a network learns from it."""
        return Learned("set", self.names, self.title, self.digest, self.license)

    @property
    def is_here(self) -> bool:
        """Whether this machine has its images."""
        try:
            splits_of(self.digest, self.sizes)
        except FileNotFoundError:
            return False
        return True

    def load(self) -> Dataset:
        """Return the images, mapped from the file of the set; quick after the first time in a process.

        Raises a FileNotFoundError if this machine does not have it.
        """
        return Dataset(self.title, *splits_of(self.digest, self.sizes), self.learned)


def stored_file(digest: str) -> Path:
    """Return the place of a set's images: their pixels and then their labels, in the order of the splits."""
    return Path(os.environ[STORED], digest)


@lru_cache(maxsize=8)
def splits_of(digest: str, sizes: tuple[int, int, int]) -> tuple[Split, Split, Split]:
    """Return the images of a set, mapped; a FileNotFoundError if this machine does not have them."""
    n, first, second = sum(sizes), sizes[0], sum(sizes[:2])
    missing = FileNotFoundError(Later("the images of its data set are not on this computer, or have changed"))
    if STORED not in os.environ or not (file := stored_file(digest)).is_file():
        raise missing
    if file.stat().st_size != n * (N_INPUTS + 1):
        raise missing
    content = np.memmap(file, np.uint8, mode="r").view(np.ndarray)  # np.memmap slows down every index
    images, labels = content[: n * N_INPUTS].reshape(n, N_INPUTS), content[n * N_INPUTS :].astype(np.int64)
    places = slice(first), slice(first, second), slice(second, None)
    train, validation, test = (Split(images[place], labels[place]) for place in places)
    if digest_of([train, validation, test]) != digest:
        raise missing
    return train, validation, test


def store(dataset: Dataset) -> ImageSet:
    """Write the file of a data set, unless it is there, and return its facts; an OSError if it cannot be written."""
    data, splits = ImageSet.of(dataset), (dataset.train, dataset.validation, dataset.test)
    file = stored_file(data.digest)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.utime(file)  # its time begins again
    except FileNotFoundError:
        pixels = [np.ascontiguousarray(split.images).data for split in splits]
        write_whole(file, b"".join([*pixels, *(split.labels.astype(np.uint8).data for split in splits)]))
    return data


def bytes_of_sets() -> dict[str, int]:
    """Return the size of each stored set that is not offered, by its digest."""
    there, ours = Path(os.environ.get(STORED, os.devnull)).glob("*"), {data.digest for data in offered()[0]}
    return {file.name: file.stat().st_size for file in there if file.name not in ours}


def delete_unused(used: Collection[str]) -> None:
    """Delete what killed servers left, and the files of sets that are neither offered nor of the ``used`` digests."""
    kept = {*used, *(data.digest for data in offered()[0])}
    for file in Path(os.environ[STORED]).glob("*"):
        with suppress(OSError):
            if file.name not in kept and time.time() - file.stat().st_mtime > UNUSED_S:
                file.unlink()


@lru_cache(maxsize=1)
def offered() -> tuple[list[ImageSet], dict[str, str]]:
    """Return the offered sets, and why others cannot be read, by their titles; the log names these, too."""
    paths = [Path(path) for path in os.environ.get(PATHS, "").split(os.pathsep) if path]
    if folder := os.environ.get(FOLDER):
        place = Path(os.path.expanduser(folder))
        paths += sorted(path for path in place.glob("*") if not path.name.startswith(".")) or [place]
    sets, broken = list[ImageSet](), dict[str, str]()
    for path in paths:
        try:
            sets.append(store(load_data(path)))
        except (ValueError, OSError) as error:
            broken[title_of(path)] = said_by(error) if isinstance(error, ValueError) else str(error)
            log.warning("the data set %s cannot be offered: %s", path, broken[title_of(path)])
    return sets, broken
