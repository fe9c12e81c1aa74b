"""Limit expensive analyses of a training network to 5 % of one core."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mlp.page import state
from mlp.page.state import Analysis

SHARE = 0.05  # of one core's time, at most, while a run plays

# Streamlit's own caches know neither what a result costs nor whose it is: they would keep the networks of visitors who
# have left, and any browser may have them emptied for everybody.

T = TypeVar("T")


@dataclass(frozen=True)
class _Done:
    of: tuple[Any, ...]
    result: Any
    at: float
    cost_s: float


def within_budget(name: Analysis, of: tuple[Any, ...], analyse: Callable[[], T], *, plays: bool) -> T:
    """Give the last result of an analysis while nothing has changed, or another is not yet affordable; else a new one.

    Parameters
    ----------
    name : Analysis
        The last result is kept under it, for this session alone.
    of : tuple
        What is analysed, compared by identity, or numbers; the first one may have moved on while a run plays.
    analyse : callable
        Gives the result; how long that takes decides how often it is called.
    plays : bool
        Whether the network changes by itself. One that does not is always analysed as it is now.
    """
    last: _Done | None = state.last_analysis(name).get()
    if last is not None and len(last.of) == len(of) and all(map(_same, last.of[1:], of[1:])):
        is_young = time.monotonic() - last.at < last.cost_s / SHARE
        if last.of[0] is of[0] or (plays and is_young):
            result: T = last.result
            return result
    began = time.monotonic()
    fresh = analyse()
    ended = time.monotonic()
    state.last_analysis(name).set(_Done(of, fresh, ended, ended - began))
    return fresh


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, int) and a == b)
