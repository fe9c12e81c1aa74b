"""Memory that was freed goes back to the machine."""

import gc
import platform
from pathlib import Path

import pytest

from mlp.page.visitors.memory import give_back

resource = pytest.importorskip("resource")  # Windows has none
BLOCK = 100_000  # below the size from which glibc gives back by itself


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone keeps freed memory in this way")
def test_freed_memory_goes_back():
    gc.collect()
    blocks = [b"x" * BLOCK for _ in range(1000)]
    last = blocks.pop()  # keeps the top of the heap from sinking
    blocks.append(blocks)  # so that only the garbage collector finds it
    del blocks
    kept = resident_bytes()
    give_back()
    assert resident_bytes() < kept - 50e6
    assert len(last) == BLOCK


def test_where_there_is_no_such_call_nothing_happens(monkeypatch):
    def no_library(name):
        raise TypeError("no library of that name")

    monkeypatch.setattr("mlp.page.visitors.memory.ctypes.CDLL", no_library)
    give_back()
