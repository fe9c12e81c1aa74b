"""Prepare images as the settings ask, once for all steps, epochs and slices of a process."""

import threading
import weakref
from collections import OrderedDict

import numpy as np

from mlp.blas import one_blas_thread
from mlp.straightening import straightened
from mlp.training.settings import Settings

MAX_KEPT = 4
"""Sets of straightened images in memory: MNIST's training (39 MB) and validation images (8 MB), and two others."""

_kept: OrderedDict[tuple[int, int], tuple[weakref.ref[np.ndarray], np.ndarray]] = OrderedDict()
_lock = threading.Lock()


def prepared(settings: Settings, images: np.ndarray, used: int | None = None) -> np.ndarray:
    """Return the first ``used`` images, or all, as the network sees them: straightened, if the settings say so.

    Straightening 50,000 images takes as long as a few epochs of a small network, so the result is kept while the same
    array is requested again.

    The images are (n, 784) or (n, 28, 28), and must not change between calls; their type stays. For images that are
    needed once, `Reader.as_seen` is better.
    """
    if not settings.straighten:
        return images[:used]
    used = len(images) if used is None else used
    key = (id(images), used)
    with _lock:  # concurrent threads share one straightening
        known = _kept.get(key)
        if known is None or known[0]() is not images:  # another array may have the id of a freed one
            with one_blas_thread:
                upright = straightened(images[:used].reshape(used, -1)).reshape(images[:used].shape)
            _kept[key] = known = weakref.ref(images), upright
        _kept.move_to_end(key)
        for old in [other for other, (array, _) in _kept.items() if array() is None]:
            del _kept[old]
        while len(_kept) > MAX_KEPT:
            _kept.popitem(last=False)
        return known[1]
