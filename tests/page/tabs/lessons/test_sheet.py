"""The sheet of a pupil: results, guesses and answers of all lessons, to print."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.analysis.guess_comparison import POINTS
from mlp.page.tabs.lessons.sheet import lesson_sheet
from mlp.page.visitors.visitor import MAX_ANSWER_CHARS
from tests.page.sight import eventually, visitor_of
from tests.page.tabs.test_lessons import small_lesson  # noqa: F401

GUESS = tuple(np.linspace(0.1, 0.9, POINTS).tolist())


def titles(sheet: str) -> list[str]:
    return re.findall("<h2>(.*?)</h2>", sheet)


def test_answer_and_nickname_are_on_the_sheet_escaped(open_page: Callable[..., AppTest]):
    page = open_page(lesson="overfitting")
    page.text_area(key="answer_of_overfitting").set_value("It knows <b>only</b> those.").run()
    page.text_input(key="sheet_nickname").set_value("Ada & Bo").run()
    sheet = lesson_sheet(visitor_of(page))
    assert titles(sheet) == ["Overfitting on little data"]
    assert "It knows &lt;b&gt;only&lt;/b&gt; those." in sheet
    assert "Ada &amp; Bo, " in sheet
    page.text_area(key="answer_of_overfitting").set_value("").run()
    assert titles(lesson_sheet(visitor_of(page))) == []
    visitor_of(page).answer("overfitting", "x" * 1000)
    assert visitor_of(page).answers == {"overfitting": "x" * MAX_ANSWER_CHARS}


@pytest.mark.usefixtures("small_lesson")
def test_results_and_guess_are_on_the_sheet_of_their_lesson_only(open_page: Callable[..., AppTest]):
    page = open_page(lesson="learning-rate")
    page.button(key="guess_learning_rate").click().run()
    page.session_state["lab_guess_drawn"] = GUESS
    page.button(key="run_all_learning_rate").click().run()
    visitor = visitor_of(page)
    eventually(lambda: not visitor.sweep.busy)
    page.run()
    sheet = lesson_sheet(visitor)
    assert titles(sheet) == ["Learning rate"]
    assert sheet.count("2 of 2") == 6
    for trial in visitor.sweep.trials():
        assert f"<td>{trial.accuracy:.1%}</td>" in sheet
    assert ": 90% at the end. On average " in sheet
