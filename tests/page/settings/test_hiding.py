"""Controls and sections that a link hides."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.script.link import HIDABLE
from mlp.page.tabs.lab.fool import QUESTIONS
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.tabs.places import Section, place_key
from mlp.page.tabs.registry import SECTIONS, TABS
from tests.page.sight import text, visitor_of

LESSONS_MD = (Path(__file__).resolve().parents[3] / ".github" / "LESSONS.md").read_text(encoding="utf-8")


def styles(page: AppTest) -> str:
    return " ".join(
        element.proto.body for element in page.get("html") if "display: none !important" in element.proto.body
    )


def tabs(page: AppTest) -> list[str]:
    return [tab for bar in page.segmented_control if bar.key == "tab" for tab in bar.options]


def test_hidden_control_keeps_its_value_from_the_link(open_page: Callable[..., AppTest]):
    page = open_page(hide="optimizer,momentum", optimizer="adam", learning_rate="0.001")
    assert ".st-key-control_optimizer, .st-key-control_momentum" in styles(page)
    page.button(key="step").click().run()
    settings = visitor_of(page).job.snapshot().settings
    assert (settings.optimizer, settings.learning_rate) == ("adam", 0.001)


def test_hidden_tab_is_gone_and_the_others_stay(open_page: Callable[..., AppTest]):
    page = open_page(hide="tab-lab,tab-data,tab-lessons")
    assert tabs(page) == ["Look inside", "Mistakes", "Step by step", "Mine"]
    assert not any(one.key == "open_lessons" for one in page.button)
    page.segmented_control(key="tab").set_value("Mine").run()
    mine = [section.name for section in TABS["Mine"]]
    assert list(page.segmented_control(key="section_mine").options) == mine
    assert tabs(open_page(hide=",".join(map(place_key, mine[1:]))))[-1] == mine[0]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_each_part_of_a_tab_can_be_hidden(open_page: Callable[..., AppTest], section: Section):
    page = open_page(hide=place_key(section.name), tab=section.name)
    assert page.session_state["shown_section"] != section.name
    assert re.search(f"Tab must be one of .*, got {section.name}", page.warning[0].value)
    assert len(page.warning) == 1


def test_unknown_name_hides_nothing_and_is_reported(open_page: Callable[..., AppTest]):
    page = open_page(hide="optimiser,seed")
    assert "optimizer" not in styles(page)
    assert "control_seed" in styles(page)
    assert "hide must be names listed in .github/LESSONS.md, got optimiser." in page.warning[0].value
    assert text(page).index("in this link") < text(page).index("Draw a digit")


def test_hidden_answers_are_nowhere_on_the_page(open_page: Callable[..., AppTest]):
    answer = LESSONS["overfitting"].answer[:40]
    assert answer in text(open_page(lesson="overfitting"), "lessons")
    assert answer not in text(open_page(lesson="overfitting", hide="answers"), "lessons")
    ask, answer = QUESTIONS[0]
    shown, hidden = (text(open_page(lab="fool", **more), "lab_fool") for more in ({}, {"hide": "answers"}))
    assert ask in shown
    assert answer in shown
    assert ask in hidden
    assert answer not in hidden


def test_hidden_lesson_is_not_among_those_to_choose(open_page: Callable[..., AppTest]):
    page = open_page(tab="Lessons", hide="lesson-learning-rate")
    assert not any("Learning rate" in option for option in page.pills(key="lesson_choice").options)
    assert LESSONS["width-and-depth"].title in [header.value for header in page.subheader]
    everything = ",".join(f"lesson-{name}" for name in LESSONS)
    assert "All lessons are hidden" in text(open_page(tab="Lessons", hide=everything), "lessons")


@pytest.mark.parametrize("hide", ["tab-lessons", "lesson-overfitting"])
def test_link_that_hides_what_it_opens_says_so(open_page: Callable[..., AppTest], hide: str):
    page = open_page(lesson="overfitting", hide=hide)
    assert re.search("Lesson must be .*, got overfitting", page.warning[0].value)


@pytest.mark.usefixtures("page")
def test_document_for_teachers_lists_each_name_to_hide():
    listed = re.findall(r"^\| `(.*)` \| (.*) \|$", LESSONS_MD, re.MULTILINE)
    assert listed == sorted(((name, one.label) for name, one in HIDABLE.items()), key=lambda one: one[1])


@pytest.mark.parametrize("link", re.findall(r"`\?(.*?)`", LESSONS_MD))
def test_link_of_the_document_for_teachers_is_followed(open_page: Callable[..., AppTest], link: str):
    assert not open_page(**dict(parse_qsl(link))).warning
