"""The plans of 45 minutes: what they name exists, and they are printed with their sheets."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import mlp.page.tabs.registry  # noqa: F401 (all places)
from mlp.page.tabs.classroom.ideas import IDEAS
from mlp.page.tabs.lessons.plan import PLANS, plan_html
from mlp.page.tabs.lessons.sheet import lesson_sheet
from mlp.page.tabs.places import ADDRESSES, opening
from tests.page.sight import markup, open_in, visitor_of
from tests.page.tabs.lessons.test_sheet import titles

PAGE = Path(__file__).resolve().parents[4] / "mlp" / "page"
LABELS = [idea.place for idea in IDEAS]


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_plan_takes_a_lesson_and_says_what_to_ask_and_to_say(plan):
    assert sum(stage.minutes for stage in plan.stages) == 45
    text = plan_html(plan)
    assert "43–45 min" in text
    for words in (plan.question, plan.stages[-1].usual, "If a device fails:"):
        assert words in text


@pytest.mark.parametrize("label", LABELS)
def test_each_place_of_an_idea_opens_under_its_label(open_page: Callable[..., AppTest], label: str):
    page = open_page(**ADDRESSES[label])
    assert not page.warning
    assert label in open_in(page)


def test_place_that_is_not_there_is_named_without_a_link():
    assert opening("Pixels & more") == "Pixels &amp; more"
    assert opening("Who writes like MNIST?").endswith('href="?lesson=writers">Who writes like MNIST?</a>')


def test_everything_to_press_in_a_plan_is_a_label_on_the_page():
    sources = "".join(path.read_text(encoding="utf-8") for path in PAGE.rglob("*.py") if path.name != "plan.py")
    named = {each for plan in PLANS.values() for each in re.findall("<em>(.*?)</em>", plan_html(plan))}
    assert {"Let in", "Teach it these", "Run all"} < named
    assert sorted(each for each in named if f'"{each}"' not in sources) == []


def test_chosen_plan_is_drawn_for_teachers(open_page: Callable[..., AppTest]):
    page = open_page(tab="Lessons")
    assert plan_html(PLANS["Digits"]) in markup(page)
    page.button_group(key="plan").set_value("Signs of our own").run()
    assert plan_html(PLANS["Signs of our own"]) in markup(page)
    assert plan_html(PLANS["Digits"]) not in markup(page)
    assert "st-key-for_teachers" in markup(open_page(tab="Lessons", hide="for-teachers"))


def test_plan_is_printed_before_the_sheet_of_its_lessons_whatever_was_done(open_page: Callable[..., AppTest]):
    page = open_page(lesson="overfitting")
    page.text_area(key="answer_of_overfitting").set_value("It knows <b>only</b> those.").run()
    visitor = visitor_of(page)
    printed = lesson_sheet(visitor, PLANS["Digits"])
    assert printed.index("43–45 min") < printed.index("Lessons with Inkling</h1>")
    assert titles(printed) == [
        "Overfitting on little data",
        "Who writes like MNIST?",
        "Does it read me because I taught it?",
    ]
    assert "&lt;b&gt;only" in printed
    assert titles(lesson_sheet(visitor)) == ["Overfitting on little data"]
