"""Tab "Look inside": the network at work with tools, its first layer, pixels that spoke, its health; each a room."""

from typing import Any

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.style import theme
from mlp.page.style.redraw import On, Where, part
from mlp.page.style.scrolling import scroll_to
from mlp.page.tabs.inside import damage, evidence, first_layer, network_picture, rewind, spreads
from mlp.page.tabs.lab.room import Room, draw_room
from mlp.page.tabs.places import Rooms, Section
from mlp.page.visitors.visitor import Visitor


def _picture(visitor: Visitor, data: Dataset) -> None:
    network_picture.draw(answering(visitor), subject(data), theme.colors())


def _first_layer(visitor: Visitor, _data: Dataset) -> None:
    first_layer.draw(answering(visitor), visitor, theme.colors())


def _pixels(visitor: Visitor, data: Dataset) -> None:
    evidence.draw(answering(visitor), subject(data), theme.colors())


def _health(visitor: Visitor, data: Dataset) -> None:
    spreads.draw(answering(visitor), visitor, data)


def _choose_subject(_visitor: Visitor, data: Dataset) -> tuple[Any, ...]:
    subject_choice(data)
    return ()


def _choose_weights(visitor: Visitor, _data: Dataset) -> tuple[Any, ...]:
    first_layer.choice(visitor)
    return ()


def _choose_pixels(visitor: Visitor, data: Dataset) -> tuple[Any, ...]:
    subject_choice(data)
    evidence.choice(answering(visitor).reader.names)
    return ()


TOOLS = {
    "look": Room("Look", "", _picture, _choose_subject),
    "damage": Room("Damage", damage.IDEA, damage.view, damage.choices),
    "rewind": Room("Rewind", rewind.IDEA, rewind.view, rewind.choices, takes_any_network=True),
    "weights": Room("First layer", "", _first_layer, _choose_weights, takes_any_network=True),
    "pixels": Room("Pixels", "", _pixels, _choose_pixels),
    "health": Room("Health", "", _health),
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
