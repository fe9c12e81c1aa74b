"""Limit expensive analyses of a training network to 5% of one core."""

import time
import weakref
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
    of: tuple[Callable[[object], bool], ...]
    result: Any
    at: float
    cost_s: float


class Kept:
    """Holds the last result of an analysis that no session has to itself."""

    def __init__(self) -> None:
        self._done: Any = None

    def get(self) -> Any:
        """Give what is held, None before there is a result."""
        return self._done

    def set(self, done: Any) -> None:
        """Hold a result in place of the last one."""
        self._done = done


def within_budget(name: Analysis | Kept, of: tuple[Any, ...], analyze: Callable[[], T], *, plays: bool) -> T:
    """Give the last result of an analysis while nothing has changed, or another is not yet affordable; else a new one.

    Parameters
    ----------
    name : Analysis or Kept
        The last result is kept under this name, for this session alone, or there.
    of : tuple
        What is analyzed, compared by identity, or numbers; the first one may have moved on while a run plays.
    analyze : callable
        Gives the result; how long that takes decides how often it is called.
    plays : bool
        Whether the network changes by itself. One that does not is always analyzed as it is now.
    """
    kept = name if isinstance(name, Kept) else state.last_analysis(name)
    last: _Done | None = kept.get()
    if last is not None and len(last.of) == len(of):
        moved_on, *others = (not is_it(thing) for is_it, thing in zip(last.of, of, strict=True))
        is_young = time.monotonic() - last.at < last.cost_s / SHARE
        if not any(others) and (not moved_on or (plays and is_young)):
            result: T = last.result
            return result
    began = time.monotonic()
    fresh = analyze()
    ended = time.monotonic()
    kept.set(_Done(tuple(map(_recognizer, of)), fresh, ended, ended - began))
    return fresh


def _recognizer(thing: object) -> Callable[[object], bool]:
    """Give a test for this very thing, or the same number, that does not keep networks and jobs in memory."""
    try:
        held = weakref.ref(thing)
    except TypeError:  # numbers, text, None
        return lambda other: other is thing or (isinstance(thing, int) and other == thing)
    return lambda other: other is not None and held() is other
