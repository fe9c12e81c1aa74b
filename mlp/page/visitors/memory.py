"""Have freed memory go back to the system, and look for it where it can be."""

import ctypes
import gc
from contextlib import suppress

LARGE_BYTES = 256 * 1024  # the weights of a small network
M_MMAP_THRESHOLD = -3  # of mallopt


def keep_large_blocks_apart() -> None:
    """Let each large array go back to the system as soon as it is freed.

    By itself glibc stops doing so after the first one was freed: from then on a small block that stays in use keeps the
    large blocks before it too.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def keep_for_good() -> None:
    """Leave all that there is now out of later collections of garbage, as it stays until the server ends.

    Modules and what they hold are 200,000 objects: while Python looks through them, 0.1 to 0.3 s every ten seconds of
    a class, no page is drawn and no stroke answered.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect garbage, and hand freed memory back to the system, which glibc would else keep."""
    gc.collect()  # a page at rest allocates too little to trigger Python's garbage collector
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
