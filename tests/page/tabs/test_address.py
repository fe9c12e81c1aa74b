"""The address matches the page, and old links still open their views."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.tabs.lab.lab_section import EXPERIMENTS
from tests.page.sight import address


def shown(page: AppTest) -> str:
    """The part of a tab that is open, after its tab if that has another name."""
    tab, part = page.segmented_control(key="tab").value, page.session_state["shown_section"]
    return str(part) if tab == part else f"{tab}: {part}"


def lesson(page: AppTest) -> str | None:
    """The open lesson."""
    return next((choice.value for choice in page.pills if choice.key == "lesson_choice"), None)


def test_only_other_values_than_the_defaults_are_in_the_address(page: AppTest):
    assert address(page) == {}
    page.slider(key="epochs").set_value(3).run()
    page.select_slider(key="learning_rate").set_value(0.02).run()
    page.toggle(key="warp").set_value(True).run()
    page.multiselect(key="without_styles").set_value(["one_footed", "four_open"]).run()
    page.segmented_control(key="speed").set_value("Slow").run()
    assert address(page) == {
        "learning_rate": ["0.02"],
        "epochs": ["3"],
        "warp": ["true"],
        "without_styles": ["one_footed", "four_open"],
        "speed": ["Slow"],
    }
    page.slider(key="epochs").set_value(25).run()
    assert "epochs" not in address(page)


def test_address_opens_the_same_page(page: AppTest, open_page: Callable[..., AppTest]):
    page.slider(key="hidden_layers").set_value(3).run()
    page.slider(key="width_3").set_value(70).run()
    page.slider(key="momentum").set_value(0.25).run()
    page.number_input(key="seed").set_value(7).run()
    page.segmented_control(key="tab").set_value("Lab").run()
    page.segmented_control(key="lab_choice").set_value("valley").run()
    link = address(page)
    again = open_page(**link)
    assert address(again) == link
    assert (shown(again), again.segmented_control(key="lab_choice").value) == ("Lab", "valley")
    assert again.slider(key="width_3").value == 70


@pytest.mark.parametrize(
    ("link", "tab"),
    [
        ({"tab": "Mistakes and data"}, "Mistakes and data: Mistakes"),
        ({"tab": "Data"}, "Mistakes and data: Data"),
        ({"tab": "Your drawings"}, "Mine: Your drawings"),
        ({"tab": "Lessons"}, "Look inside"),
        ({"lab": "map"}, "Lab"),
        ({"lab": "damage"}, "Look inside"),
        ({"lab": "guess"}, "Look inside"),
        ({"tab": "lab"}, "Lab"),
        ({"tab": "MISTAKES and data"}, "Mistakes and data: Mistakes"),
        ({"tab": "Lab", "lab": "rewind"}, "Look inside"),
        ({"tab": "Lab", "lab": "rewind", "hide": "lab-rewind"}, "Lab"),
        ({"lab": "map", "hide": "lab-map"}, "Look inside"),
        ({"hide": "tab-look-inside"}, "Mistakes and data: Mistakes"),
        ({"hide": "tab-mistakes", "tab": "Data"}, "Data"),
    ],
)
def test_link_opens_its_tab(open_page: Callable[..., AppTest], link: dict[str, str], tab: str):
    assert shown(open_page(**link)) == tab


@pytest.mark.parametrize(
    ("link", "opened"),
    [
        ({"lesson": "overfitting"}, "overfitting"),
        ({"lesson": "overfitting", "tab": "Runs"}, "overfitting"),
        ({"tab": "lessons"}, "learning-rate"),
        ({"lesson": "alchemy"}, None),
        ({"tab": "Lab"}, None),
    ],
)
def test_link_opens_its_lesson(open_page: Callable[..., AppTest], link: dict[str, str], opened: str | None):
    page = open_page(**link)
    assert lesson(page) == opened
    assert address(page).get("lesson") == (None if opened is None else [opened])


def test_lessons_stay_open_while_tabs_change_until_they_are_closed(page: AppTest):
    page.button(key="open_lessons").click().run()
    page.segmented_control(key="tab").set_value("Mine").run()
    assert address(page) == {"lesson": ["learning-rate"], "tab": ["Runs"]}
    page.button(key="close_lessons").click().run()
    assert lesson(page) is None
    assert address(page) == {"tab": ["Runs"]}


def test_request_opens_a_section_once_and_a_hidden_one_nothing(open_page: Callable[..., AppTest]):
    page = open_page(hide="tab-data")
    for requested, opened in (
        ("Your drawings", "Mine: Your drawings"),
        ("Data", "Mine: Your drawings"),
        ("Lab", "Lab"),
    ):
        page.session_state["requested_tab"] = requested
        page.run()
        assert shown(page) == opened
    page.segmented_control(key="tab").set_value("Mine").run()
    assert shown(page) == "Mine: Your drawings"


def test_part_stays_open_while_other_tabs_are_visited(open_page: Callable[..., AppTest]):
    page = open_page(tab="Data")
    page.segmented_control(key="tab").set_value("Mine").run()
    page.segmented_control(key="section_mine").set_value("Your drawings").run()
    assert (shown(page), address(page)) == ("Mine: Your drawings", {"tab": ["Your drawings"]})
    page.segmented_control(key="tab").set_value("Mistakes and data").run()
    assert (shown(page), address(page)) == ("Mistakes and data: Data", {"tab": ["Data"]})
    page.segmented_control(key="tab").set_value("Mine").run()
    assert shown(page) == "Mine: Your drawings"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_link_opens_its_experiment_of_the_lab(open_page: Callable[..., AppTest], name: str):
    page = open_page(lab=name)
    assert page.segmented_control(key="lab_choice").value == name
    assert address(page) == {"tab": ["Lab"], **({} if name == next(iter(EXPERIMENTS)) else {"lab": [name]})}


@pytest.mark.parametrize("link", [{}, {"tab": "Lab"}, {"tab": "Look inside"}], ids=["alone", "earlier tab", "tab"])
def test_link_opens_its_tool_of_the_network(open_page: Callable[..., AppTest], link: dict[str, str]):
    page = open_page(lab="damage", **link)
    assert page.segmented_control(key="network_tool_choice").value == "damage"
    assert address(page) == {"lab": ["damage"]}
    page.segmented_control(key="network_tool_choice").set_value("look").run()
    assert address(page) == {}


def test_foreign_names_in_a_link_stay(open_page: Callable[..., AppTest]):
    page = open_page(hide="tab-runs,seed", teacher="4", class_of=["a", "b"])
    page.segmented_control(key="tab").set_value("Mistakes and data").run()
    others = {"hide": ["tab-runs,seed"], "teacher": ["4"], "class_of": ["a", "b"]}
    assert address(page) == {**others, "tab": ["Mistakes"]}


@pytest.mark.parametrize(
    ("link", "warned"),
    [
        ({"tab": "Alchemy"}, "Tab must be one of Look inside, Mistakes and data, .*, Lessons, got Alchemy"),
        ({"lab": "alchemy"}, "Look inside or Lab must be one of look, damage, rewind, weights, .*, got alchemy"),
        ({"lesson": "alchemy"}, "Lesson must be one of learning-rate, .*, got alchemy"),
        ({"width_1": "0"}, "Width of layer 1 must be a whole number from 8 to .*, got 0"),
        ({"recipe": "gold"}, "Recipe must be one of .*, got gold"),
        ({"speed": "warp"}, "Speed must be one of .*, got warp"),
    ],
)
def test_missing_place_in_a_link_is_named(open_page: Callable[..., AppTest], link: dict[str, str], warned: str):
    [warning] = open_page(**link).warning
    assert re.search(warned, warning.value)
