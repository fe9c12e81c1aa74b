"""Work in slices: it continues to its end, can be stopped, survives a lost worker, and reports errors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from mlp.analysis.lab.sliced import Sliced
from mlp.jobs.task import MAX_FAILURES
from mlp.jobs.workers.call import WorkerFailure
from tests.jobs.manual_engine import ManualEngine


@dataclass(frozen=True)
class Count:
    """Work that counts to four."""

    done: int = 0

    @property
    def progress(self) -> float:
        return self.done / 4

    def remaining(self) -> Iterator["Count"]:
        yield replace(self, done=self.done + 1)  # one for each slice


@pytest.fixture
def engine() -> ManualEngine:
    return ManualEngine()


def test_work_continues_to_its_end_in_slices(engine: ManualEngine):
    sliced = Sliced(Count(), engine)
    for done in range(1, 5):
        assert sliced.running
        engine.answer()
        assert sliced.work.done == done
    assert not sliced.running
    assert engine.calls == []


def test_stopped_work_keeps_its_result(engine: ManualEngine):
    sliced = Sliced(Count(), engine)
    engine.answer()
    sliced.stop()
    assert (sliced.running, sliced.work.done, sliced.error) == (False, 1, None)


def test_lost_slice_is_retried_a_limited_number_of_times(engine: ManualEngine):
    sliced = Sliced(Count(), engine)
    engine.fail(WorkerFailure("died"))
    engine.answer()
    assert sliced.work.done == 1
    for _ in range(MAX_FAILURES):
        engine.fail(WorkerFailure("died"))
    assert not sliced.running
    assert sliced.error is not None
    assert sliced.work.done == 1


def test_error_ends_work_with_a_readable_message(engine: ManualEngine):
    sliced = Sliced(Count(), engine)
    engine.fail(ZeroDivisionError("1 / 0"))
    assert not sliced.running
    assert "1 / 0" not in str(sliced.error)
    assert "stopped because of an error" in str(sliced.error)
