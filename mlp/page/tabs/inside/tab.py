"""Tab "Look inside": the network at work with tools, its first layer, pixels that spoke, its health; each a room."""

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.style.html import scroll_to
from mlp.page.style.redraw import On, Where, part
from mlp.page.tabs.inside import damage, evidence, first_layer, network_picture, rewind, spreads
from mlp.page.tabs.lab.room import Room, draw_room
from mlp.page.tabs.places import Rooms, Section
from mlp.page.visitors.visitor import Visitor


def _picture(visitor: Visitor, data: Dataset) -> None:
    network_picture.draw(answering(visitor), subject(data))


TOOLS = {
    "look": Room("Look", "", _picture, lambda _visitor, data: subject_choice(data)),
    "damage": Room("Damage", damage.IDEA, damage.view, damage.choices),
    "rewind": Room("Rewind", rewind.IDEA, rewind.view, rewind.choices, takes_any_network=True),
    "weights": Room("First layer", "", first_layer.view, first_layer.choices, takes_any_network=True),
    "pixels": Room("Pixels", "", evidence.view, evidence.choices),
    "health": Room("Health", "", spreads.view),
}
TOOL_ROOMS = Rooms("lab", "Look inside", {name: tool.title for name, tool in TOOLS.items()}, state.network_tool)
"""Links name them like experiments of the lab."""


def inside_section(visitor: Visitor, data: Dataset) -> None:
    """Draw the choice of a room, and the chosen one."""
    _inside(visitor, data)
    if TOOL_ROOMS.is_linked:
        scroll_to("tab-look-inside")


@part("inside", on=On.VIEW, where=Where.TAB)
def _inside(visitor: Visitor, data: Dataset) -> None:
    chosen = TOOL_ROOMS.draw_choice("Look inside")
    if chosen is not None:
        with st.container(key=f"lab_{chosen}"):
            draw_room(visitor, data, chosen, TOOLS[chosen], key="inside_drawn")


INSIDE = Section("Look inside", inside_section, looks_at_images=True, rooms=TOOL_ROOMS)
