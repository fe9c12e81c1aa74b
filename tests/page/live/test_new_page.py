"""Pages and readings take turns: pages that no press asks for draw one at a time, and readings keep to a budget."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.live.budget import BURST_S, Budget
from mlp.page.live.new_page import TURNS, PageTurns
from tests.page.server import skipped_waits

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


def test_pages_that_waited_for_a_long_one_are_still_drawn_one_at_a_time():
    turns, drawing, most = PageTurns(1.0), set[int](), 0

    def draw() -> None:
        nonlocal most
        with turns.turn():
            drawing.add(threading.get_ident())
            most = max(most, len(drawing))
            time.sleep(0.02)
            drawing.discard(threading.get_ident())

    with turns.turn():
        for thread in [started(draw) for _ in range(8)]:
            thread.join(PATIENCE_S)
    assert most == 1


def test_page_that_the_channel_asks_for_waits_until_another_is_drawn(page: AppTest):
    """Otherwise a class that is let in, or sent away, would draw its pages all at once."""
    seen = []

    def draw() -> None:
        page.run()
        seen.append("asked for")

    page.session_state["live"] = {"draw": "another state"}
    with TURNS.turn():
        asked_for = started(draw)
        asked_for.join(1.0)
        seen.append("another")
    asked_for.join(PATIENCE_S)
    assert seen == ["another", "asked for"]


async def read(budget: Budget, owner: str | None, times: int, cost_s: float) -> None:
    """Ask repeatedly."""
    for _ in range(times):
        async with budget.turn(owner):
            budget.spend(cost_s, owner)


@pytest.mark.parametrize(("n_visitors", "share"), [(1, 0.125), (20, 0.25)])
def test_one_visitor_and_all_together_spend_no_more_than_their_shares_of_a_core(n_visitors: int, share: float):
    async def elapsed() -> float:
        budget = Budget(share=0.25, visitors_share=0.125)
        await asyncio.sleep(100)  # a long rest allows only a short burst
        began = skipped_waits.now()
        for visitor in range(n_visitors):
            await read(budget, f"visitor {visitor}", 100 // n_visitors, cost_s=0.01)
        return skipped_waits.now() - began

    assert 100 * 0.01 / share - BURST_S - 0.1 <= skipped_waits.run(elapsed()) <= 100 * 0.01 / share


def test_slow_network_of_one_visitor_makes_nobody_else_wait():
    async def waited() -> float:
        budget, waited_s = Budget(), 0.0
        await asyncio.sleep(100)
        for _ in range(100):
            await read(budget, "slow", 1, cost_s=0.05)
            began = skipped_waits.now()
            await read(budget, "other", 1, cost_s=0.002)
            waited_s += skipped_waits.now() - began
        return waited_s

    assert skipped_waits.run(waited()) == 0
