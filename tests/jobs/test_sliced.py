"""Work in slices: the same result in any, continued to its end, or stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from mlp.analysis.lab.valley import valley
from mlp.analysis.lab.wish import wish
from mlp.jobs.sliced import Sliced, advanced
from mlp.nn.network import MLP
from tests.jobs.workers.manual_engine import ManualEngine


@dataclass(frozen=True)
class Count:
    """Work that counts to four."""

    done: int = 0

    @property
    def progress(self) -> float:
        return self.done / 4

    def remaining(self) -> Iterator["Count"]:
        yield replace(self, done=self.done + 1)  # one for each slice


IMAGES, LABELS = np.random.default_rng(2).integers(0, 256, (20, 784), np.uint8), np.arange(20) % 10
NETWORK = MLP([784, 8, 10], activation="tanh", rng=np.random.default_rng(4))
STATES = [NETWORK.values * size for size in (0.1, 0.5, 1.0)]


@pytest.mark.parametrize(
    ("begun", "result"),
    [
        (wish(NETWORK, 1, 5), "image"),
        (valley(STATES, NETWORK, IMAGES, LABELS), "losses"),
    ],
    ids=["wish", "valley"],
)
def test_result_does_not_depend_on_slices(begun: Any, result: str):
    kept, part = getattr(begun, result).copy(), begun
    while part.progress < 1:
        part = advanced(part, 0.0)
    np.testing.assert_array_equal(getattr(part, result), getattr(advanced(begun, 60), result))
    np.testing.assert_array_equal(getattr(begun, result), kept)
    assert begun.progress == 0


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
