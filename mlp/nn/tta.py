"""Test-time augmentation: a network reads an image and its four shifts by a pixel, and averages the answers.

A dense network does not know which pixels are neighbors: the same digit one pixel further right is a different input.
The mean over five places is more reliable than the answer for one place.
"""

import math

import numpy as np

SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
"""Shifts of the copies, down and right, in pixels; the first is the image itself."""

TTA_COPIES = (1, len(SHIFTS))
"""Values of ``looks`` in a file and of ``--tta``: 1 without test-time augmentation, 5 with it."""


def is_square(n_inputs: int) -> bool:
    """Whether the inputs form a square image, as shifts need."""
    return math.isqrt(n_inputs) ** 2 == n_inputs


def shifted(images: np.ndarray) -> np.ndarray:
    """Return square images, (n, side²), followed by all of them shifted by one pixel in each direction: (5 n, side²).

    Their type stays. Pixels that are shifted out are lost, and 0 moves in.

    >>> shifted(np.array([[1, 2, 3, 4]])).tolist()
    [[1, 2, 3, 4], [0, 0, 1, 2], [3, 4, 0, 0], [0, 1, 0, 3], [2, 0, 4, 0]]
    """
    side = math.isqrt(images.shape[1])
    grids = images.reshape(-1, side, side)
    copies = np.zeros((len(SHIFTS), *grids.shape), images.dtype)
    for copy, (down, right) in zip(copies, SHIFTS, strict=True):
        copy[:, max(down, 0) : side + min(down, 0), max(right, 0) : side + min(right, 0)] = grids[
            :, max(-down, 0) : side + min(-down, 0), max(-right, 0) : side + min(-right, 0)
        ]
    return copies.reshape(-1, side * side)


def mean_log_probabilities(logits: np.ndarray) -> np.ndarray:
    """Return the mean log-probabilities of the copies from `shifted`: (5 n, classes) logits to (n, classes).

    >>> np.exp(mean_log_probabilities(np.log([[0.5, 0.5]] * 5))).round(3)
    array([[0.5, 0.5]])
    """
    log_probabilities = logits - logits.max(axis=1, keepdims=True)
    log_probabilities -= np.log(np.exp(log_probabilities).sum(axis=1, keepdims=True))
    return log_probabilities.reshape(len(SHIFTS), -1, logits.shape[1]).mean(axis=0)
