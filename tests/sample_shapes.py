"""A small data set that is no digits: three shapes, each at many places."""

import io
from functools import lru_cache

import numpy as np

from mlp.images.data_files.load import parse_data
from mlp.images.mnist import Dataset
from mlp.training.data.image_set import ImageSet

TITLE, LICENSE = "Things", "Made up for a test"
NAMES = ("Blick", "Wum", "Zorp")
"""A filled square, a frame and a cross: words that no text of Inkling has."""


def shapes(n_each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return images, (n, 784) uint8, and labels, (n,) int, shape after shape; no two images are alike."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 20, (len(NAMES) * n_each, 28, 28), dtype=np.uint8)
    labels = np.repeat(np.arange(len(NAMES)), n_each)
    for image, label in zip(images, labels, strict=True):
        top, left = rng.integers(4, 12, 2)
        square = image[top : top + 12, left : left + 12]
        if label == 0:
            square[...] = 230
        elif label == 1:
            square[[0, 1, -2, -1]] = square[:, [0, 1, -2, -1]] = 230
        else:
            square[5:7] = square[:, 5:7] = 230
        image[0] = image[-1] = image[:, 0] = image[:, -1] = 0
    return images.reshape(-1, 784), labels


@lru_cache(maxsize=1)
def shapes_file() -> bytes:
    """Return an ``.npz`` of 80 images of each shape."""
    images, labels = shapes(80)
    file = io.BytesIO()
    np.savez(file, images=images, labels=labels, names=np.array(NAMES), license=np.array([LICENSE]))
    return file.getvalue()


@lru_cache(maxsize=1)
def shapes_data() -> Dataset:
    """Return this set as it is loaded."""
    return parse_data(shapes_file(), TITLE)


def shapes_set() -> ImageSet:
    """Return this set as training data; a server that offers it has the images."""
    return ImageSet.of(shapes_data())
