"""Give the images of one epoch in their order, augmented as they come."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache

import numpy as np

from mlp.images.augmentation import warp
from mlp.machine import n_running, usable_cores

BLOCK = 2048
"""Images warped at a time: enough for it to be fast, few enough that a run cut into slices repeats little work."""

WARPS = 1
"""Third number of the seeds, which keeps the warps apart from the order of the images, seeded by (seed, epoch)."""

Key = tuple[tuple[int, ...], float]
"""Seeds of the warps, and their strength."""

MOST_KEPT = 4
"""Warped blocks in memory, 3 MB each with their images: what two runs that take turns in a process are at."""


class WarpedEpoch:
    """Gives batches of one epoch's images, each warped at random.

    The warps of a block of images come from a generator seeded with (seed, epoch, 1, block): they are the same wherever
    in the epoch a run goes on. While a core has nothing to do, the next block is warped on it ahead of its time.

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
            self._block = _kept.block(self._images_of(number), self._key(number))
            self._number = number
            if (number + 1) * BLOCK < len(self._order) and n_running() < usable_cores():
                _kept.begin(self._images_of(number + 1), self._key(number + 1))
        return self._block

    def _key(self, number: int) -> Key:
        return (*self._seeds, number), self._strength

    def _images_of(self, number: int) -> np.ndarray:
        block = self._images[self._order[number * BLOCK : (number + 1) * BLOCK]]
        return block if block.dtype == np.uint8 else np.rint(np.clip(block, 0, 1) * 255).astype(np.uint8)


class _Blocks:
    """The newest warped blocks of a process, so that a slice goes on with the one in which the last slice ended.

    A block is found by its seeds and by its images, every pixel compared: runs may share it.
    """

    def __init__(self) -> None:
        self._blocks: OrderedDict[Key, tuple[np.ndarray, Future[np.ndarray]]] = OrderedDict()
        self._lock = threading.Lock()

    def block(self, images: np.ndarray, key: Key) -> np.ndarray:
        """Give the block, warped now unless that was done or begun before."""
        known = self._known(images, key)
        if known is None or known.cancel() or known.exception() is not None:  # still waiting: faster made here
            known = Future()
            known.set_result(_warped(images, key))
            self._keep(images, key, known)
        return known.result()

    def begin(self, images: np.ndarray, key: Key) -> None:
        """Warp a block in another thread, unless that was done or begun before."""
        if self._known(images, key) is None:
            with suppress(RuntimeError):  # no thread can be started: it is warped when it is needed
                self._keep(images, key, warping_thread().submit(_warped, images, key))

    def _known(self, images: np.ndarray, key: Key) -> "Future[np.ndarray] | None":
        with self._lock:
            known = self._blocks.get(key)
        return known[1] if known is not None and np.array_equal(known[0], images) else None

    def _keep(self, images: np.ndarray, key: Key, warped: "Future[np.ndarray]") -> None:
        with self._lock:
            self._blocks[key] = images, warped
            self._blocks.move_to_end(key)
            while len(self._blocks) > MOST_KEPT:
                self._blocks.popitem(last=False)


def _warped(images: np.ndarray, key: Key) -> np.ndarray:
    seeds, strength = key
    warped = warp(images, np.random.default_rng(seeds), strength=strength)
    warped.flags.writeable = False
    return warped


@lru_cache(maxsize=1)
def warping_thread() -> ThreadPoolExecutor:
    """Give the one thread of this process that warps ahead."""
    return ThreadPoolExecutor(1, "warps")


_kept = _Blocks()
