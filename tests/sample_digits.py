"""A sample of MNIST's digits, on which most tests train: also as four files, for pages and workers."""

import functools
import gzip
from pathlib import Path

import numpy as np

from mlp.images.mnist import PACKAGED, Dataset, Split

NAME = "MNIST sample"
FIRST = 7_000  # of MNIST's training images, among which are all of the sample
TRAIN, VALIDATION, TEST = 400, 80, 50  # of each digit


@functools.cache
def sample() -> Dataset:
    """Return 4,000 digits to train, 800 to validate and 500 to test, all from the start of MNIST's training file.

    They are in the order 0, 1, …, 9, 0, 1, …, so that any stretch is balanced.
    """
    with gzip.open(PACKAGED / "train-images-idx3-ubyte.gz") as packed:
        images = np.frombuffer(packed.read(16 + 784 * FIRST), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(PACKAGED / "train-labels-idx1-ubyte.gz") as packed:
        labels = np.frombuffer(packed.read(8 + FIRST), np.uint8, offset=8).astype(np.int64)
    ends = np.cumsum([TRAIN, VALIDATION, TEST])
    places = np.stack([np.flatnonzero(labels == digit)[: ends[-1]] for digit in range(10)], axis=1)  # (530, 10)
    parts = (Split(images[some.ravel()], labels[some.ravel()]) for some in np.split(places, ends[:-1]))
    return Dataset(NAME, *parts)


def write_sample(folder: Path, n_train: int = 4_800) -> None:
    """Write the sample as four files like MNIST's; of its training and validation digits, the first ``n_train``."""
    data = sample()
    images = np.concatenate([data.train.images, data.validation.images])[:n_train]
    labels = np.concatenate([data.train.labels, data.validation.labels])[:n_train]
    folder.mkdir(exist_ok=True)
    for part, pixels, digits in (("train", images, labels), ("t10k", data.test.images, data.test.labels)):
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", pixels.reshape(-1, 28, 28))
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", digits.astype(np.uint8))


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an array of bytes as a packed IDX file."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(head + array.tobytes(), 1, mtime=0))
