"""Offer the starting points: settings with a name, one click each."""

from functools import partial

import streamlit as st

from mlp.images.mnist import local_folder
from mlp.page import state
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.style.fragments import draw_anew, fragment
from mlp.training.data.sources import Mnist
from mlp.training.data.written_data import training_data, write_in_background
from mlp.training.recipes import RECIPES, recipe_of

GROUPS = {"Good": False, "Watch it fail": True}
"""What starting points are for, with `Recipe.fails`."""


@partial(fragment, key="starting_points_row")
def starting_points() -> None:
    """Draw a button for each starting point, and what the chosen one is for; one whose settings were changed is not on.

    A press says nothing of what is on, so that no late message sets the controls back. The digits that the settings ask
    for are written meanwhile.
    """
    settings = chosen_settings()
    chosen = recipe_of(settings)
    with st.container(key="starting_points"):
        with st.container(horizontal=True, key="recipe", gap="small", vertical_alignment="center"):
            for said, fails in GROUPS.items():
                with st.container(horizontal=True, key=f"recipes_{fails:d}", gap="xsmall", vertical_alignment="center"):
                    st.html(f'<p class="ink-status">{said}</p>', width="content")
                    for name in (name for name, recipe in RECIPES.items() if recipe.fails is fails):
                        _button(name, is_on=name == chosen)
        st.caption(RECIPES[chosen].explained if chosen else "Settings of your own.")
    if settings.written:
        folder = local_folder()
        write_in_background(training_data(Mnist(None if folder is None else str(folder)), settings))


def _button(name: str, *, is_on: bool) -> None:
    st.button(
        RECIPES[name].label,
        key=f"recipe_{name.replace('-', '_')}",
        type="primary" if is_on else "secondary",
        help=RECIPES[name].explained,
        on_click=_choose,
        args=(name,),
    )


def _choose(name: str) -> None:
    set_controls(RECIPES[name].settings)
    draw_settings_anew()


def draw_settings_anew() -> None:
    """Draw all controls anew, for callbacks: some stand at the side, some on the train card, and one moves another."""
    draw_anew(["starting_points_row", "settings", "card_settings", *state.settings_readers.get()])


def follow_settings(fragment: str, *, first: bool = False) -> None:
    """Rerun the fragment of this key too whenever a control was moved.

    Sections call it where they draw the fragment; the first one drops those of the last run, which may be gone.
    """
    state.settings_readers.set((fragment,) if first else (*state.settings_readers.get(), fragment))
