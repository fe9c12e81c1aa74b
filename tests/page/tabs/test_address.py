"""The address is that of what the page shows, and every link of before opens what it names."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.settings.hiding import LAB_ROOMS
from tests.page.sight import address


def shown(page: AppTest) -> str:
    """The tab that is open."""
    return str(page.segmented_control(key="tab").value)


def test_the_address_of_an_untouched_page_is_bare(page: AppTest):
    assert address(page) == {}


def test_non_default_values_are_in_the_address(page: AppTest):
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


def test_the_address_that_a_page_tells_opens_the_same_page(page: AppTest, open_page: Callable[..., AppTest]):
    page.slider(key="hidden_layers").set_value(3).run()
    page.slider(key="width_3").set_value(70).run()
    page.slider(key="momentum").set_value(0.25).run()
    page.number_input(key="seed").set_value(7).run()
    page.segmented_control(key="tab").set_value("Lab").run()
    page.segmented_control(key="lab_choice").set_value("valley").run()
    told = address(page)
    again = open_page(**told)
    assert address(again) == told
    assert (shown(again), again.segmented_control(key="lab_choice").value) == ("Lab", "valley")
    assert again.slider(key="width_3").value == 70


@pytest.mark.parametrize(
    ("link", "tab"),
    [
        ({"tab": "Runs"}, "Runs"),
        ({"tab": "Step through"}, "Step through"),
        ({"lab": "map"}, "Lab"),
        ({"lesson": "overfitting"}, "Lessons"),
        ({"lesson": "overfitting", "tab": "Runs"}, "Runs"),
        ({"lab": "map", "hide": "lab-map"}, "Look inside"),
        ({"hide": "tab-look-inside"}, "Mistakes"),
        ({"lab": "fool", "lab_dare": "4"}, "Lab"),
        ({"inside_view": "First layer"}, "Look inside"),
        ({"tab": "Cellar"}, "Look inside"),
    ],
)
def test_a_link_opens_its_tab(open_page: Callable[..., AppTest], link: dict[str, str], tab: str):
    assert shown(open_page(**link)) == tab


@pytest.mark.parametrize("room", LAB_ROOMS)
def test_a_link_opens_its_room_of_the_lab(open_page: Callable[..., AppTest], room: str):
    page = open_page(lab=room)
    assert page.segmented_control(key="lab_choice").value == room
    assert address(page) == {"tab": ["Lab"], "lab": [room]}


def test_a_link_opens_its_view_of_a_tab(open_page: Callable[..., AppTest]):
    assert open_page(inside_view="While it learns").segmented_control(key="inside_view").value == "spreads"
    page = open_page(tab="Mistakes", mistakes_on="Test data")
    assert page.segmented_control(key="mistakes_on").value == "test"
    assert address(page)["mistakes_on"] == ["Test data"]
    page.segmented_control(key="mistakes_on").set_value("validation").run()
    assert address(page) == {"tab": ["Mistakes"]}


def test_names_in_a_link_that_are_not_the_page_s_own_stay(open_page: Callable[..., AppTest]):
    page = open_page(hide="tab-runs,seed", lab_dare="4", class_of=["a", "b"])
    page.segmented_control(key="tab").set_value("Data").run()
    assert address(page) == {"hide": ["tab-runs,seed"], "lab_dare": ["4"], "class_of": ["a", "b"], "tab": ["Data"]}


def test_a_room_leaves_the_address_with_its_tab_and_is_open_again_with_it(open_page: Callable[..., AppTest]):
    page = open_page(lab="map")
    page.segmented_control(key="tab").set_value("Runs").run()
    assert address(page) == {"tab": ["Runs"]}
    page.segmented_control(key="tab").set_value("Lab").run()
    assert address(page) == {"tab": ["Lab"], "lab": ["map"]}
