"""Runs kept, compared and deleted; an uploaded network; changes of the learning rate."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.page.sight import at_rest, component, eventually, finished, text, visitor_of
from tests.page.ways import press


@pytest.fixture
def runs_page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with the table of runs open, set to a very short run."""
    return open_page(tab="Runs", images="100", epochs="2", hidden_layers="1", width_1="8")


def train(page: AppTest) -> AppTest:
    """Press the button, and wait until the run is over."""
    return finished(press(page, "train"))


def names_of_lines(page: AppTest) -> set[str]:
    """The names on the accuracy chart: of earlier runs."""
    return {line["name"] for line in component(page, "accuracy_chart")["lines"] if "name" in line}


def test_runs_are_listed_with_differing_settings_and_on_the_curves(runs_page: AppTest):
    train(runs_page)
    runs_page.select_slider(key="learning_rate").set_value(0.02).run()
    train(runs_page)
    shown = text(runs_page)
    assert "Run Data Epochs done Best validation Validation now 2 · own settings, current MNIST sample 2 of 2" in shown
    assert "Run Learning rate Started from Time 2 · own settings, current 0.02 random weights" in shown
    assert "1 · own settings 0.1 random weights" in shown
    assert runs_page.pills(key="shown_runs").value == [1]
    assert names_of_lines(runs_page) == {"1 · own settings"}
    runs_page.pills(key="shown_runs").set_value([]).run()
    assert names_of_lines(runs_page) == set()


def test_earlier_runs_are_listed_if_the_last_one_is_lost(runs_page: AppTest):
    train(train(runs_page))
    visitor_of(runs_page).job = None
    runs_page.run()
    assert not runs_page.exception
    assert "1 · own settings MNIST sample 2 of 2" in text(runs_page)
    assert "current" not in text(runs_page)


def test_paused_run_shows_one_accuracy_everywhere(open_page: Callable[..., AppTest]):
    page = open_page(tab="Runs", epochs="100")
    page.button(key="train").click().run()
    eventually(lambda: visitor_of(page).job.snapshot().step > 130)  # within the second epoch
    page.button(key="pause").click().run()
    at_rest(page)
    step = f"{visitor_of(page).job.snapshot().step:,}"
    (share,) = re.findall(rf"([\d.]+)% at step {step}", text(page, "curves"))
    assert f"{share}% at step {step}" in text(page, "sections")
    mistakes = text(open_page(visitor=page, tab="Mistakes", network="run"), "sections")
    assert f"at step {step}: it reads" in mistakes
    assert f"validation digits right, {share}%" in mistakes


def test_run_beyond_the_limit_is_refused_until_one_is_deleted(runs_page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLP_MAX_RUNS", "1")
    train(train(runs_page))
    runs_page.button(key="train").click().run()
    (error,) = runs_page.error
    assert "cannot start: this server keeps at most 1 earlier runs of yours; delete one under Runs." in error.value
    assert [run.number for run in visitor_of(runs_page).runs.runs] == [1]
    assert visitor_of(runs_page).runs.current == 2
    runs_page.segmented_control(key="network").set_value("run-1").run()
    runs_page.button(key="delete_run").click().run()
    train(runs_page)
    assert [run.number for run in visitor_of(runs_page).runs.runs] == [2]


def test_controls_can_be_set_to_an_earlier_run(runs_page: AppTest):
    train(runs_page)
    runs_page.select_slider(key="learning_rate").set_value(0.02).run()
    runs_page.slider(key="hidden_layers").set_value(3).run()
    runs_page.button(key="set_controls").click().run()
    assert runs_page.select_slider(key="learning_rate").value == 0.1
    assert runs_page.slider(key="hidden_layers").value == 1
    assert runs_page.slider(key="width_1").value == 8


def test_learning_rate_slider_changes_the_playing_run_and_the_next_one(open_page: Callable[..., AppTest]):
    page = open_page(tab="Runs", epochs="100", batch_size="8")
    page.button(key="train").click().run()
    job = visitor_of(page).job
    eventually(lambda: job.snapshot().step)
    page.select_slider(key="learning_rate").set_value(0.01).run()
    eventually(lambda: job.snapshot().history.learning_rates)
    page.button(key="pause").click().run()
    page.select_slider(key="learning_rate").set_value(0.02).run()  # a paused run keeps its rate
    now = at_rest(page) and job.snapshot()
    assert [rate for _, rate in now.history.learning_rates] == [0.01]
    assert (now.learning_rate, now.settings.learning_rate) == (0.01, 0.1)
    assert "changed the learning rate during the run" in text(page)
    page.button(key="train").click().run()
    assert visitor_of(page).job.snapshot().settings.learning_rate == 0.02


def test_run_has_the_name_of_its_recipe_until_a_setting_differs(open_page: Callable[..., AppTest]):
    page = press(open_page(tab="Runs", speed="Slow"), "recipe_too_fast")  # else it can end before it is paused
    page.button(key="pause").click().run()
    at_rest(page)
    assert "1 · Far too fast, current" in text(page, "sections")
    assert "1 · Far too fast. Choose another one above" in text(page, "sections")
    page.slider(key="epochs").set_value(7).run()
    page.button(key="step").click().run()
    assert "7" not in text(at_rest(page), "sections").partition("· Far too fast")[0]
