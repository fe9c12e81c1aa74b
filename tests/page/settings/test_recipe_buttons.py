"""Recipes: trained at one click, in links, and deselected when a control is moved."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mlp.training.recipes import RECIPES
from tests.page.sight import address, eventually, text, trained_with, visitor_of


def on(page: AppTest) -> list[str]:
    """Return the names of the recipes that are shown as the current settings."""
    return [name for name in RECIPES if page.button(key=f"recipe_{name.replace('-', '_')}").proto.type == "primary"]


def test_recipe_trains_at_one_click_beside_the_run_before(page: AppTest):
    for name in ("article", "small"):
        page.button(key=f"recipe_{name}").click().run()
        visitor = visitor_of(page)
        assert visitor.job.playing
        eventually(lambda: visitor_of(page).job.snapshot().step)
    assert visitor.job.snapshot().settings == RECIPES["small"].settings
    assert [run.snapshot.settings for run in visitor.runs.shown_runs()] == [RECIPES["article"].settings]


def test_recipe_sets_controls_and_moved_slider_deselects_it(page: AppTest):
    assert on(page) == ["article"]
    assert "recipe" not in address(page)
    page.button(key="recipe_small").click().run()
    assert page.slider(key="width_1").value == 8
    assert text(page, "note") == RECIPES["small"].explained
    assert address(page)["recipe"] == ["small"]
    assert trained_with(page) == RECIPES["small"].settings
    page.slider(key="width_1").set_value(9).run()
    assert on(page) == []
    assert "recipe" not in address(page)
    page.slider(key="width_1").set_value(8).run()
    assert on(page) == ["small"]


def test_link_opens_a_recipe_and_its_own_values_win(open_page: Callable[..., AppTest]):
    page = open_page(recipe="handwriting")
    assert on(page) == ["handwriting"]
    assert page.toggle(key="written").value
    page = open_page(recipe="small", epochs="3", width_1="20")
    assert trained_with(page).hidden == (20,)
    assert trained_with(page).epochs == 3
    assert on(page) == []
