"""Work in slices: it goes on to its end, stops when told to, survives a lost worker, and says when it cannot go on."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mlp.analysis.lab.sliced import MAX_FAILURES, Sliced
from mlp.jobs.workers.call import WorkerFailure
from mlp.jobs.workers.engine import Engine


@dataclass(frozen=True)
class Count:
    """Work that counts to four."""

    done: int = 0

    @property
    def share_done(self) -> float:
        return self.done / 4


def count(work: Count, _seconds: float) -> Count:
    return replace(work, done=work.done + 1)


class ByHand(Executor):
    """An executor whose calls are answered one by one by the test."""

    def __init__(self) -> None:
        self.calls: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.calls.append((future, lambda: function(*args, **kwargs)))
        return future

    def answer(self, error: Exception | None = None) -> None:
        future, call = self.calls.pop(0)
        if future.set_running_or_notify_cancel():
            future.set_exception(error) if error else future.set_result(call())


@pytest.fixture
def hand() -> ByHand:
    return ByHand()


def test_it_goes_on_to_its_end_slice_by_slice(hand: ByHand):
    sliced = Sliced(count, Count(), Engine(lambda: hand))
    for done in range(1, 5):
        assert sliced.running
        hand.answer()
        assert sliced.work.done == done
    assert not sliced.running
    assert hand.calls == []


def test_it_stops_when_told_to_and_keeps_what_it_has(hand: ByHand):
    sliced = Sliced(count, Count(), Engine(lambda: hand))
    hand.answer()
    sliced.stop()
    assert (sliced.running, sliced.work.done, sliced.error) == (False, 1, None)


def test_a_slice_that_was_lost_is_asked_for_again_and_not_for_ever(hand: ByHand):
    sliced = Sliced(count, Count(), Engine(lambda: hand))
    hand.answer(WorkerFailure("died"))
    hand.answer()
    assert sliced.work.done == 1
    for _ in range(MAX_FAILURES):
        hand.answer(WorkerFailure("died"))
    assert not sliced.running
    assert sliced.error is not None
    assert sliced.work.done == 1


def test_an_error_ends_it_and_is_told_in_words(hand: ByHand):
    sliced = Sliced(count, Count(), Engine(lambda: hand))
    hand.answer(ZeroDivisionError("1 / 0"))
    assert not sliced.running
    assert "1 / 0" not in str(sliced.error)
    assert "stopped because of an error" in str(sliced.error)
