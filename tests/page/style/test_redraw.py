"""Parts of the page are outdated when what they depend on has changed, and not redrawn too often."""

from types import SimpleNamespace

import pytest

from mlp.page.style import redraw
from mlp.page.style.redraw import DrawnParts, On, Where


class Desk:
    """The drawn parts of a tab, with the states that they depend on, and a clock that a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(redraw, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.state = {On.STROKE: 0, On.RUN: 0}
        self.drawn = DrawnParts()
        self.drawn.looks = {one: lambda one=one: self.state[one] for one in self.state}

    def outdated(self, least_s: float = 0.0) -> list[tuple[str, bool]]:
        """Return the keys of the outdated parts, and whether they are in the open tab."""
        return [(key, in_tab) for key, _, in_tab in self.drawn.outdated(least_s)[0]]


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_part_is_outdated_from_a_change_until_it_is_drawn(tab: Desk):
    tab.drawn.note("corrections", On.STROKE | On.DRAWINGS, Where.CARDS)
    tab.drawn.note("inside", On.STROKE, Where.TAB)
    tab.drawn.note("settings", On.SETTING, Where.CARDS)
    assert tab.outdated() == []
    tab.state[On.STROKE] += 1
    assert tab.outdated(least_s=9.0) == [("corrections", False), ("inside", True)]
    tab.drawn.note("corrections", On.STROKE | On.DRAWINGS, Where.CARDS)
    assert tab.outdated() == [("inside", True)]


def test_part_that_is_outdated_again_has_another_number(tab: Desk):
    numbers = []
    for _ in range(2):
        tab.now += 0.01
        tab.drawn.note("inside", On.STROKE, Where.TAB)
        tab.state[On.STROKE] += 1
        numbers += [number for _, number, _ in tab.drawn.outdated(0.0)[0]]
    assert len(set(numbers)) == 2


@pytest.mark.parametrize(("least_s", "wait_s"), [(0.0, 2.0), (5.0, 5.0)])
def test_run_redraws_a_part_after_its_time(tab: Desk, least_s: float, wait_s: float):
    tab.drawn.note("runs_table", On.RUN, Where.TAB)
    assert tab.drawn.outdated(least_s) == ([], None)
    tab.state[On.RUN] += 1
    tab.now += 1.5
    assert tab.drawn.outdated(least_s) == ([], wait_s - 1.5)
    tab.now += wait_s - 1.5
    assert tab.outdated(least_s) == [("runs_table", True)]
