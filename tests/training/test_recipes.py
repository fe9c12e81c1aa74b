"""The table of starting points."""

import pytest

from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.settings import Settings
from mlp.training.settings_table import SETTINGS, controls, settings_at


def test_the_page_begins_with_the_articles():
    assert next(iter(RECIPES)) == "article"
    assert RECIPES["article"].settings == Settings()
    assert list(RECIPES)[:6] == ["article", "quick", "handwriting", "small", "by-heart", "too-fast"]


@pytest.mark.parametrize("name", RECIPES)
def test_the_controls_can_stand_at_each(name):
    settings = RECIPES[name].settings
    positions = {
        key: position for one in SETTINGS for key, position in one.to_positions(getattr(settings, one.field)).items()
    }
    assert all(controls()[key].has(position) for key, position in positions.items())
    assert settings_at(positions) == settings
    assert recipe_of(settings) == name
