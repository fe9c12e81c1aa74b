"""Several looks at one image, each a pixel aside, where a network does better to judge by their mean.

A dense network knows nothing of neighbouring pixels: the same digit a pixel further right is another input to it. Its
mean opinion on five places is steadier than the one on the place where the digit happens to lie.
"""

import numpy as np

SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
"""How far each look moves the image, down and right, in pixels; the first look is the image itself."""

LOOKS = (1, len(SHIFTS))
"""How many looks a network may take."""


def looks_at(images: np.ndarray) -> np.ndarray:
    """Give every look at square images: the images as they are, then all of them shifted by one pixel, each way.

    Parameters
    ----------
    images : array, shape (n, side²)

    Returns
    -------
    array of the same type, shape (5 n, side²)
        What is shifted out is lost, what comes in is 0.

    Examples
    --------
    >>> looks_at(np.array([[1, 2, 3, 4]])).tolist()
    [[1, 2, 3, 4], [0, 0, 1, 2], [3, 4, 0, 0], [0, 1, 0, 3], [2, 0, 4, 0]]
    """
    side = round(images.shape[1] ** 0.5)
    grids = images.reshape(-1, side, side)
    looks = np.zeros((len(SHIFTS), *grids.shape), images.dtype)
    for look, (down, right) in zip(looks, SHIFTS, strict=True):
        look[:, max(down, 0) : side + min(down, 0), max(right, 0) : side + min(right, 0)] = grids[
            :, max(-down, 0) : side + min(-down, 0), max(-right, 0) : side + min(-right, 0)
        ]
    return looks.reshape(-1, side * side)


def mean_opinion(logits: np.ndarray) -> np.ndarray:
    """Average the log-probabilities of the looks: (5 n, classes) logits to (n, classes).

    Examples
    --------
    >>> np.exp(mean_opinion(np.log([[0.5, 0.5]] * 5))).round(3)
    array([[0.5, 0.5]])
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted.reshape(len(SHIFTS), -1, logits.shape[1]).mean(axis=0)
