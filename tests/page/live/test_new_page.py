"""New pages draw one at a time, and a page pauses for its browser without delaying others."""

import threading
from collections.abc import Callable

from mlp.page.live.new_page import PageTurns

PATIENCE_S = 20.0


def started(act: Callable[[], None]) -> threading.Thread:
    """Run a function in a thread."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_new_page_waits_until_another_is_drawn():
    turns, seen = PageTurns(PATIENCE_S), []

    def draw() -> None:
        with turns.turn():
            seen.append("second")

    with turns.turn():
        second = started(draw)
        second.join(0.1)
        seen.append("first")
    second.join(PATIENCE_S)
    assert seen == ["first", "second"]


def test_pausing_page_lets_others_draw_and_then_waits_for_them():
    turns, seen = PageTurns(PATIENCE_S), []
    draws, may_end = threading.Event(), threading.Event()

    def draw() -> None:
        with turns.turn():
            draws.set()
            may_end.wait(PATIENCE_S)
            seen.append("second")

    with turns.turn():
        started(draw)
        with turns.pause():
            assert draws.wait(PATIENCE_S)
            threading.Timer(0.1, may_end.set).start()
        seen.append("first")
    assert seen == ["second", "first"]


def test_page_that_takes_long_delays_others_for_the_longest_wait():
    turns, seen = PageTurns(0.01), []

    def draw() -> None:
        with turns.turn(), turns.pause():
            seen.append("second")

    with turns.turn():  # which the other page must not give back
        started(draw).join(PATIENCE_S)
        assert seen == ["second"]
