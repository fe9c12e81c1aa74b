"""Straightening: each image is sheared upright before a network reads it.

A person who slants one digit slants them all, and a network would have to learn each slant of each digit. The second
moments of the ink give the slant, and a shear removes it (LeCun, Bottou, Bengio, Haffner: Gradient-based learning
applied to document recognition, 1998, section III.A, "deslanting").
"""

import math

import numpy as np

BLOCK = 256
"""Images sheared at a time: their intermediate arrays fit into the processor's cache."""

STEEPEST = 1.0
"""Maximum number of columns that a row is moved per row of distance from the middle: 45°. No digit is slanted more."""


def straightened(images: np.ndarray) -> np.ndarray:
    """Return each image sheared upright.

    Each row moves sideways by ``slope`` times its distance from the row of the center of mass, where ``slope`` is the
    covariance of column and row over the variance of the row, weighted by the ink. Ink between two pixels is shared in
    proportion; ink beyond the image is lost, and 0 moves in.

    The result for an image does not depend on the others or on the programming language, to the last bit: the moments
    are sums of whole numbers, of pixels rounded to 0 to 255, which are exact in any order.

    The images are (n, side²), float in 0..1 or uint8 in 0..255, and do not change. The result has their type and shape;
    uint8 is rounded to the nearest integer. Raises a ValueError if the images are not square, or hold numbers that are
    not finite.

    >>> slanted = np.array([[0, 0, 9, 0, 9, 0, 9, 0, 0]], np.uint8)
    >>> straightened(slanted).reshape(3, 3)
    array([[0, 9, 0],
           [0, 9, 0],
           [0, 9, 0]], dtype=uint8)
    """
    side = math.isqrt(images.shape[1])
    if side * side != images.shape[1]:
        raise ValueError(f"only square images can be straightened, got {images.shape[1]} pixels")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise ValueError("images must be finite numbers, got NaN or infinity among them")
    upright = np.empty_like(images)
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK].reshape(-1, side, side)
        upright[start : start + BLOCK] = sheared(block, *slants(block)).reshape(len(block), -1)
    return upright


def slants(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope and the row of the center of mass of each image, float64 (n,); 0 without ink."""
    ink = images if images.dtype == np.uint8 else np.rint(np.clip(images, 0, 1).astype(np.float64) * 255)
    places = np.arange(images.shape[1], dtype=np.float64)
    by_row = ink.sum(axis=2, dtype=np.float64)  # (n, side); exact in float64
    across = ink.astype(np.float64) @ places  # (n, side): Σ column · ink
    mass, down = by_row.sum(axis=1), by_row @ places
    variance = mass * (by_row @ places**2) - down * down
    covariance = mass * (across @ places) - across.sum(axis=1) * down
    slope = np.divide(covariance, variance, out=np.zeros_like(mass), where=variance > 0)
    middle = np.divide(down, mass, out=np.zeros_like(mass), where=mass > 0)
    return np.clip(slope, -STEEPEST, STEEPEST), middle


def sheared(images: np.ndarray, slope: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Return each row moved sideways by ``slope · (row − middle)``, (n, side, side)."""
    n, side, _ = images.shape
    shift = slope[:, None] * (np.arange(side) - middle[:, None])  # (n, side): source of a row's new column 0
    whole = np.floor(shift)
    part = (shift - whole)[:, :, None]
    wide = np.zeros((n, side, side + 2), np.float64)  # an empty column beyond either edge, for everything outside
    wide[:, :, 1:-1] = images
    from_ = whole.astype(np.intp)[:, :, None] + np.arange(1, side + 1)
    left = np.take_along_axis(wide, np.clip(from_, 0, side + 1), axis=2)
    right = np.take_along_axis(wide, np.clip(from_ + 1, 0, side + 1), axis=2)
    right -= left
    right *= part
    left += right
    if images.dtype == np.uint8:
        np.floor(np.add(left, 0.5, out=left), out=left)
    return left.astype(images.dtype)
