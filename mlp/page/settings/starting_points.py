"""Offer the starting points: settings with a name, one click each."""

import streamlit as st

from mlp.images.mnist import local_folder
from mlp.page import state
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.training.data.sources import Mnist
from mlp.training.data.written_data import training_data, write_in_background
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.settings import Settings
from mlp.training.settings_table import SETTINGS, controls

FIRST = "article"


def starting_points() -> None:
    """Draw a button for each starting point, and what the chosen one is for; one whose settings were changed is not on.

    Before the controls, which it moves. The digits that the settings ask for are written meanwhile.
    """
    settings = chosen_settings()
    _follow(settings)
    with st.container(key="starting_points"):
        st.pills(
            "Start from",
            list(RECIPES),
            key=state.recipe.key,
            format_func=lambda name: RECIPES[name].label,
            on_change=_choose,
        )
        chosen = recipe_of(settings)
        st.caption(RECIPES[chosen].explained if chosen else "Settings of your own.")
    if settings.written:
        folder = local_folder()
        write_in_background(training_data(Mnist(None if folder is None else str(folder)), settings))


def take_linked_recipe() -> None:
    """Bring the controls to the starting point that the link names, but for those that the link sets itself; once."""
    if state.recipe_taken.get():
        return
    state.recipe_taken.set(True)
    name = st.query_params.get("recipe")
    if name not in RECIPES:
        return
    for one in SETTINGS:
        for key, position in one.to_positions(getattr(RECIPES[name].settings, one.field)).items():
            if key not in st.query_params and key in controls():
                state.control(key).set(position)


def _choose() -> None:
    name = state.recipe.get()
    set_controls(RECIPES[name if name in RECIPES else FIRST].settings)
    draw_settings_anew()


def draw_settings_anew() -> None:
    """Draw all controls anew, for callbacks: some stand at the side, some on the train card, and one moves another."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is None or context.fragment_ids_this_run:
        st.rerun(["settings", "card_settings", *(["teachers_link"] if state.tab.get() == "Lessons" else [])])


def _follow(settings: Settings) -> None:
    """Set button and link to the starting point that the controls are at, if they are at one."""
    name = recipe_of(settings)
    state.recipe.set(name)
    if name is None or name == FIRST:
        st.query_params.pop("recipe", None)
    elif st.query_params.get("recipe") != name:
        st.query_params["recipe"] = name
