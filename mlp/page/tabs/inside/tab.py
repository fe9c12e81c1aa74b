"""Tab "Look inside": the network at work with tools, its first layer, attribution, and statistics."""

import streamlit as st

from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.session_var import SessionVar
from mlp.page.settings.link import open_view
from mlp.page.style import theme
from mlp.page.style.redraw import On, Where, part, redraw
from mlp.page.style.scrolling import scroll_to
from mlp.page.tabs.inside import damage, evidence, first_layer, network_picture, rewind, spreads
from mlp.page.tabs.lab.room import Room, draw_room
from mlp.page.tabs.part import Part, Rooms, Views
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor

MAX_CHOICES = 5
VIEWS = {
    "network": "The network",
    "first_layer": "First layer",
    "evidence": "Which pixels spoke",
    "spreads": "While it learns",
}


def _picture(visitor: Visitor, data: DataState) -> None:
    network_picture.draw(answering(visitor), subject(data.dataset), theme.colors())


def _picture_choices(visitor: Visitor, data: DataState) -> tuple[()]:
    subject_choice(data.dataset)
    return ()


TOOLS = {
    "look": Room("Look", "", _picture, _picture_choices),
    "damage": Room("Damage it", damage.IDEA, damage.view, damage.choices),
    "rewind": Room("Rewind", rewind.IDEA, rewind.view, rewind.choices),
}
TOOL_ROOMS = Rooms(
    "lab",
    "Look inside",
    {name: tool.title for name, tool in TOOLS.items()},
    SessionVar("network_tool", ""),
)
"""The tools of the view of the network; links name them like experiments of the lab."""


def inside_section(visitor: Visitor, data: DataState) -> None:
    """Draw the choice of a view, and the chosen view."""
    _inside(visitor, data)
    if TOOL_ROOMS.linked() is not None:
        scroll_to("tab-look-inside")


@part("inside", on=On.VIEW, where=Where.TAB)
def _inside(visitor: Visitor, data: DataState) -> None:
    # Without a default, as Streamlit warns about one when another part of the page chooses the view.
    if state.inside_view.get() is None:
        state.inside_view.set(open_view(state.inside_view, VIEWS))
    with state.inside_view.placed():
        view = st.segmented_control(
            "View",
            list(VIEWS),
            key=state.inside_view.key,
            format_func=VIEWS.__getitem__,
            on_change=redraw,
            args=(On.VIEW,),
            required=True,
            label_visibility="collapsed",
        )
    if view in (None, "network"):
        _tools(visitor, data)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_choices"):
        if view == "evidence":
            subject_choice(data.dataset)
            evidence.choice(answering(visitor).reader.names)
        if view == "first_layer":
            first_layer.choice(visitor)
        for _ in range(MAX_CHOICES):
            st.empty()  # overwrites the last view's choices, which an interrupted script would leave on the page
    # The choices are outside of the fragment that follows the training, so that they keep the focus.
    _view(visitor, data, view)


def _tools(visitor: Visitor, data: DataState) -> None:
    """Draw the choice of a tool for the picture of the network, and the picture with that tool."""
    shown = TOOL_ROOMS.shown()
    chosen = TOOL_ROOMS.draw_choice("Tool") if len(shown) > 1 else "".join(shown)
    if chosen:
        with st.container(key=f"lab_{chosen}"):
            draw_room(visitor, data, chosen, TOOLS[chosen], key="inside_view_drawn")


@part("inside_view_drawn", on=On.STROKE | On.NETWORK, where=Where.TAB)
def _view(visitor: Visitor, data: DataState, view: str) -> None:
    now = answering(visitor)
    colors = theme.colors()
    if view == "first_layer":
        first_layer.draw(now, visitor, colors)
    elif view == "evidence":
        evidence.draw(now, subject(data.dataset), colors)
    else:
        spreads.draw(now, visitor, data)


INSIDE = Part(
    "Look inside", inside_section, looks_at_images=True, rooms=TOOL_ROOMS, views=Views(state.inside_view, VIEWS)
)
