"""Convert drawings of any size to the form of MNIST's digits.

MNIST's authors cropped each digit to its ink, scaled it into 20 x 20 pixels with its proportions and smooth edges, and
moved its center of mass to the middle of 28 x 28 (LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to
document recognition, 1998, section III.A). A network trained on MNIST reads drawings that were prepared the same way.
"""

import math
from typing import NamedTuple

import numpy as np

from mlp.checks import check_scale

Float32Array = np.ndarray

IMAGE_PX = 28
"""Side of a network's input image."""

DIGIT_PX = 20
"""Longer side of the digit in it."""

TILT_PX = 1e-4
"""Distance beyond the midpoint of two positions within which a digit still goes to the upper or left one."""


class Stages(NamedTuple):
    """A drawing at each stage of its conversion to MNIST's form."""

    drawn: np.ndarray
    """The original drawing, (H, W) uint8."""
    cut: np.ndarray
    """The drawing cropped to the rows and columns with ink, (h, w) uint8."""
    fitted: Float32Array
    """The crop scaled to a longer side of 20, in the middle of (20, 20), float32 in 0..1."""
    centered: Float32Array
    """The network's input: the same ink with its center of mass in the middle of (28, 28), float32 in 0..1."""


def to_mnist(ink: np.ndarray) -> Float32Array | None:
    """Return a drawing in MNIST's form, or None if it has no ink.

    Every step follows a rule that other languages can reproduce to the last bit. The drawing is cropped to the rows and
    columns between the first and the last with ink, h x w. The new sides are ``max(1, floor(20 h / m + 1/2))`` and
    ``max(1, floor(20 w / m + 1/2))``, where m is the longer side. Each new pixel is the mean over the area that it
    covers: a sum of whole numbers, divided once by 255 h w, and rounded to float32. The margins around it are equal,
    with an odd row or column below or right. The center of mass c, 0 to 19 down and right, in float64, puts the 20 x 20
    pixels at row and column ``ceil(13.5 - 0.0001 - c)`` of 28 x 28, at least 0 and at most 8: a center exactly between
    two positions, as in everything even, goes to the upper or left one, whatever the rounding errors.

    Parameters
    ----------
    ink : uint8 array, shape (H, W)
        Any size from 1 x 1; 0 is paper, 255 is ink. Of black on white, such as a scan, pass ``255 - scan``: its paper
        would be the ink, which cannot be told from a drawing of a square.

    Returns
    -------
    float32 array, shape (28, 28), 0..1, or None

    Raises
    ------
    TypeError
        If ``ink`` is not an array of uint8.
    ValueError
        If it does not have two dimensions, has no pixels, or none above 1 but not all 0.

    Examples
    --------
    >>> ink = np.zeros((280, 280), np.uint8)
    >>> to_mnist(ink) is None
    True
    >>> ink[50:250, 100:120] = 255
    >>> to_mnist(ink)[4:24, 13:15].min()
    np.float32(1.0)
    """
    passed = stages(ink)
    check_scale(ink)
    return None if passed is None else passed.centered


def stages(ink: np.ndarray) -> Stages | None:
    """Return every stage of a drawing's conversion to MNIST's form; None if it has no ink.

    Takes the arguments and raises the errors of :func:`to_mnist`.
    """
    _check(ink)
    box = ink_box(ink)
    if box is None:
        return None
    cut = ink[box]
    fitted = _fit(cut)
    return Stages(ink, cut, fitted, _center(fitted))


def _check(ink: np.ndarray) -> None:
    if not isinstance(ink, np.ndarray):
        raise TypeError(f"a drawing must be a numpy array, got {type(ink).__name__}")
    if ink.dtype != np.uint8:
        raise TypeError(f"a drawing must be uint8, 0 for paper to 255 for ink, got {ink.dtype}")
    if ink.ndim != 2:
        raise ValueError(f"a drawing must have two dimensions, height x width, got shape {ink.shape}")
    if ink.size == 0:
        raise ValueError(f"a drawing must have at least one pixel, got shape {ink.shape}")


def ink_box(ink: np.ndarray) -> tuple[slice, slice] | None:
    """Return the rows and the columns of the smallest box with all ink; None if there is none."""
    inked = np.flatnonzero(ink.any(axis=1))
    if not len(inked):
        return None
    rows = slice(int(inked[0]), int(inked[-1]) + 1)
    columns = np.flatnonzero(ink[rows].any(axis=0))
    return rows, slice(int(columns[0]), int(columns[-1]) + 1)


def _fit(cut: np.ndarray) -> Float32Array:
    """Return (h, w) scaled to a longer side of 20, in the middle of (20, 20)."""
    height, width = cut.shape
    new_height, new_width = (_scaled(side, max(height, width)) for side in (height, width))
    exact = np.float32 if 255 * height < 2**24 else np.float64  # exact for all whole numbers in the first product
    small = (_coverage(height, new_height).astype(exact) @ cut.astype(exact)).astype(np.float64)
    small = small @ _coverage(width, new_width).T
    small /= 255 * height * width
    fitted = np.zeros((DIGIT_PX, DIGIT_PX), np.float32)
    top, left = (DIGIT_PX - new_height) // 2, (DIGIT_PX - new_width) // 2
    fitted[top : top + new_height, left : left + new_width] = small
    return fitted


def _scaled(side: int, longer: int) -> int:
    """Return ``20 · side / longer``, rounded half up, at least 1; in whole numbers, so that halves are exact."""
    return max(1, (2 * DIGIT_PX * side + longer) // (2 * longer))


def _coverage(n_in: int, n_out: int) -> np.ndarray:
    """Return how much of each of ``n_in`` pixels each of ``n_out`` equal parts covers, float64 (n_out, n_in).

    The unit is 1 / n_out of a pixel, which makes all entries whole numbers; rows sum to n_in. Averaging over area turns
    the edges of a fine black-and-white digit gray.
    """
    stretches, pixels = n_in * np.arange(n_out + 1.0), n_out * np.arange(n_in + 1.0)
    overlap = np.minimum(stretches[1:, None], pixels[1:]) - np.maximum(stretches[:-1, None], pixels[:-1])
    return np.maximum(overlap, 0)


def _center(fitted: Float32Array) -> Float32Array:
    """Return (28, 28) with the center of mass of (20, 20) in its middle, to the nearest pixel."""
    top, left = (_offset(fitted.sum(axis=axis, dtype=np.float64)) for axis in (1, 0))
    centered = np.zeros((IMAGE_PX, IMAGE_PX), np.float32)
    centered[top : top + DIGIT_PX, left : left + DIGIT_PX] = fitted
    return centered


def _offset(profile: np.ndarray) -> int:
    """Return where the 20 pixels of ``profile`` start within 28, to put its center of mass on the pixel with index 14.

    Measured: in all of MNIST's 60,000 training images the center of mass lies within half a pixel of that pixel.
    """
    center = float(profile @ np.arange(DIGIT_PX) / profile.sum())
    return min(max(math.ceil(IMAGE_PX / 2 - 0.5 - TILT_PX - center), 0), IMAGE_PX - DIGIT_PX)
