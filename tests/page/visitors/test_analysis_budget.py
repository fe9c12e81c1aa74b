"""Costly looks are kept until another one is worth its price."""

import pytest

from mlp.page.visitors import analysis_budget


class Clock:
    """Time that passes only where it is told to."""

    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(analysis_budget, "time", clock)
    monkeypatch.setattr("mlp.page.state.st.session_state", {})
    return clock


def looker(clock, cost_s=1.0):
    """A look that gives its number and takes ``cost_s``."""
    looks = []

    def look():
        looks.append(None)
        clock.now += cost_s
        return len(looks)

    return look


def test_what_does_not_change_is_looked_at_once(clock):
    network, look = object(), looker(clock)
    assert [analysis_budget.kept("it", (network,), look, plays=False) for _ in range(3)] == [1, 1, 1]


def test_another_network_is_looked_at_at_once_unless_a_run_plays(clock):
    look = looker(clock)
    assert [analysis_budget.kept("it", (object(),), look, plays=False) for _ in range(3)] == [1, 2, 3]
    assert analysis_budget.kept("it", (object(),), look, plays=True) == 3


def test_while_a_run_plays_looking_takes_no_more_than_its_share_of_the_time(clock):
    look = looker(clock)
    assert analysis_budget.kept("it", (object(),), look, plays=True) == 1
    clock.now += 1 / analysis_budget.SHARE - 0.1
    assert analysis_budget.kept("it", (object(),), look, plays=True) == 1
    clock.now += 0.2
    assert analysis_budget.kept("it", (object(),), look, plays=True) == 2


def test_another_run_or_other_data_is_looked_at_at_once(clock):
    look, network = looker(clock), object()
    assert analysis_budget.kept("it", (network, "first"), look, plays=True) == 1
    assert analysis_budget.kept("it", (network, "second"), look, plays=True) == 2


def test_looks_under_different_names_are_kept_apart(clock):
    look, network = looker(clock), object()
    assert analysis_budget.kept("one", (network,), look, plays=False) == 1
    assert analysis_budget.kept("other", (network,), look, plays=False) == 2
    assert analysis_budget.kept("one", (network,), look, plays=False) == 1


def test_what_depends_on_a_number_is_looked_at_again_for_another_number_only(clock):
    step, look = object(), looker(clock)
    places = [int("1000"), int("1000"), 7, 1000]  # equal numbers, not one object
    assert [analysis_budget.kept("it", (step, place), look, plays=False) for place in places] == [1, 1, 2, 3]
