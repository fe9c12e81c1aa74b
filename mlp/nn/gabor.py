"""Initialize the first layer with small gratings, so that every neuron responds to a stroke from the start.

A Dense layer does not know which pixels are neighbors, and needs many images to learn it.
Neurons that start as Gabor functions, patches of light and dark stripes like those that cells of the visual cortex
respond to (Daugman 1985; Jones and Palmer 1987), detect a stroke of one direction in one place from the start. Training
can change all of these weights like any others.
"""

import math

import numpy as np

REACH = 5 / 14
"""Largest distance of a patch from the middle, as a fraction of the side: 10 of 28 pixels, where digits have ink."""

RADII = (0.065, 0.177)
"""Minimum and maximum standard deviation of a patch's Gaussian, as a fraction of the side: 1.8 to 5 of 28 pixels."""

WAVELENGTHS = (1.5, 3.0)
"""Minimum and maximum wavelength of its stripes, in those deviations."""

NORM = 0.9
"""Length of each neuron's weight vector, for sums of about 0.5 from strokes."""


def gabor_patches(n_in: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``n`` patches of stripes, each of a random place, size, direction, wavelength and phase.

    They are the columns of a float64 array (n_in, n), for the pixels of a square image. Each column has the length 0.9,
    and responds with 0 to uniform gray. Raises a ValueError if ``n_in`` is not a square number, or less than 64.

    >>> patches = gabor_patches(784, 5, np.random.default_rng(0))
    >>> np.linalg.norm(patches, axis=0).round(6)
    array([0.9, 0.9, 0.9, 0.9, 0.9])
    """
    side = math.isqrt(n_in)
    if side**2 != n_in or side < 8:
        raise ValueError(f"gabor weights need square images of at least 8 x 8 pixels, got {n_in} inputs")
    row, column = rng.uniform(0.5 - REACH, 0.5 + REACH, (2, n)) * side
    radius = np.exp(rng.uniform(math.log(RADII[0]), math.log(RADII[1]), n)) * side
    wavelength = radius * rng.uniform(*WAVELENGTHS, n)
    direction = rng.uniform(0, np.pi, n)
    phase = rng.uniform(0, 2 * np.pi, n)
    down = np.arange(side)[:, None, None] + 0.5 - row  # (side, 1, n), from the patch's middle
    right = np.arange(side)[:, None] + 0.5 - column  # (side, n)
    window = np.exp(-(down**2 + right**2) / (2 * radius**2))  # (side, side, n)
    across = down * np.sin(direction) + right * np.cos(direction)
    patches = window * np.cos(2 * np.pi * across / wavelength + phase)
    patches -= window * (patches.sum(axis=(0, 1)) / window.sum(axis=(0, 1)))
    patches *= NORM / np.sqrt((patches**2).sum(axis=(0, 1)))
    return patches.reshape(n_in, n)
