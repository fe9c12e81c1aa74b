"""Limit expensive analyses of a training network to 5% of one core."""

import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mlp.page.session_var import SessionVar

SHARE = 0.05  # of one core's time, at most, while a run plays

# Streamlit's own caches know neither the cost nor the owner of a result: they would keep the networks of visitors who
# have left, and any browser can clear them for everybody.

T = TypeVar("T")


@dataclass(frozen=True)
class _Done:
    of: tuple[Callable[[object], bool], ...]
    result: Any
    at: float
    cost_s: float


@dataclass
class LastResult:
    """The last result of an analysis."""

    done: _Done | None = None


def within_budget(name: str | LastResult, of: tuple[Any, ...], analyze: Callable[[], T], *, plays: bool) -> T:
    """Return the last result of an analysis if it is still valid or a new one would cost too much; else a new result.

    ``name`` is the place of the last result in the session, or a `LastResult` that sessions share. ``of`` are the
    inputs: numbers, tuples, or objects compared by identity. While a run ``plays``, the first of them may be out of
    date; the longer ``analyze`` takes, the less often it is called.
    """
    kept = name if isinstance(name, LastResult) else SessionVar(f"analysis_{name}", LastResult()).start(LastResult())
    last = kept.done
    if last is not None and len(last.of) == len(of):
        moved_on, *others = (not is_it(thing) for is_it, thing in zip(last.of, of, strict=True))
        is_young = time.monotonic() - last.at < last.cost_s / SHARE
        if not any(others) and (not moved_on or (plays and is_young)):
            result: T = last.result
            return result
    began = time.monotonic()
    fresh = analyze()
    ended = time.monotonic()
    kept.done = _Done(tuple(map(_recognizer, of)), fresh, ended, ended - began)
    return fresh


def _recognizer(thing: object) -> Callable[[object], bool]:
    """Return a test for the same object, number or tuple that keeps no network or job in memory."""
    try:
        held = weakref.ref(thing)
    except TypeError:  # numbers, text, None
        return lambda other: other is thing or (isinstance(thing, int | tuple) and other == thing)
    return lambda other: other is not None and held() is other
