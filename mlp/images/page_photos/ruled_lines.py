"""Take the ruled lines of a page away, and leave the ink that crosses them."""

import numpy as np
from scipy import ndimage

STEEPEST, SLOPES = 0.2, 41
"""Rows per column of a line, at most, some 11°; and how many slopes are tried."""

BLOCK = 8
"""Columns that are counted together: in so many, a line of any slope falls by a pixel or two."""

LENGTH, UPRIGHT_LENGTH = 0.3, 0.8
"""Of the photo's width, or height, that a line is seen on at once: longer than a stroke. Rules may bend; the line of a
margin goes over all of the page, or it is a stem."""

LEAST_COVER = 0.55
"""Of that length that is dark."""

LEAST_THIN = 0.35
"""By how much more of it is dark than of the rows ``APART_PX`` above and below, which a row of digits is not."""
APART_PX = 6

REACHES_PX = (2, 5)
"""How far a line reaches above and below its middle, least and most."""

DARKER = 1.6
"""So many times as dark as its line is ink on a line."""


def without_ruled_lines(contrast: np.ndarray, faint: float) -> np.ndarray:
    """Say where there is ink: what is darker than ``faint``, but for straight, thin lines that go across the page.

    Lines are near level or near upright. What crosses them, stands on them or is much darker than them, stays.

    Parameters
    ----------
    contrast : float array, shape (h, w)
        How dark each pixel is beside the paper around.
    faint : float
        From which contrast on something is drawn or printed.

    Returns
    -------
    bool array, shape (h, w)

    Examples
    --------
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
    """Widen what is beyond lines by half a box to all sides: there a line has ink beside it, which may cross it."""
    return ndimage.binary_dilation(beyond, np.ones(box, bool))


def _lines(dark: np.ndarray, share_of_width: float) -> tuple[np.ndarray, int]:
    """Say which pixels lie on a line, and how far lines reach above and below their middles."""
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
        along = _fallen(cover, falls)
        share = ndimage.uniform_filter1d(along, length, axis=1, mode="nearest")
        around = np.maximum(_moved(share, APART_PX), _moved(share, -APART_PX))
        share[(share < LEAST_COVER) | (share - around < LEAST_THIN)] = 0
        if share.any():
            share = ndimage.maximum_filter1d(share, length, axis=1)
            np.maximum(best, _fallen(share, -falls), out=best)
    if not best.any():
        return np.zeros(dark.shape, bool), REACHES_PX[0]
    middle = (best > 0) & (best >= ndimage.maximum_filter1d(best, 2 * APART_PX - 3, axis=0) - 1e-4)
    middle = np.repeat(middle, BLOCK, axis=1)[:, :width]
    around = 2 * APART_PX + 1
    thickness = ndimage.uniform_filter1d(dark.astype(np.float32), around, axis=0)[middle & dark] * around
    reach = int(np.clip(np.ceil(np.median(thickness) / 2), *REACHES_PX)) if len(thickness) else REACHES_PX[0]
    return ndimage.maximum_filter1d(middle.astype(np.uint8), 2 * reach + 1, axis=0).astype(bool), reach


def _fallen(cover: np.ndarray, falls: np.ndarray) -> np.ndarray:
    """Move each column up by as many rows as its line has fallen; the first or last row stands for what is beyond."""
    height = len(cover)
    beyond = int(np.abs(falls).max(initial=0))
    padded = np.pad(cover, ((beyond, beyond), (0, 0)), mode="edge")
    fallen = np.empty_like(cover)
    for column, fall in enumerate(falls):
        fallen[:, column] = padded[beyond + fall : beyond + fall + height, column]
    return fallen


def _moved(share: np.ndarray, down: int) -> np.ndarray:
    """Move rows, with 0 where none comes from."""
    moved = np.zeros_like(share)
    if down > 0:
        moved[down:] = share[:-down]
    else:
        moved[:down] = share[-down:]
    return moved
