"""Give freed memory back to the system."""

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Free what nobody can reach, and hand it back to the system: glibc would rather keep freed memory for itself."""
    gc.collect()  # a page at rest allocates too little for Python to look by itself
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
