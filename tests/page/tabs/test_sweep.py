"""A sweep on the page: several values together, and the best network to draw with."""

import pytest
from streamlit.testing.v1 import AppTest

from mlp.jobs.workers.engine import Engine
from mlp.page.visitors import runs
from tests.jobs.workers.fake_workers import ManualWorkers
from tests.page.sight import at_rest, draw, eventually, tab_of, text, visitor_of


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


def test_best_run_becomes_the_answering_run(swept: AppTest):
    swept.button(key="sweep_winner").click().run()
    visitor = visitor_of(swept)
    assert visitor.job.snapshot().settings.learning_rate == 0.1
    assert "your run" in text(draw(swept, 3))
    assert visitor.runs.current == 1
    swept.button(key="sweep_winner").click().run()  # again changes nothing
    assert visitor.runs.current == 1
    assert not swept.exception


def test_best_run_can_be_rewound_to_any_step(swept: AppTest):
    swept.button(key="sweep_winner").click().run()
    swept.segmented_control(key="tab").set_value("Look inside").run()
    swept.segmented_control(key="network_tool_choice").set_value("rewind").run()
    assert "no saved steps, as it trained in a sweep. Any step" in text(swept)
    swept.number_input(key="lab_step").set_value(5).run()
    swept.button(key="lab_replay").click().run()
    eventually(lambda: not tab_of(swept).work[1].running)
    swept.run()
    assert "back at step 5" in text(swept)


def test_adopting_the_best_is_refused_at_the_limit_of_earlier_runs(swept: AppTest, monkeypatch):
    monkeypatch.setenv("MLP_MAX_RUNS", "1")
    for _ in range(2):
        swept.button(key="train").click().run()
        eventually(lambda: visitor_of(swept).job.snapshot().finished)
        at_rest(swept)
    swept.button(key="sweep_winner").click().run()
    assert "at most 1 earlier runs of yours; delete one under Runs." in swept.error[0].value
    assert [run.number for run in visitor_of(swept).runs.runs] == [1]
    assert visitor_of(swept).runs.current == 2


def test_sweep_gets_no_more_turns_than_a_single_run(open_page, monkeypatch):
    manual = ManualWorkers(max_steps=1)
    other = Engine(manual.one, width=1)
    monkeypatch.setattr(runs, "engine", lambda: other)
    one, many = open_page(), open_page(tab="Runs")
    many.button(key="sweep_start").click().run()
    many.button(key="train").click().run()
    one.button(key="train").click().run()
    for _ in range(21):
        manual.answer()
    visitor = visitor_of(many)
    jobs = [visitor.job, *visitor.sweep.jobs]
    assert len(jobs) == 4
    eventually(lambda: sum(job.snapshot().step for job in (visitor_of(one).job, *jobs)) == 21)
    assert visitor_of(one).job.snapshot().step >= 10  # starting the sweep counts, too
    for job in (visitor_of(one).job, *jobs):
        job.pause()
    other.close()
    for job in (visitor_of(one).job, *jobs):
        assert not job.snapshot().busy


def test_best_run_of_a_sweep_continues_during_the_next_sweep(open_page):
    page = open_page(tab="Runs", epochs="200")
    page.button(key="sweep_start").click().run()
    eventually(lambda: visitor_of(page).sweep.trials()[0].accuracy is not None)
    page.button(key="sweep_winner").click().run()
    visitor = visitor_of(page)
    page.button(key="sweep_start").click().run()
    assert visitor.job not in visitor.sweep.jobs
    assert visitor.job.playing
    visitor.sweep.pause()
    eventually(lambda: not visitor.sweep.busy)


def test_sweep_beyond_the_limits_is_refused(open_page, monkeypatch):
    monkeypatch.setenv("MLP_MAX_EPOCHS", "2")
    page = open_page(tab="Runs", epochs="3")
    page.button(key="sweep_start").click().run()
    assert "cannot start: this server takes runs of at most 2 epochs, got 3" in page.error[0].value
    assert visitor_of(page).sweep is None
    monkeypatch.setenv("MLP_MAX_EPOCHS", "3")
    monkeypatch.setenv("MLP_MAX_WORK", "1")
    page.button(key="sweep_start").click().run()
    assert "at most 1 billion weights times images, got 2. Choose fewer epochs" in page.error[0].value


def test_run_beyond_the_limits_is_refused(open_page, monkeypatch):
    monkeypatch.setenv("MLP_MAX_PARAMETERS", "100000")
    page = open_page()
    for key in ("train", "step"):
        page.button(key=key).click().run()
        (error,) = page.container(key="train_card").error
        assert "cannot start: this server takes runs of at most 100,000 numbers to learn, got 100,710" in error.value
        assert "Choose fewer or narrower layers in the settings." in error.value
    assert visitor_of(page).job is None


def test_reason_against_repeating_a_run_is_beside_its_button(open_page, monkeypatch):
    page = open_page(tab="Runs", images="100", epochs="1")
    page.button(key="step").click().run()
    at_rest(page)
    monkeypatch.setenv("MLP_MAX_PARAMETERS", "100000")
    page.button(key="replay").click().run()
    assert len(page.container(key="sections").error) == 1
    assert not page.container(key="train_card").error


def test_reason_against_an_experiment_is_in_its_lesson(open_page, monkeypatch):
    monkeypatch.setenv("MLP_MAX_PARAMETERS", "1000")
    page = open_page(tab="Lessons")
    page.button(key="try_learning_rate_0").click().run()
    assert len(page.container(key="lessons").error) == 1
    assert not page.container(key="train_card").error
