"""A network's accuracy on distorted test images: noise, blur, lines, slant and other pens."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from mlp.nn.reader import Reader
from mlp.seeds import rng_of

SIDE = 28
MAX_IMAGES = 2_000
"""Images for each corruption, evenly spaced: a network of millions of weights reads them in seconds."""


class Robustness(NamedTuple):
    """Accuracy, 0 to 1, under one corruption, mild and strong."""

    name: str
    mild: float
    strong: float


def noise(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images with Gaussian noise on every pixel, with a standard deviation of 0.2 or 0.4 of full ink."""
    distorted = images + rng.normal(0, 255 * (0.4 if strong else 0.2), images.shape)
    return np.clip(np.rint(distorted), 0, 255).astype(np.uint8)


def blur(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images blurred by a Gaussian of 1 or 1.5 pixels."""
    sigma = 1.5 if strong else 1.0
    return np.rint(ndimage.gaussian_filter(images.astype(np.float32), (0, sigma, sigma))).astype(np.uint8)


def lines(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images on lined paper: lines of 0.3 or 0.6 of full ink in every seventh row, from a random one on."""
    on_a_line = (np.arange(SIDE) - rng.integers(0, 7, (len(images), 1))) % 7 == 0
    ink = np.uint8(255 * (0.6 if strong else 0.3))
    return np.maximum(images, (on_a_line * ink)[:, :, np.newaxis])


def shear(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images slanted by 0.3 or 0.5 columns per row, to either side, each row by whole pixels."""
    slope = rng.choice((-1, 1), (len(images), 1)) * (0.5 if strong else 0.3)
    shift = np.rint(slope * (np.arange(SIDE) - (SIDE - 1) / 2)).astype(int)
    from_ = np.arange(SIDE) - shift[:, :, np.newaxis]
    inside = (from_ >= 0) & (from_ < SIDE)
    return np.take_along_axis(images, np.clip(from_, 0, SIDE - 1), axis=2) * inside


def thick_pen(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images with every stroke widened by one or two pixels."""
    return ndimage.maximum_filter(images, (1, 3, 3) if strong else (1, 2, 2))


def thin_pen(images: np.ndarray, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Return images with every stroke narrowed by a pixel across, or across and down."""
    return ndimage.minimum_filter(images, (1, 2, 2) if strong else (1, 1, 2))


Corruption = Callable[[np.ndarray, np.random.Generator, bool], np.ndarray]
CORRUPTIONS: dict[str, Corruption] = {
    "noise": noise,
    "blur": blur,
    "lines": lines,
    "shear": shear,
    "thick_pen": thick_pen,
    "thin_pen": thin_pen,
}
"""Functions of uint8 images (n, 28, 28), which do not change, a generator, and whether the corruption is strong."""


def robustness(network: Reader, images: np.ndarray, labels: np.ndarray) -> Iterator[Robustness]:
    """Yield a network's accuracy under each corruption; the same images are always distorted in the same way.

    Parameters
    ----------
    network : Reader
        With 784 inputs.
    images : uint8 array, shape (n, 784)
        At most 2,000 of them are used.
    labels : int array, shape (n,)
    """
    every = -(-len(images) // MAX_IMAGES)
    images, labels = images[::every].reshape(-1, SIDE, SIDE), labels[::every]
    for name, corruption in CORRUPTIONS.items():
        shares = []
        for strong in (False, True):
            distorted = corruption(images, rng_of("distorted images", strong), strong)
            shares.append(float((network.predict(distorted) == labels).mean()))
        yield Robustness(name, *shares)
