"""Results of expensive analyses are kept until another one is within the budget."""

import weakref

import pytest

from mlp.page.visitors import analysis_budget


class Clock:
    """A clock that only the test advances."""

    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(analysis_budget, "time", clock)
    monkeypatch.setattr("mlp.page.session_var.st.session_state", {})
    return clock


def counted_analysis(clock, cost_s=1.0):
    """Return an analysis that returns its number and takes ``cost_s``."""
    times = []

    def analyze():
        times.append(None)
        clock.now += cost_s
        return len(times)

    return analyze


def test_another_network_is_analyzed_at_once_unless_a_run_plays(clock):
    analyze = counted_analysis(clock)
    assert [analysis_budget.within_budget("it", (object(),), analyze, plays=False) for _ in range(3)] == [1, 2, 3]
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 3


def test_analyses_of_a_playing_run_keep_to_their_share(clock):
    analyze = counted_analysis(clock)
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 1
    clock.now += 1 / analysis_budget.SHARE - 0.1
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 1
    clock.now += 0.2
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 2


@pytest.mark.usefixtures("without_a_collector")
def test_analyzed_objects_are_not_kept(clock):
    class Network:
        """Megabytes of weights."""

    analyze = counted_analysis(clock)
    network, job = Network(), Network()
    assert [analysis_budget.within_budget("it", (network, job), analyze, plays=False) for _ in range(2)] == [1, 1]
    gone = weakref.ref(network), weakref.ref(job)
    del network, job
    assert [one() for one in gone] == [None, None]
    assert analysis_budget.within_budget("it", (Network(), None), analyze, plays=True) == 2
