"""A sweep on the page: several values together, and the best network to draw with."""

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.visitors import runs
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import eventually, text, visitor_of


@pytest.fixture
def swept(open_page) -> AppTest:
    page = open_page(tab="Runs", epochs="1", images="300")
    page.multiselect(key="sweep_values_learning_rate").set_value([0.0001, 0.1])
    page.run()
    page.button(key="sweep_start").click().run()
    eventually(lambda: not visitor_of(page).sweep.busy)
    return page.run()


def test_sweep_trains_all_runs_and_lists_the_best_first(swept: AppTest):
    assert not swept.exception
    rows = text(swept)[text(swept).index("Validation now") :]
    assert rows.index("0.1 ") < rows.index("0.0001")
    assert rows.count("1 of 1") == 2
    assert rows.count("done") >= 2
    assert "★" in rows


def test_card_shows_the_sweep_or_the_run_before_it(open_page):
    page = open_page(tab="Runs", epochs="100")
    page.button(key="train").click().run()
    page.button(key="sweep_start").click().run()
    visitor = visitor_of(page)
    assert not visitor.job.playing
    assert "3 networks side by side" in text(page, "progress")
    page.button(key="sweep_curves").click().run()
    assert "side by side" not in text(page, "progress")
    page.button(key="pause").click().run()
    assert visitor.job.playing
    page.button(key="sweep_curves").click().run()
    assert "3 networks side by side" in text(page, "progress")
    for plays in (False, True, False):
        page.button(key="pause").click().run()
        assert visitor.sweep.playing == plays
    visitor.job.pause()


def test_sweep_shares_the_turns_of_its_visitor(open_page, monkeypatch):
    engine = ManualEngine()
    monkeypatch.setattr(runs, "engine", lambda: engine)
    page = open_page(tab="Runs")
    page.button(key="sweep_start").click().run()
    page.button(key="train").click().run()
    visitor = visitor_of(page)
    assert len(engine.calls) == len(visitor.sweep.jobs) + 1
    assert engine.owners == {visitor.id}


NARROWER = "at most 1 MB of memory, got 5. Choose fewer or narrower layers in the settings, or SGD instead of Adam."


@pytest.mark.parametrize(
    ("limit", "key", "place", "reason"),
    [
        ("MLP_MAX_EPOCHS=2", "sweep_start", "sections", "at most 2 epochs, got 3"),
        ("MLP_MAX_RUN_MB=1", "train", "train_card", NARROWER),
        ("MLP_MAX_RUN_MB=1", "step", "train_card", NARROWER),
        ("MLP_MAX_EPOCHS=1", "try_learning_rate_0", "lessons", "Choose fewer epochs in the settings."),
        ("MLP_MAX_SWEEP=2", "run_all_learning_rate", "lessons", "trains at most 2 networks at once"),
    ],
)
def test_run_beyond_a_limit_is_refused_beside_its_button(open_page, monkeypatch, limit, key, place, reason):
    monkeypatch.setenv(*limit.split("="))
    page = open_page(tab="Runs", lesson="learning-rate", epochs="3", width_1="512")
    page.button(key=key).click().run()
    (error,) = page.error
    assert reason in error.value
    assert len(page.container(key=place).error) == 1
    assert visitor_of(page).job is None
    assert visitor_of(page).sweep.jobs == []
