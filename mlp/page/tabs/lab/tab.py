"""Tab "Lab": the choice of an experiment, and the open experiment with its questions."""

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page.session_var import ControlVar
from mlp.page.style.html import scroll_to
from mlp.page.style.redraw import On, Where, part
from mlp.page.tabs.lab import fool, morph, valley, wish
from mlp.page.tabs.lab import map as digit_map
from mlp.page.tabs.lab.room import Room, draw_room
from mlp.page.tabs.places import Rooms, Section
from mlp.page.visitors.visitor import Visitor

ROOMS = {
    "fool": Room("Fool it", fool.IDEA, fool.view, fool.choices),
    "map": Room("Map", digit_map.IDEA, digit_map.view),
    "morph": Room("Morph", morph.IDEA, morph.view, morph.choices),
    "wish": Room("What it would like to see", wish.IDEA, wish.view, wish.choices),
    "valley": Room("Valley", valley.IDEA, valley.view, valley.choices, takes_any_network=True),
}
LAB_ROOMS = Rooms("lab", "Lab", {name: room.title for name, room in ROOMS.items()}, ControlVar("lab_choice", ""))


def lab_section(visitor: Visitor, data: Dataset) -> None:
    """Draw the choice of an experiment, and the open experiment."""
    _lab(visitor, data)
    if LAB_ROOMS.is_linked:
        scroll_to("lab_card")


@part("lab_rooms", on=On.VIEW, where=Where.TAB)
def _lab(visitor: Visitor, data: Dataset) -> None:
    with st.container(key="lab_card"):
        chosen = LAB_ROOMS.draw_choice("Experiment")
        if chosen is None:
            st.caption("All experiments of the lab are hidden here.")
            return
        with st.container(key=f"lab_{chosen}"):
            draw_room(visitor, data, chosen, ROOMS[chosen], key="lab_view")


LAB = Section("Lab", lab_section, looks_at_images=True, rooms=LAB_ROOMS)
