"""The table of recipes."""

import pytest

from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.settings import Settings, controls, positions_of, settings_at


def test_page_starts_with_the_articles_recipe():
    assert next(iter(RECIPES)) == "article"
    assert RECIPES["article"].settings == Settings()
    assert list(RECIPES)[:6] == ["article", "quick", "handwriting", "small", "by-heart", "too-fast"]


@pytest.mark.parametrize("name", RECIPES)
def test_controls_can_show_each_recipe(name):
    settings = RECIPES[name].settings
    positions = positions_of(settings)
    assert all(controls()[key].has(position) for key, position in positions.items())
    assert settings_at(positions) == settings
    assert recipe_of(settings) == name
