"""Draw the recipes: named settings, trained at one click."""

from collections.abc import Callable

import streamlit as st

from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.style.link import hidable
from mlp.page.style.redraw import On, part, rerun_page
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import training_data, write_in_background
from mlp.training.recipes import RECIPES, recipe_of

GROUPS = {"Good": False, "Fail": True}
"""Headings of the recipes, with `Recipe.fails`."""

hidable("starting-points", "Recipes", ".st-key-recipe")


@part("starting_points_row", on=On.SETTING)
def recipe_buttons(train: Callable[[], None]) -> None:
    """Draw a button for each recipe, which moves the controls and calls ``train``.

    The buttons do not store the chosen recipe, so no late message can set the controls back. If the settings need
    synthetic digits, a thread starts to make them.
    """
    settings = chosen_settings()
    chosen = recipe_of(settings)
    with st.container(key="recipe", gap=None):
        for text, fails in GROUPS.items():
            with st.container(horizontal=True, key=f"recipes_{fails:d}", gap="xsmall", vertical_alignment="center"):
                st.html(f'<p class="ink-status">{text}</p>', width="content")
                for name in (name for name, recipe in RECIPES.items() if recipe.fails is fails):
                    _button(name, train, is_on=name == chosen)
    if settings.synthetic:
        write_in_background(training_data(chosen_mnist(), settings))


def _button(name: str, train: Callable[[], None], *, is_on: bool) -> None:
    st.button(
        RECIPES[name].label,
        key=f"recipe_{name.replace('-', '_')}",
        type="primary" if is_on else "secondary",
        on_click=_choose,
        args=(name, train),
    )


def _choose(name: str, train: Callable[[], None]) -> None:
    set_controls(RECIPES[name].settings)
    train()
    rerun_page()
