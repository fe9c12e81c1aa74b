"""How often the page looks at a run: seldom where many train at once, and without swinging to and fro."""

import pytest

from mlp.page.visitors.redraw_interval import RedrawInterval


@pytest.mark.parametrize(
    ("runs", "workers", "least"),
    [
        (1, 2, 0.22),  # alone: four frames a second and more
        (24, 2, 3.0),  # twelve turns of a quarter of a second on each of two workers
        (300, 2, 37.5),  # 150 turns on each
        (100, 64, 3.0),  # 30 ms a look, of a third of one core
    ],
)
def test_no_look_comes_before_its_run_has_had_a_turn_or_takes_more_than_a_third_of_a_core(runs, workers, least):
    assert least <= RedrawInterval().seconds(runs, workers) < 4 * least


def test_one_more_or_less_does_not_change_the_pace_each_time():
    pace = RedrawInterval()
    assert len({pace.seconds(runs, 2) for runs in (10, 11, 12, 13, 14, 15, 14, 12, 10, 8, 9)}) <= 2


def test_the_pace_quickens_again_when_most_have_gone():
    pace = RedrawInterval()
    slow = pace.seconds(24, 2)
    assert pace.seconds(4, 2) < slow
    assert pace.seconds(0, 2) == 0.22
