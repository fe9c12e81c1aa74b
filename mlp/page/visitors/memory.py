"""Have freed memory go back to the system."""

import ctypes
import gc
from contextlib import suppress

LARGE_BYTES = 256 * 1024  # the weights of a small network
M_MMAP_THRESHOLD = -3  # of mallopt


def keep_large_blocks_apart() -> None:
    """Let each large array go back to the system as soon as it is freed.

    By itself glibc stops doing so once it has seen one come and go: then something small that stays keeps the large
    blocks before it too.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Free what nobody can reach, and hand it back to the system: glibc would rather keep freed memory for itself."""
    gc.collect()  # a page at rest allocates too little for Python to look by itself
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
