"""The tabs below the cards: the bar, and the open section of the chosen tab.

The bar is a segmented control, as `st.tabs` sends the open tab with each answer, so that a late answer to one click
would undo the next.
"""

import streamlit as st

from mlp.class_names import in_words
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.style.theme import plain
from mlp.page.tabs.address import address_section
from mlp.page.tabs.data.sets_section import NO_IMAGES
from mlp.page.tabs.places import Section
from mlp.page.tabs.registry import SECTIONS, open_place, open_section, shown_tabs
from mlp.page.visitors.shelf import images_of
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist


def tabs_section(visitor: Visitor) -> None:
    """Draw the tabs, and the open section of the chosen one."""
    place = open_place()
    if place is None:
        return
    (tab, section), tabs = place, shown_tabs()
    learned = answering(visitor).reader.learned
    images = images_of(visitor, learned.reads)
    is_empty = images is None and section.looks_at_images
    data = (images or chosen_mnist()).load()
    address_section(section)
    with st.container(horizontal=True, vertical_alignment="center", key="tab_row"):
        _bar(tab, section, list(tabs))
    with st.container(horizontal=True, key="tab_sections"):
        if len(tabs[tab]) > 1:
            sections = [place.name for place in tabs[tab]]
            label = tr("Section of {tab}", tab=plain(tr(tab)))
            open_section(tab).choice(
                label, sections, format_func=tr, label_visibility="collapsed", persist_state="session"
            )
        if section.views is not None and section.views_for(data) and not is_empty:
            section.views.draw_choice(tr(section.views.kind))
    with st.container(key="sections"):
        # Hide other sections than this one, until the browser has removed them.
        others = f'.st-key-sections [class*="st-key-tab-"]:not(.st-key-{section.key})'
        st.html(f"<style>{others} {{ display: none; }}</style>")
        for other in SECTIONS:
            with st.container(key=other.key):
                if other is not section:
                    continue
                if is_empty:
                    no_drawings = mark(
                        "There are no drawings of {signs} here. Upload or draw some under *Mine*, *Your drawings*."
                    )
                    text = learned.of(no_drawings, no_drawings, NO_IMAGES)
                    st.info(tr(text, signs=plain(in_words(learned.names))))
                else:
                    section.draw(visitor, data)


def _bar(tab: str, section: Section, tabs: list[str]) -> None:
    state.tab.set(tab)
    open_section(tab).set(section.name)
    state.shown_section.set(section.name)
    state.tab.choice(tr("Section"), tabs, format_func=tr, label_visibility="collapsed", width="stretch", wrap=False)
    state.requested_tab.pop()  # last, so that the script after an interrupted one opens it
