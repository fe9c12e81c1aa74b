"""The images of one epoch in their order, warped as they are needed."""

import threading
from collections import OrderedDict

import numpy as np

from mlp.images.augmentation import warp
from mlp.seeds import seeds_of

BLOCK = 2048
"""Images warped at a time: enough to be fast, few enough that a run in slices repeats little work."""

Key = tuple[tuple[int, ...], float]
"""Seeds of the warps, and their strength."""

MAX_KEPT = 4
"""Warped blocks in memory, 3 MB each with their images: the current ones of two runs that take turns."""


class WarpedEpoch:
    """Batches of one epoch's images, each warped at random.

    Each block of images has its own generator, so its warps are the same wherever the run continues. No other thread
    warps ahead: it would need the GIL after every product, which doubles the time of a step of 32 images, whose
    products are short too.

    The images are (n, 784), uint8 in 0..255 or float in 0..1, and ``order``, (n,) int, is the epoch's order of them.
    ``seed`` and ``epoch`` seed the warps; for their ``strength`` see `mlp.images.augmentation.warp`.
    """

    def __init__(self, images: np.ndarray, order: np.ndarray, *, seed: int, epoch: int, strength: float) -> None:
        self._images = images
        self._order = order
        self._seed, self._epoch = seed, epoch
        self._strength = strength
        self._number = -1
        self._block = images[:0]

    def batch(self, start: int, stop: int) -> np.ndarray:
        """Return the images from ``start`` to ``stop`` in the epoch's order, uint8 (n, 784)."""
        stop = min(stop, len(self._order))
        parts = []
        while start < stop:
            number, first = divmod(start, BLOCK)
            last = min(first + stop - start, BLOCK)
            parts.append(self._warped(number)[first:last])
            start += last - first
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _warped(self, number: int) -> np.ndarray:
        """Return a block by its number; the last one is kept, as the next batch usually needs it too."""
        if number != self._number:
            images = np.take(self._images, self._order[number * BLOCK : (number + 1) * BLOCK], axis=0)
            if images.dtype != np.uint8:
                images = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
            seeds = seeds_of("warps of a block", self._seed, self._epoch, number)
            self._block = _kept.block(images, seeds, self._strength)
            self._number = number
        return self._block


class _Blocks:
    """The newest warped blocks of a process, so that a slice continues with the block in which the last slice ended.

    A block is identified by its seeds and by every pixel of its images, so runs may share it.
    """

    def __init__(self) -> None:
        self._blocks: OrderedDict[Key, tuple[np.ndarray, np.ndarray]] = OrderedDict()
        self._lock = threading.Lock()

    def block(self, images: np.ndarray, seeds: tuple[int, ...], strength: float) -> np.ndarray:
        """Return the block, warped now unless it is kept."""
        key = seeds, strength
        with self._lock:
            kept = self._blocks.get(key)
        if kept is not None and np.array_equal(kept[0], images):
            return kept[1]
        warped = warp(images, np.random.default_rng(seeds), strength=strength)
        warped.flags.writeable = False
        with self._lock:
            self._blocks[key] = images, warped
            self._blocks.move_to_end(key)
            while len(self._blocks) > MAX_KEPT:
                self._blocks.popitem(last=False)
        return warped


_kept = _Blocks()
