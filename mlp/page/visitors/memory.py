"""Return freed memory to the operating system, and keep garbage collection short."""

import ctypes
import gc
from contextlib import suppress

from mlp.machine import return_free_memory

LARGE_BYTES = 256 * 1024  # the weights of a small network
M_MMAP_THRESHOLD = -3  # of mallopt


def return_large_blocks() -> None:
    """Make glibc return each large array to the system as soon as it is freed.

    By default glibc raises its threshold after the first large block is freed. From then on, one small block that is
    still in use keeps the large free blocks before it from being returned.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def freeze_objects() -> None:
    """Exclude every object that exists now from later garbage collections, as it stays until the server ends.

    The imported modules hold 200,000 objects. With a class on the page, scanning them takes 0.1 to 0.3 s every ten
    seconds, and meanwhile no page is drawn and no stroke answered.
    """
    gc.collect()
    gc.freeze()


def return_memory() -> None:
    """Collect garbage, and return freed memory to the system, which glibc would otherwise keep."""
    gc.collect()  # an idle page allocates too little to trigger Python's garbage collector
    return_free_memory()
