"""The lessons: opened by a link, their experiments started by a press."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.analysis.guess_comparison import POINTS
from mlp.class_names import DIGITS
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.tabs.lessons.experiments import data_of
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.sources import chosen_mnist
from tests.page.sight import at_rest, draw, eventually, text, visitor_of

PAIRS = [(name, number) for name, lesson in LESSONS.items() for number in range(len(lesson.experiments))]


def key(name: str, number: int) -> str:
    return f"try_{name}_{number}".replace("-", "_")


@pytest.mark.parametrize(("name", "number"), PAIRS)
def test_controls_can_show_every_experiment(name: str, number: int, monkeypatch: pytest.MonkeyPatch):
    state: dict[str, object] = {}
    monkeypatch.setattr("mlp.page.settings.controls.st.session_state", state)
    settings = LESSONS[name].experiments[number].settings
    assert set_controls(settings) == []
    assert chosen_settings() == settings


@pytest.fixture
def small_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson on learning rates with networks that are trained in a moment."""
    lesson = LESSONS["learning-rate"]
    small = [replace(each, settings=replace(each.settings, images=200, epochs=2)) for each in lesson.experiments]
    monkeypatch.setitem(LESSONS, "learning-rate", replace(lesson, experiments=tuple(small)))


@pytest.mark.usefixtures("small_lesson")
def test_all_experiments_run_side_by_side_in_one_chart(open_page: Callable[..., AppTest]):
    page = open_page(lesson="learning-rate")
    page.button(key="train").click().run()
    page.button(key="run_all_learning_rate").click().run()
    visitor = visitor_of(page)
    assert not visitor.job.playing  # it pauses for the experiments
    assert [trial.value for trial in visitor.sweep.trials()] == [
        each.label for each in LESSONS["learning-rate"].experiments
    ]
    eventually(lambda: not visitor.sweep.busy)
    page.run()
    assert "6 networks side by side · 6 of them done" in text(page, "progress")
    assert page.button(key="pause").disabled
    assert re.findall(r"(\w+) steps: [\d.]+ [\d.]+%", text(page, "note")) == ["Short", "Medium", "Long"]
    assert text(page, "lessons").count("2 of 2") == 6
    page.button(key=key("learning-rate", 1)).click().run()  # a single one again
    assert not visitor.shows_sweep
    assert "side by side" not in text(page, "progress")
    assert text(page, "lessons").count("2 of 2") == 6  # it repeats one that is done


def test_same_drawing_is_read_in_both_forms(open_page: Callable[..., AppTest]):
    page = open_page(lesson="centring")
    assert "This is a test digit" in text(page, "lessons")
    draw(page, 4)
    shown = text(page, "lessons")
    assert "This is a test digit" not in shown
    assert "Just shrunk reads" in shown
    assert "MNIST’s form reads 4" in shown
    page.slider(key="push_across").set_value(-1.0).run()
    page.slider(key="push_down").set_value(1.0).run()
    assert "MNIST’s form reads 4" in text(page, "lessons")


def test_lesson_on_examples_learns_few_digits(open_page: Callable[..., AppTest]):
    few, *_, many = LESSONS["examples"].experiments
    for experiment, n in ((few, 2), (many, 16)):
        data = data_of(experiment)
        assert data == FewDigits(chosen_mnist(), n)
        dataset = data.load()
        np.testing.assert_array_equal(np.bincount(dataset.train.labels[: 10 * n]), n)
        assert (dataset.names, dataset.unseen) == (DIGITS, None)
    page = open_page(lesson="examples")
    page.button(key="run_all_examples").click().run()
    assert not page.exception
    sweep = visitor_of(page).sweep
    assert [job.data.load().train.labels.size for job in sweep.jobs] == [2_000, 4_000, 8_000, 16_000]
    sweep.pause()


@pytest.mark.usefixtures("small_lesson")
def test_guess_is_compared_with_its_own_experiment_only(open_page: Callable[..., AppTest]):
    page = open_page(lesson="learning-rate")
    assert "Guess first." in text(page, "lessons").split("What to expect.")[0]  # which tells what to guess
    page.button(key="guess_learning_rate").click().run()
    page.session_state["lab_guess_drawn"] = (0.1, *[0.9] * (POINTS - 1))
    page.button(key="run_all_learning_rate").click().run()
    eventually(lambda: not visitor_of(page).sweep.busy)
    assert "Your guess of Long steps: 1, dashed. On average" in text(page.run(), "note")
    assert re.search(r"Short steps: 0.003 [\d.]+%", text(page, "note"))  # the colors' names stay
    page.button(key=key("learning-rate", 0)).click().run()
    assert ", dashed. On average" not in text(at_rest(page), "note")
    assert "Your guess is for another run" in text(page, "lab_guess")
    page.button(key=key("learning-rate", 2)).click().run()
    assert "Your guess, dashed. On average" in text(at_rest(page), "note")
