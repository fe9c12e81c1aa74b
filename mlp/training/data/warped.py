"""Give the images of one epoch in their order, augmented as they come."""

import numpy as np

from mlp.images.augmentation import warp

BLOCK = 2048
"""Images warped at a time: enough for it to be fast, few enough that a run cut into slices repeats little work."""

WARPS = 1
"""Third number of the seeds, which keeps the warps apart from the order of the images, seeded by (seed, epoch)."""


class WarpedEpoch:
    """Gives batches of one epoch's images, each warped at random.

    The warps of a block of images come from a generator seeded with (seed, epoch, 1, block): they are the same wherever
    in the epoch a run goes on.

    Parameters
    ----------
    images : array, shape (n, 784)
        uint8 in 0..255 or float in 0..1.
    order : int array, shape (n,)
        The epoch's order of the images.
    seed, epoch : int
        Whose warps.
    strength : float
        Of the warps, see `mlp.images.augmentation.warp`.
    """

    def __init__(self, images: np.ndarray, order: np.ndarray, *, seed: int, epoch: int, strength: float) -> None:
        self._images = images
        self._order = order
        self._seeds = (seed, epoch, WARPS)
        self._strength = strength
        self._number = -1
        self._block = images[:0]

    def batch(self, start: int, stop: int) -> np.ndarray:
        """Give the images from the ``start``-th in the epoch's order up to the ``stop``-th, uint8 (n, 784)."""
        stop = min(stop, len(self._order))
        parts = []
        while start < stop:
            number, first = divmod(start, BLOCK)
            last = min(first + stop - start, BLOCK)
            parts.append(self._warped(number)[first:last])
            start += last - first
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _warped(self, number: int) -> np.ndarray:
        """Give the ``number``-th block; the last one is kept, as the next batch mostly lies in it too."""
        if number != self._number:
            block = self._images[self._order[number * BLOCK : (number + 1) * BLOCK]]
            if block.dtype != np.uint8:
                block = np.rint(np.clip(block, 0, 1) * 255).astype(np.uint8)
            self._block = warp(block, np.random.default_rng((*self._seeds, number)), strength=self._strength)
            self._number = number
        return self._block
