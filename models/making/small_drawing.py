"""Draw a group of digits together, small, directly in MNIST's form.

Drawing on the page's canvas and reducing that, as for people's drawings, takes some 0.3 ms a digit. Here a digit is
only as large as averaging over area requires: four cells per pixel, its longer side 20 pixels. Each cell of the group
is one row of bits, one per digit, so that a brush is a few dozen shifts of the sheet for all of them.
"""

import math
from collections.abc import Sequence

import numpy as np

from mlp.images.drawing import DIGIT_PX, IMAGE_PX, TILT_PX
from mlp.images.recorded import CANVAS_PX, PENS_PX, SIZES, Stroke

CELLS = 4
"""Cells per pixel, in each direction."""

SHEET = CELLS * DIGIT_PX
"""Side of the sheet for a digit, in cells."""

STEP = 1.5
"""Cells between two touches of the brush, whose radius is at least two."""


def drawn_small(strokes: Sequence[Stroke], rng: np.random.Generator) -> np.ndarray:
    """Return ``n`` digits in MNIST's form, (n, 784) uint8, drawn with one brush.

    The brush is as wide, relative to the digits, as in `mlp.images.recorded.render`.

    Each stroke is (n, k, 2): points x, y of it in each digit, y down, in any unit. ``rng`` draws the brush.
    """
    pen = rng.uniform(*PENS_PX) / (rng.uniform(*SIZES) * CANVAS_PX)  # relative to the longer side of the strokes
    radius = SHEET * pen / (1 + pen) / 2
    bits = _dilated(_touched(_placed(strokes, pen, radius)), radius)
    n = strokes[0].shape[0]
    cells = np.unpackbits(bits, axis=-1, count=n)  # (SHEET, SHEET, n), 0 or 1
    rows = np.add.reduce([cells[i::CELLS] for i in range(CELLS)])
    covered = np.add.reduce([rows[:, i::CELLS] for i in range(CELLS)])  # (20, 20, n), 0 to CELLS²
    fitted = np.rint(covered.transpose(2, 0, 1) * np.float32(255 / CELLS**2)).astype(np.uint8)
    return _centered(fitted).reshape(n, -1)


def _placed(strokes: Sequence[Stroke], pen: float, radius: float) -> list[Stroke]:
    """Return each digit scaled, with brush: its longer side to the sheet, its shorter one to whole pixels."""
    points = np.concatenate(strokes, axis=1)
    low = points.min(axis=1, keepdims=True)
    extent = points.max(axis=1, keepdims=True) - low  # (n, 1, 2)
    longer = extent.max(axis=2, keepdims=True)
    ink_px = np.maximum(np.floor(DIGIT_PX * (extent + pen * longer) / (longer + pen * longer) + 0.5), 1)
    first = CELLS * ((DIGIT_PX - ink_px) // 2) + np.minimum(radius, CELLS * ink_px / 2)
    scale = np.maximum(CELLS * ink_px - 2 * radius, 0) / np.maximum(extent, 1e-9)
    return [(stroke - low) * scale + first for stroke in strokes]


def _touched(strokes: Sequence[Stroke]) -> np.ndarray:
    """Return the cells that the brush touches: bits, uint8 (SHEET, SHEET, n / 8)."""
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
    """Return the set cells dilated by a disc of this radius, in cells."""
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


def _centered(fitted: np.ndarray) -> np.ndarray:
    """Return (n, 20, 20) moved into (n, 28, 28) by the rule of `mlp.images.drawing.to_mnist`."""
    places = np.arange(DIGIT_PX)
    totals = fitted.sum(axis=(1, 2), dtype=np.float64)
    top, left = (
        np.clip(np.ceil(IMAGE_PX / 2 - 0.5 - TILT_PX - fitted.sum(axis=axis) @ places / totals), 0, 8).astype(int)
        for axis in (2, 1)
    )
    centered = np.zeros((len(fitted), IMAGE_PX, IMAGE_PX), np.uint8)
    rows, columns = (first[:, None] + places for first in (top, left))
    centered[np.arange(len(fitted))[:, None, None], rows[:, :, None], columns[:, None, :]] = fitted
    return centered
