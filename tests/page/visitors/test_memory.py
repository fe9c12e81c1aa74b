"""Memory that nobody can reach is freed."""

import gc
import weakref

from mlp.page.visitors.memory import give_back


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_only_knows_itself_is_freed():
    gc.disable()  # a page at rest allocates too little for Python to look
    try:
        gone = weakref.ref(Ring())
        assert gone() is not None
        give_back()
        assert gone() is None
    finally:
        gc.enable()


def test_where_the_system_takes_nothing_back_nothing_happens(monkeypatch):
    def no_library(name):
        raise TypeError("no library of that name")

    monkeypatch.setattr("mlp.page.visitors.memory.ctypes.CDLL", no_library)
    give_back()
