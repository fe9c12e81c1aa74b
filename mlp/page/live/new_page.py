"""Draw a new page in pieces, with pauses for its browser, and only one page at a time that no press asked for."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit import runtime

from mlp.page import state
from mlp.page.live.component import channel_asks
from mlp.page.live.live_page import this_page

CANVAS_S = 0.6  # longest wait for the channel of a new page, which a browser opens as it draws the canvas
ANSWER_S = 0.15  # that it then needs for the place of the answer
TURN_S = 2.0  # longest turn: a page takes a fraction of a second, but one may begin with a long analysis


class PageTurns:
    """Turns to draw a page, first come, first served; the next begins ``longest_s`` after one began at the latest.

    Python runs one thread at a time, in turns if others wait, and the server's event loop needs several such turns for
    each stroke. Eight threads that draw new pages made strokes wait for half a second.
    """

    def __init__(self, longest_s: float = TURN_S) -> None:
        self._longest_s = longest_s
        self._next = threading.Condition()
        self._drawing: int | None = None  # the thread that has the turn
        self._until = 0.0

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
        with self._next:
            while self._drawing is not None and (left_s := self._until - time.monotonic()) > 0:
                self._next.wait(left_s)
            self._drawing, self._until = threading.get_ident(), time.monotonic() + self._longest_s

    def _give_back(self) -> None:
        with self._next:
            if self._drawing == threading.get_ident():
                self._drawing = None
                self._next.notify()


TURNS = PageTurns()
"""The turns of all pages of this server."""


@contextmanager
def page_in_turn() -> Iterator[None]:
    """Wait, unless a press asked for the page, until no other one is drawn; draw the page in this block.

    Whoever opens a door, a table, or sends a class away changes its pages all at once.
    """
    if not _opens() and not channel_asks():
        yield
        return
    with TURNS.turn():
        yield


def canvas_first() -> None:
    """While a page opens, wait until the browser has drawn the canvas, as it takes longer for the rest."""
    if _opens():
        with TURNS.pause():
            this_page().wait_for_connection(CANVAS_S)


def answer_next() -> None:
    """While a page opens, wait briefly for the browser to draw what comes after the canvas, up to here."""
    if _opens():
        with TURNS.pause():
            time.sleep(ANSWER_S)


def _opens() -> bool:
    """Whether a new page opens in a browser."""
    return runtime.exists() and not state.speed.is_kept()  # every script draws that control later on
