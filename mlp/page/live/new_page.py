"""Draw a new page in pieces, with pauses for its browser, and only one new page at a time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit import runtime

from mlp.page import state
from mlp.page.live.tabs import this_tab

CANVAS_S = 0.6  # longest wait for the channel of a new page, which a browser opens as it draws the canvas
ANSWER_S = 0.15  # that it then needs for the place of the answer
TURN_S = 5.0  # longest wait for other new pages, one of which may begin with a long analysis


class PageTurns:
    """Turns to draw a new page, first come, first served; after ``longest_wait_s``, one is drawn without a turn.

    Python runs one thread at a time, for 5 ms if others wait, and the server's event loop needs several such turns for
    each stroke. Eight threads that draw new pages made strokes wait for half a second.
    """

    def __init__(self, longest_wait_s: float = TURN_S) -> None:
        self._longest_wait_s = longest_wait_s
        self._free = threading.BoundedSemaphore()
        self._thread = threading.local()  # has_turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts until the block ends."""
        self._take()
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Free the turn for others until the block ends."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def _take(self) -> None:
        self._thread.has_turn = self._free.acquire(timeout=self._longest_wait_s)

    def _give_back(self) -> None:
        if self._thread.has_turn:
            self._thread.has_turn = False
            self._free.release()


_turns = PageTurns()


@contextmanager
def one_new_page() -> Iterator[None]:
    """Wait, if a new page opens, until no other one is drawn; draw the page in this block."""
    if not _opens():
        yield
        return
    with _turns.turn():
        yield


def canvas_first() -> None:
    """While a page opens, wait until the browser has drawn the canvas, as it takes longer for the rest."""
    if _opens():
        with _turns.pause():
            this_tab().wait_for_connection(CANVAS_S)


def answer_next() -> None:
    """While a page opens, wait briefly for the browser to draw what comes after the canvas, up to here."""
    if _opens():
        with _turns.pause():
            time.sleep(ANSWER_S)


def _opens() -> bool:
    """Whether a new page opens in a browser."""
    return runtime.exists() and not state.speed.is_kept()  # every script draws that control later on
