"""A whole drawing reduced to a network's input without MNIST's preprocessing, for comparison."""

import numpy as np
from PIL import Image

from mlp.images.drawing import IMAGE_PX, ink_box


def shrunk(ink: np.ndarray) -> np.ndarray:
    """Return the whole canvas reduced to 28 × 28, whatever the place and size of the digit.

    ``ink`` is (H, W) uint8, 0 paper to 255 ink; the result is (28, 28) float32, 0 to 1.

    >>> ink = np.zeros((280, 280), np.uint8)
    >>> ink[:10, :20] = 255
    >>> float(shrunk(ink).sum())
    2.0
    """
    exact = Image.fromarray(ink.astype(np.float32))  # as uint8 it would be rounded twice
    return np.asarray(exact.resize((IMAGE_PX, IMAGE_PX), Image.Resampling.BOX)) / np.float32(255)


def moved(ink: np.ndarray, right: float, down: float) -> np.ndarray:
    """Return a drawing shifted on its canvas; nothing is cut off.

    ``ink`` is (H, W) uint8, 0 paper to 255 ink. ``right`` and ``down`` are fractions of the distance to the right and
    the lower edge, 0 (no move) to 1 (at the edge); negative values move left and up.

    >>> ink = np.array([[0, 255, 0, 0, 0]], np.uint8)
    >>> moved(ink, 1, 0), moved(ink, -1, 0)
    (array([[  0,   0,   0,   0, 255]], dtype=uint8), array([[255,   0,   0,   0,   0]], dtype=uint8))
    """
    placed = np.zeros_like(ink)
    box = ink_box(ink)
    if box is not None:
        cut = ink[box]
        top = _pushed(box[0].start, ink.shape[0] - cut.shape[0], down)
        left = _pushed(box[1].start, ink.shape[1] - cut.shape[1], right)
        placed[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return placed


def _pushed(start: int, furthest: int, share: float) -> int:
    """Return the new position of something at ``start``, shifted by a fraction of its distance to 0 or ``furthest``."""
    return start + round(share * (furthest - start if share > 0 else start))
