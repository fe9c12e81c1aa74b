"""How often the page looks at a run: seldom where many train at once, and without swinging to and fro."""

from concurrent.futures import Executor, Future

import pytest

from mlp.jobs.engine import Engine
from mlp.jobs.job import SLICE_S
from mlp.page.visitors.pace import CALM, LOOK_COST_S, QUICKEST_S, Pace


@pytest.mark.parametrize("workers", [1, 2, 64])
def test_no_look_comes_before_its_run_has_had_a_turn(workers):
    for runs in range(300):
        seconds = Pace().seconds(runs, workers)
        assert seconds >= max(QUICKEST_S, SLICE_S * runs / workers, LOOK_COST_S * runs)


def test_one_more_or_less_does_not_change_the_pace_each_time():
    pace = Pace()
    assert len({pace.seconds(runs, 2) for runs in (10, 11, 12, 13, 14, 15, 14, 12, 10, 8, 9)}) <= 2


def test_the_pace_quickens_again_when_most_have_gone():
    pace = Pace()
    slow = pace.seconds(24, 2)
    assert pace.seconds(round(24 * CALM / 2), 2) < slow
    assert pace.seconds(0, 2) == QUICKEST_S


class Waiting(Executor):
    """Takes calls, and works on none of them."""

    width = 3

    def __init__(self):
        self.futures = []

    def submit(self, function, /, *args, **kwargs):
        self.futures.append(Future())
        return self.futures[-1]


def test_an_engine_knows_how_many_calls_are_out_and_how_many_fit():
    waiting = Waiting()
    engine = Engine(lambda: waiting)
    assert engine.load()[0] == 0
    for _ in range(5):
        engine.submit(print)
    assert engine.load() == (5, 3)
    waiting.futures[0].set_result(None)
    waiting.futures[1].set_exception(ValueError())
    waiting.futures[2].cancel()
    assert engine.load() == (2, 3)
