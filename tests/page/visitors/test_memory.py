"""Unreachable memory is freed."""

import gc
import platform
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from mlp.page.visitors.memory import return_memory

ROOT = Path(__file__).resolve().parents[3]


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_reference_cycles_are_freed():
    gc.disable()  # a page at rest allocates too little for Python's collector to run
    try:
        gone = weakref.ref(Ring())
        assert gone() is not None
        return_memory()
        assert gone() is None
    finally:
        gc.enable()


ALLOCATE_AND_FREE = """
from pathlib import Path
import numpy as np
from mlp.page.visitors.memory import return_large_blocks

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

return_large_blocks()
np.ones(1_000_000)  # the first that is allocated and freed
before = resident_mb()
small_and_large = [(np.ones(10_000), np.ones(250_000)) for _ in range(40)]
small = [pair[0] for pair in small_and_large]
del small_and_large
print(resident_mb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries do not keep freed memory like this")
def test_large_arrays_return_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATE_AND_FREE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 20  # of 80 MB that were allocated and freed
