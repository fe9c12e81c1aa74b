"""Draw a group of digits at once, small, straight into MNIST's form.

To draw on the page's canvas and shrink that, as is done with what people draw, costs some 0.3 ms a digit. Here a digit
is drawn just as large as its averaging over area needs it: four cells to a pixel, its longer side 20 pixels. Each cell
of the whole group is one row of bits, one bit a digit, so that a brush is a few dozen shifts of the sheet for all of
them.
"""

import math
from collections.abc import Sequence

import numpy as np

from mlp.images.drawing import DIGIT_PX, IMAGE_PX, TILT_PX
from mlp.images.recorded import CANVAS_PX, PENS_PX, SIZES, Stroke

CELLS = 4
"""Cells to a pixel, each way."""

SHEET = CELLS * DIGIT_PX
"""Side of the sheet that a digit is drawn on, in cells."""

STEP = 1.5
"""Cells between two touches of the brush, the radius of which is at least two."""


def drawn_small(strokes: Sequence[Stroke], rng: np.random.Generator) -> np.ndarray:
    """Draw ``n`` digits with one brush, and bring them into MNIST's form.

    The brush is as wide beside the digits as `mlp.images.recorded.render` makes it.

    Parameters
    ----------
    strokes : sequence of arrays, shape (n, k, 2)
        Points x, y of each stroke of each digit, y down, in any unit.
    rng : numpy.random.Generator
        Draws the brush.

    Returns
    -------
    uint8 array, shape (n, 784)
    """
    pen = rng.uniform(*PENS_PX) / (rng.uniform(*SIZES) * CANVAS_PX)  # beside the longer side of the strokes
    radius = SHEET * pen / (1 + pen) / 2
    bits = _dilated(_touched(_placed(strokes, pen, radius)), radius)
    n = strokes[0].shape[0]
    cells = np.unpackbits(bits, axis=-1, count=n)  # (SHEET, SHEET, n), 0 or 1
    rows = np.add.reduce([cells[i::CELLS] for i in range(CELLS)])
    covered = np.add.reduce([rows[:, i::CELLS] for i in range(CELLS)])  # (20, 20, n), 0 to CELLS²
    fitted = np.rint(covered.transpose(2, 0, 1) * np.float32(255 / CELLS**2)).astype(np.uint8)
    return _centred(fitted).reshape(n, -1)


def _placed(strokes: Sequence[Stroke], pen: float, radius: float) -> list[Stroke]:
    """Scale each digit, brush and all, so that its longer side fills the sheet and its shorter one whole pixels."""
    points = np.concatenate(strokes, axis=1)
    low = points.min(axis=1, keepdims=True)
    extent = points.max(axis=1, keepdims=True) - low  # (n, 1, 2)
    longer = extent.max(axis=2, keepdims=True)
    ink_px = np.maximum(np.floor(DIGIT_PX * (extent + pen * longer) / (longer + pen * longer) + 0.5), 1)
    first = CELLS * ((DIGIT_PX - ink_px) // 2) + np.minimum(radius, CELLS * ink_px / 2)
    scale = np.maximum(CELLS * ink_px - 2 * radius, 0) / np.maximum(extent, 1e-9)
    return [(stroke - low) * scale + first for stroke in strokes]


def _touched(strokes: Sequence[Stroke]) -> np.ndarray:
    """Mark the cells in which the brush touches the paper: bits, uint8 (SHEET, SHEET, n / 8)."""
    n = strokes[0].shape[0]
    cells = np.zeros((SHEET * SHEET, n), bool)
    digits = np.arange(n)[:, None]
    for stroke in strokes:
        steps = np.diff(stroke, axis=1)
        n_steps = max(1, math.ceil(float(np.abs(steps).max()) / STEP))
        shares = np.arange(n_steps) / n_steps
        between = stroke[:, :-1, None] + shares[:, None] * steps[:, :, None]  # (n, k - 1, n_steps, 2)
        for points in (between.reshape(n, -1, 2), stroke[:, -1:]):
            at = np.clip(points.astype(np.int32), 0, SHEET - 1)
            cells[at[..., 1] * SHEET + at[..., 0], digits] = True
    return np.packbits(cells, axis=1).reshape(SHEET, SHEET, -1)


def _dilated(bits: np.ndarray, radius: float) -> np.ndarray:
    """Lay a round brush of this radius, in cells, on each cell that is set: a dilation by a disc."""
    reach = int(radius)
    wide, inked = bits.copy(), np.zeros_like(bits)
    half = 0
    for down in range(reach, -1, -1):
        while half < int(math.sqrt(radius**2 - down**2)):  # the disc's row is wider here
            half += 1
            wide[:, half:] |= bits[:, :-half]
            wide[:, :-half] |= bits[:, half:]
        inked[down:] |= wide[: SHEET - down]
        inked[: SHEET - down] |= wide[down:]
    return inked


def _centred(fitted: np.ndarray) -> np.ndarray:
    """Lay (n, 20, 20) into (n, 28, 28) by the rule of `mlp.images.drawing.to_mnist`."""
    places = np.arange(DIGIT_PX)
    totals = fitted.sum(axis=(1, 2), dtype=np.float64)
    top, left = (
        np.clip(np.ceil(IMAGE_PX / 2 - 0.5 - TILT_PX - fitted.sum(axis=axis) @ places / totals), 0, 8).astype(int)
        for axis in (2, 1)
    )
    centred = np.zeros((len(fitted), IMAGE_PX, IMAGE_PX), np.uint8)
    rows, columns = (first[:, None] + places for first in (top, left))
    centred[np.arange(len(fitted))[:, None, None], rows[:, :, None], columns[:, None, :]] = fitted
    return centred
