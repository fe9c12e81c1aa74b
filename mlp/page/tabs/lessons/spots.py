"""Buttons of a lesson, each of which opens and highlights a part of the page that the lesson talks about."""

from typing import Any, NamedTuple

import streamlit as st

from mlp.page import state
from mlp.page.style.html import scroll_to
from mlp.page.style.link import hidden
from mlp.page.tabs.lab.tab import LAB_ROOMS
from mlp.page.tabs.places import go_to, place_key

shown_spot = state.SessionVar[tuple[str, int]]("shown_spot", ("", 0))
"""The key of the highlighted part, and the number of presses."""


class Spot(NamedTuple):
    """A part of the page: the label of its button, the key of the container to highlight, its section, and its room."""

    label: str
    key: str
    section: str | None = None
    choice: tuple[state.SessionVar[Any], str] | None = None


LEARNING_RATE = Spot("Learning rate", "control_learning_rate")
CURVES = Spot("Curves", "curves")
VALLEY = Spot("Valley", "lab_valley", "Lab", (LAB_ROOMS.chosen, "valley"))
FIRST_LAYER = Spot("First layer", "tab-look-inside", "Look inside", (state.network_tool, "weights"))
LOSS = Spot("Loss", "loss_curve")
MISTAKES = Spot("Mistakes", "tab-mistakes", "Mistakes")
YOUR_SIGNS = Spot("Your signs", "tab-your-drawings", "Your drawings", (state.drawings_of, "signs"))
CANVAS = Spot("Canvas", "draw_card")
WHAT_IT_SEES = Spot("What it sees", "way_line")

SPOTS = {
    "learning-rate": (LEARNING_RATE, CURVES, VALLEY),
    "width-and-depth": (CURVES, FIRST_LAYER),
    "overfitting": (LOSS, MISTAKES),
    "examples": (CURVES, YOUR_SIGNS),
    "centring": (CANVAS, WHAT_IT_SEES),
}
"""By the name of the lesson."""
HERE = "lesson_spots"
"""The key of the row with the buttons."""


def spots(lesson: str) -> None:
    """Draw a button for each spot of a lesson, highlight the chosen one, and offer a way back from it."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=HERE):
        st.html('<p class="ink-status">Show me:</p>', width="content")
        for number, spot in enumerate(SPOTS[lesson]):
            if spot.section is None or place_key(spot.section) not in hidden():
                key = f"spot_{lesson}_{number}".replace("-", "_")
                st.button(spot.label, key=key, type="tertiary", on_click=_show, args=(spot,))
    key, times = shown_spot.get()
    if not times:
        return
    scroll_to(key, f"spot {times}", highlight=True)
    if key != HERE:
        in_a_tab = any(spot.key == key and spot.section is not None for spot in SPOTS[lesson])
        with st.container(key="back_from_tab" if in_a_tab else "back_from_stage"):  # the style sheet lets it float
            st.button("Back to the lesson", key="back_to_lesson", icon=":material/arrow_back:", on_click=_back)


def _back() -> None:
    shown_spot.set((HERE, shown_spot.get()[1] + 1))


def _show(spot: Spot) -> None:
    if spot.choice is not None:
        chosen, value = spot.choice
        chosen.set(value)
    shown_spot.set((spot.key, shown_spot.get()[1] + 1))
    if spot.section is not None:
        go_to(spot.section)
