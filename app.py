"""Inkling: train a neural network from nothing, then draw for it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Literal

import streamlit as st

from mlp.class_names import in_words
from mlp.page.draw.answer import reading_section, way_section
from mlp.page.draw.canvas import canvas_first, canvas_section, follow_strokes
from mlp.page.draw.linked_drawing import drawing_for_link
from mlp.page.draw.networks import SAID, answering, images_for, network_choice, shipped
from mlp.page.draw.share_picture import share_picture_section
from mlp.page.draw.sheet_photo import sheet_photo_section
from mlp.page.draw.signs import collect_section, take_linked_signs
from mlp.page.live.component import live_channel
from mlp.page.live.socket import live_route
from mlp.page.server.serving import served
from mlp.page.server.tab_limit import stop_if_full
from mlp.page.settings import hiding
from mlp.page.settings.link import linked
from mlp.page.settings.link_check import check_link, note_what_cannot_be
from mlp.page.settings.panel import settings_panel
from mlp.page.settings.share import share_section
from mlp.page.style import theme
from mlp.page.style.glossary import sentences
from mlp.page.style.theme import plain
from mlp.page.tabs import tab_bar
from mlp.page.tabs.address import address_section
from mlp.page.tabs.data.tab import data_section
from mlp.page.tabs.inside.tab import inside_section
from mlp.page.tabs.lab.tab import lab_section, opens_with_lab
from mlp.page.tabs.lessons.tab import lessons_section, opens_with_lesson
from mlp.page.tabs.mistakes.tab import mistakes_section
from mlp.page.tabs.next_step import next_step_section
from mlp.page.tabs.own_digits.tab import teach_section
from mlp.page.tabs.own_signs.tab import signs_section
from mlp.page.tabs.runs.tab import runs_section
from mlp.page.tabs.step.tab import step_through_section
from mlp.page.train.card import training_section
from mlp.page.train.data_state import DataState, data_state, heading
from mlp.page.train.standing import standing, wait_for_step
from mlp.page.visitors.memory import keep_for_good
from mlp.page.visitors.newcomer import newcomer_section
from mlp.page.visitors.privacy import privacy_note
from mlp.page.visitors.session import remember, this_visitor
from mlp.page.visitors.visitor import Visitor

# The tabs, in their order: what stands here is in the bar, in links, and can be hidden.
DEEPER: dict[str, Callable[[Visitor, DataState], None]] = {
    "Look inside": inside_section,
    "Mistakes": mistakes_section,
    "Data": data_section,
    "Step through": step_through_section,
    "Lab": lab_section,
    "Lessons": lambda visitor, data: lessons_section(visitor, data, DEEPER),
    "Your digits": teach_section,
    "Your signs": signs_section,
    "Runs": runs_section,
}
LOOKS_AT_IMAGES = {"Look inside", "Mistakes", "Data", "Step through", "Lab"}
GROUPS = {
    "See": ("Look inside", "Mistakes", "Data"),
    "Understand": ("Step through", "Lab", "Lessons"),
    "Mine": ("Your digits", "Your signs", "Runs"),
}


def page() -> None:
    """Draw the page."""
    # A lesson sets the controls itself; without them at its side there is room for the curves.
    sidebar: Literal["auto", "collapsed"] = "collapsed" if opens_with_lesson() else "auto"
    st.set_page_config(theme.NAME, str(theme.ICON), layout="wide", initial_sidebar_state=sidebar)
    theme.apply()
    stop_if_full()
    visitor = this_visitor()
    wait_for_step(visitor)
    live_channel(visitor, partial(standing, visitor))
    hiding.apply()
    data = data_state()

    check_link()
    take_linked_signs(visitor)
    with st.sidebar:
        st.header("Settings", anchor=False)
        settings_place = st.container()
    # After the sidebar, which takes its width before anything is seen beside it.
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head"):
        heading(data)
        with st.popover("Share", key="share"), st.container(width=320):
            share_section(drawing_for_link)
            share_picture_section(visitor)
            newcomer_section(visitor)
    note_what_cannot_be()
    hiding.note_unknown(DEEPER)

    with st.container(border=True, horizontal=True, key="stage", gap="medium", wrap=False):
        draw_card = st.container(key="draw_card", gap=None, width="content")
        with draw_card:
            st.header("Draw a digit", anchor=False)
            canvas_section(visitor)
            theme.repair_canvas()
            collect_section(visitor)
        with st.container(key="read_card", gap=None):
            network_choice(visitor)
            reading_section(visitor)
        with draw_card:
            way_section(visitor)  # after the answer, which is what a visitor waits for

    canvas_first()
    with settings_place:
        settings_panel()
    sheet_photo_section(visitor)
    for shared in ("share_link", "share_picture", "newcomer"):  # drawn above, but after the answer
        follow_strokes(shared)
    with st.container(border=True, key="train_card"):
        training_section(visitor, data)

    tabs(visitor, data)

    with st.container(key="privacy"), st.expander("Privacy"):
        privacy_note()
    remember(visitor)
    sentences()


def tabs(visitor: Visitor, data: DataState) -> None:
    """Draw the tabs, and what is in the chosen one."""
    sections = hiding.shown_tabs(DEEPER)
    if sections:
        opened = "Lessons" if opens_with_lesson() else "Lab" if opens_with_lab() else tab_bar.FIRST
        first = next(tab for tab in (linked("tab"), opened, *sections) if tab in sections)
        address_section(tuple(sections), first)
        with st.container(horizontal=True, vertical_alignment="center", key="tab_row"):
            chosen = tab_bar.tab_bar(sections, first, GROUPS)
            next_step_section(visitor)
        with st.container(key="sections"):
            tab_bar.hide_all_but(hiding.tab_name(chosen))
            for tab, section in sections.items():
                with st.container(key=hiding.tab_name(tab)):
                    if tab == chosen:
                        _section(section, tab, visitor, data)


def _section(section: Callable[[Visitor, DataState], None], tab: str, visitor: Visitor, data: DataState) -> None:
    """Draw a section, of a network that reads signs with drawings of them in place of MNIST's digits."""
    images = images_for(visitor, data.dataset)
    if images is None and tab in LOOKS_AT_IMAGES:
        signs = plain(in_words(answering(visitor).reader.names))
        st.info(f"There are no drawings of {signs} here. Bring them, or draw some, under *Your signs*.")
    else:
        section(visitor, data if images is None else replace(data, dataset=images))


def get_ready() -> None:
    """Load what the first visitor would wait for."""
    import_module("pandas")  # as Streamlit does where it looks through what the canvas was given
    data_state()
    for kind in (*SAID, "rejection"):
        shipped(kind)
    keep_for_good()


if __name__ == "__main__":  # Streamlit runs this file for every act of a visitor
    page()
else:  # and imports it once, for the server
    app = st.App(__file__, **served(get_ready, [live_route()]))
