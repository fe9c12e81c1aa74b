"""The sections below the train card: the lessons if they are open, and the tabs."""

from dataclasses import replace

import streamlit as st

from mlp.class_names import in_words
from mlp.page import state
from mlp.page.draw.networks import answering, images_for
from mlp.page.settings.hiding import tab_name
from mlp.page.settings.link import linked
from mlp.page.style.theme import plain
from mlp.page.tabs import tab_bar
from mlp.page.tabs.address import address_section
from mlp.page.tabs.lessons.tab import lessons_are_open, lessons_section
from mlp.page.tabs.next_step import next_step_section
from mlp.page.tabs.part import Part
from mlp.page.tabs.registry import PARTS, shown_tabs
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor


def lessons_place(visitor: Visitor, data: DataState) -> None:
    """Draw the lessons if they are open, in a container that is always there."""
    with st.container(key="lessons_card"):
        if lessons_are_open():
            lessons_section(visitor, data)


def tabs_section(visitor: Visitor, data: DataState) -> None:
    """Draw the tabs, and the open part of the chosen one."""
    tabs = shown_tabs()
    if not tabs:
        return
    by_room = (part.name for part in PARTS if part.rooms is not None and part.rooms.linked() is not None)
    asked = (*by_room, linked(state.tab.key) or "", tab_bar.FIRST)
    first = next((name for name in asked if tab_bar.named(tabs, name) is not None), next(iter(tabs)))
    address_section(tabs, first)
    with st.container(horizontal=True, vertical_alignment="center", key="tab_row"):
        tab, part = tab_bar.tab_bar(tabs, first)
        state.shown_part.set(part.name)
        next_step_section(visitor, [one.name for parts in tabs.values() for one in parts])
    tab_bar.part_choice(tab, tabs[tab])
    with st.container(key="sections"):
        tab_bar.hide_all_but(tab_name(part.name))
        for one in PARTS:
            with st.container(key=tab_name(one.name)):
                if one is part:
                    _draw(part, visitor, data)


def _draw(part: Part, visitor: Visitor, data: DataState) -> None:
    """Draw a part, with drawings of signs in place of MNIST's digits if the network reads signs."""
    images = images_for(visitor, data.dataset)
    if images is None and part.looks_at_images:
        signs = plain(in_words(answering(visitor).reader.names))
        st.info(f"There are no drawings of {signs} here. Upload or draw some under *Mine*, *Your drawings*.")
    else:
        part.draw(visitor, data if images is None else replace(data, dataset=images))
