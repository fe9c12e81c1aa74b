"""Bring a drawing of any size into the form that MNIST's digits have.

MNIST's authors cut each digit to its ink, fitted it into 20 x 20 pixels with its shape kept and its edges smoothed,
and laid its centre of mass on the middle of 28 x 28 (LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied
to document recognition, 1998, section III.A). A network trained on MNIST reads a drawing that went the same way.
"""

import math
from typing import NamedTuple

import numpy as np

Float32Array = np.ndarray

IMAGE_PX = 28
"""Side of the image that a network is shown."""

DIGIT_PX = 20
"""Longer side of the digit in it."""

TILT_PX = 1e-4
"""How far beyond the middle between two places a digit still goes to the upper or left one."""


class Stages(NamedTuple):
    """A drawing on its way into MNIST's form, for showing each stage."""

    drawn: np.ndarray
    """The drawing as it came, (H, W) uint8."""
    cut: np.ndarray
    """Its rows and columns from the first to the last that hold ink, (h, w) uint8."""
    fitted: Float32Array
    """The cut scaled so that its longer side is 20, amid (20, 20) float32 in 0..1."""
    centred: Float32Array
    """The same ink with its centre of mass in the middle of (28, 28), float32 in 0..1: what the network is shown."""


def to_mnist(ink: np.ndarray) -> Float32Array | None:
    """Bring a drawing into MNIST's form, or return None if it holds no ink.

    Every step follows a rule that another language can repeat to the last bit. The ink's rows and columns, from the
    first to the last that hold any, become h x w. The sides are rounded to ``max(1, floor(20 h / m + 1/2))`` and
    ``max(1, floor(20 w / m + 1/2))``, m being the longer one. Each new pixel is the mean over the area that it covers,
    a sum of whole numbers divided once, by 255 h w, and rounded to float32; left over rows and columns are shared out
    above and below, an odd one below. The centre of mass c, 0 to 19 down and right, in float64, moves the 20 x 20
    pixels to the row and the column ``ceil(13.5 - 0.0001 - c)``, at least 0 and at most 8, of 28 x 28: where it lies
    just between two places, as it does in everything even, the upper or left one is taken, and not what rounding makes
    of it.

    Parameters
    ----------
    ink : uint8 array, shape (H, W)
        Any size from 1 x 1; 0 is paper, 255 is ink.

    Returns
    -------
    float32 array, shape (28, 28), 0..1, or None

    Raises
    ------
    TypeError
        If ``ink`` is no array, or not of uint8.
    ValueError
        If it has not two dimensions, or no pixels.

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
    return None if passed is None else passed.centred


def stages(ink: np.ndarray) -> Stages | None:
    """Bring a drawing into MNIST's form and keep every stage of the way; None if it holds no ink.

    Takes what :func:`to_mnist` takes and raises what it raises.
    """
    _check(ink)
    cut = _cut_to_ink(ink)
    if cut is None:
        return None
    fitted = _fit(cut)
    return Stages(ink, cut, fitted, _centre(fitted))


def _check(ink: np.ndarray) -> None:
    if not isinstance(ink, np.ndarray):
        raise TypeError(f"a drawing must be a numpy array, got {type(ink).__name__}")
    if ink.dtype != np.uint8:
        raise TypeError(f"a drawing must be uint8, 0 for paper to 255 for ink, got {ink.dtype}")
    if ink.ndim != 2:
        raise ValueError(f"a drawing must have two dimensions, height x width, got shape {ink.shape}")
    if ink.size == 0:
        raise ValueError(f"a drawing must have at least one pixel, got shape {ink.shape}")


def _cut_to_ink(ink: np.ndarray) -> np.ndarray | None:
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return None
    band = ink[rows[0] : rows[-1] + 1]
    columns = np.flatnonzero(band.any(axis=0))
    return band[:, columns[0] : columns[-1] + 1]


def _fit(cut: np.ndarray) -> Float32Array:
    """Scale (h, w) so that its longer side is 20, and lay it amid (20, 20)."""
    height, width = cut.shape
    new_height, new_width = (_scaled(side, max(height, width)) for side in (height, width))
    exact = np.float32 if 255 * height < 2**24 else np.float64  # holds every whole number that the first product has
    small = (_coverage(height, new_height).astype(exact) @ cut.astype(exact)).astype(np.float64)
    small = small @ _coverage(width, new_width).T
    small /= 255 * height * width
    fitted = np.zeros((DIGIT_PX, DIGIT_PX), np.float32)
    top, left = (DIGIT_PX - new_height) // 2, (DIGIT_PX - new_width) // 2
    fitted[top : top + new_height, left : left + new_width] = small
    return fitted


def _scaled(side: int, longer: int) -> int:
    """Round ``20 · side / longer`` to a whole number from 1, a half up; by whole numbers, so that a half is a half."""
    return max(1, (2 * DIGIT_PX * side + longer) // (2 * longer))


def _coverage(n_in: int, n_out: int) -> np.ndarray:
    """How much of each of ``n_out`` equal stretches each of ``n_in`` pixels covers, float64 (n_out, n_in).

    In units of 1 / n_out of a pixel, which makes them whole numbers; rows sum to n_in. Averaging over area is how a
    fine black-and-white digit turns grey at its edges.
    """
    stretches, pixels = n_in * np.arange(n_out + 1.0), n_out * np.arange(n_in + 1.0)
    overlap = np.minimum(stretches[1:, None], pixels[1:]) - np.maximum(stretches[:-1, None], pixels[:-1])
    return np.maximum(overlap, 0)


def _centre(fitted: Float32Array) -> Float32Array:
    """Lay (20, 20) into (28, 28) with its centre of mass in the middle, as near as whole pixels allow."""
    top, left = (_offset(fitted.sum(axis=axis, dtype=np.float64)) for axis in (1, 0))
    centred = np.zeros((IMAGE_PX, IMAGE_PX), np.float32)
    centred[top : top + DIGIT_PX, left : left + DIGIT_PX] = fitted
    return centred


def _offset(profile: np.ndarray) -> int:
    """Where the 20 pixels of ``profile`` begin within 28, so that its centre of mass is on the pixel with index 14.

    Measured: in all of MNIST's 60,000 training images the centre of mass lies within half a pixel of that pixel.
    """
    centre = float(profile @ np.arange(DIGIT_PX) / profile.sum())
    return min(max(math.ceil(IMAGE_PX / 2 - 0.5 - TILT_PX - centre), 0), IMAGE_PX - DIGIT_PX)
