"""Starting points: one click each, in links, and let go of when a control is moved."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.settings import starting_points
from mlp.training.recipes import RECIPES
from tests.page.sight import at_rest, visitor_of


@pytest.fixture(autouse=True)
def nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What would be written in the background."""
    asked: list[object] = []
    monkeypatch.setattr(starting_points, "write_in_background", asked.append)
    return asked


def trained_with(page: AppTest):
    page.button(key="step").click().run()
    return at_rest(page) and visitor_of(page).job.snapshot().settings


def test_a_click_brings_the_settings_and_a_moved_slider_lets_go_of_it(page: AppTest):
    assert page.pills(key="recipe").value == "article"
    page.pills(key="recipe").set_value("small").run()
    assert page.slider(key="width_1").value == 8
    assert RECIPES["small"].explained in [caption.value for caption in page.caption]
    assert page.query_params["recipe"] == "small"
    assert trained_with(page) == RECIPES["small"].settings
    page.slider(key="width_1").set_value(9).run()
    assert page.pills(key="recipe").value is None
    assert "recipe" not in page.query_params
    page.slider(key="width_1").set_value(8).run()
    assert page.pills(key="recipe").value == "small"


def test_a_link_opens_with_it_and_what_the_link_sets_itself_wins(open_page: Callable[..., AppTest], nothing_is_written):
    page = open_page(recipe="handwriting")
    assert page.pills(key="recipe").value == "handwriting"
    assert page.toggle(key="written").value
    assert nothing_is_written  # it is under way before anybody presses Train
    page = open_page(recipe="small", epochs="3", width_1="20")
    assert trained_with(page).hidden == (20,)
    assert trained_with(page).epochs == 3
    assert page.pills(key="recipe").value is None


def test_a_link_to_none_of_them_is_told(open_page: Callable[..., AppTest]):
    page = open_page(recipe="slow")
    assert "recipe must be one of article, quick, " in page.main.warning[0].value
    assert page.pills(key="recipe").value == "article"
