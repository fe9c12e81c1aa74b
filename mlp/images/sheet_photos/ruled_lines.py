"""Remove the ruled lines of a page, and keep the ink that crosses them."""

import numpy as np
from scipy import ndimage

STEEPEST, SLOPES = 0.2, 41
"""Greatest slope of a line in rows per column, some 11°, and the number of slopes tried."""

BLOCK = 8
"""Columns counted together: within them, a line of any slope falls by a pixel or two."""

LENGTH, UPRIGHT_LENGTH = 0.3, 0.8
"""Fraction of the photo's width or height over which a line must be visible, longer than a stroke. Rules may bend, but
a margin line must cross the whole page, as it could otherwise be a stem."""

MIN_COVER = 0.55
"""Minimum dark fraction of that length."""

MIN_THIN = 0.35
"""Minimum excess of its dark fraction over the rows ``APART_PX`` above and below, which a row of digits lacks."""
APART_PX = 6

REACHES_PX = (2, 5)
"""Minimum and maximum reach of a line above and below its middle."""

DARKER = 1.6
"""Ink on a line is at least this many times as dark as the line."""


def without_ruled_lines(contrast: np.ndarray, faint: float) -> np.ndarray:
    """Return where ink is, bool (h, w): pixels darker than ``faint``, except straight, thin lines across the page.

    Lines are nearly level or nearly upright. Ink that crosses them, touches them or is much darker stays.

    ``contrast``, (h, w) float, is the darkness of each pixel relative to the paper around it, and ``faint`` the minimum
    of drawn or printed pixels.

    >>> page = np.zeros((100, 400))
    >>> page[50], page[20:80, 200:204] = 0.3, 0.9
    >>> int(without_ruled_lines(page, 0.1).sum()) - 60 * 4  # the stroke, and a pixel of the line at either side
    2
    """
    dark = contrast > faint
    level, reach = _lines(dark, LENGTH)
    upright, aside = _lines(dark.T, UPRIGHT_LENGTH)
    beyond = dark & ~level & ~upright.T
    alone = dark & level & ~_near(beyond, (4 * reach + 3, 1))
    alone |= dark & upright.T & ~level & ~_near(beyond, (1, 4 * aside + 3))
    if alone.any():
        ink = dark & (contrast > DARKER * np.median(contrast[alone]))
        alone &= ~_near(ink, (3, 3))
    return dark & ~alone


def _near(beyond: np.ndarray, box: tuple[int, int]) -> np.ndarray:
    """Return the area beyond lines widened by half a box on all sides, where ink may cross a line."""
    return ndimage.binary_dilation(beyond, np.ones(box, bool))


def _lines(dark: np.ndarray, share_of_width: float) -> tuple[np.ndarray, int]:
    """Return the pixels on lines, and how far lines reach above and below their middles."""
    height, width = dark.shape
    n_blocks = -(-width // BLOCK)
    thick = ndimage.maximum_filter1d(dark.astype(np.uint8), 3, axis=0)
    wide = np.pad(thick, ((0, 0), (0, n_blocks * BLOCK - width)))
    cover = wide.reshape(height, n_blocks, BLOCK).mean(axis=2, dtype=np.float32)  # (h, blocks)
    length = max(1, round(share_of_width * n_blocks))
    best = np.zeros(cover.shape, np.float32)
    columns = np.arange(n_blocks)
    for slope in np.linspace(-STEEPEST, STEEPEST, SLOPES):
        falls = np.rint(slope * BLOCK * (columns - (n_blocks - 1) / 2)).astype(int)
        along = _leveled(cover, falls)
        share = ndimage.uniform_filter1d(along, length, axis=1, mode="nearest")
        around = np.maximum(_moved(share, APART_PX), _moved(share, -APART_PX))
        share[(share < MIN_COVER) | (share - around < MIN_THIN)] = 0
        if share.any():
            share = ndimage.maximum_filter1d(share, length, axis=1)
            np.maximum(best, _leveled(share, -falls), out=best)
    if not best.any():
        return np.zeros(dark.shape, bool), REACHES_PX[0]
    middle = (best > 0) & (best >= ndimage.maximum_filter1d(best, 2 * APART_PX - 3, axis=0) - 1e-4)
    middle = np.repeat(middle, BLOCK, axis=1)[:, :width]
    around = 2 * APART_PX + 1
    thickness = ndimage.uniform_filter1d(dark.astype(np.float32), around, axis=0)[middle & dark] * around
    reach = int(np.clip(np.ceil(np.median(thickness) / 2), *REACHES_PX)) if len(thickness) else REACHES_PX[0]
    return ndimage.maximum_filter1d(middle.astype(np.uint8), 2 * reach + 1, axis=0).astype(bool), reach


def _leveled(cover: np.ndarray, falls: np.ndarray) -> np.ndarray:
    """Return each column moved up by the fall of its line; the first or last row fills the gap."""
    height = len(cover)
    beyond = int(np.abs(falls).max(initial=0))
    padded = np.pad(cover, ((beyond, beyond), (0, 0)), mode="edge")
    leveled = np.empty_like(cover)
    for column, fall in enumerate(falls):
        leveled[:, column] = padded[beyond + fall : beyond + fall + height, column]
    return leveled


def _moved(share: np.ndarray, down: int) -> np.ndarray:
    """Return rows moved down, with 0 above."""
    moved = np.zeros_like(share)
    if down > 0:
        moved[down:] = share[:-down]
    else:
        moved[:down] = share[-down:]
    return moved
