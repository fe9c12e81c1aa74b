"""Inkling: train a neural network from nothing, then draw for it."""

import streamlit as st

from mlp.page import hiding, lead, look
from mlp.page.answer import reading_section, way_section
from mlp.page.asked import note_what_cannot_be
from mlp.page.data import data_section
from mlp.page.data_state import data_state, heading
from mlp.page.drawing import canvas_section
from mlp.page.inside import inside_section
from mlp.page.lesson_tab import lessons_section, opens_with_lesson
from mlp.page.mistakes import mistakes_section
from mlp.page.networks import network_choice
from mlp.page.other_tabs import follow_other_tabs
from mlp.page.room import stop_if_full
from mlp.page.runs import runs_section
from mlp.page.serving import served
from mlp.page.session import remember, this_visitor
from mlp.page.settings_panel import settings_panel
from mlp.page.share import share_section
from mlp.page.step_through import step_through_section
from mlp.page.teach import teach_section
from mlp.page.training import training_section

DEEPER = {
    "Look inside": inside_section,
    "Step through": step_through_section,
    "Mistakes": mistakes_section,
    "Runs": runs_section,
    "Your digits": teach_section,
    "Data": data_section,
    "Lessons": lessons_section,
}


def page() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Inkling", page_icon=str(look.ICON), layout="wide")
    look.apply()
    stop_if_full()
    hiding.apply()
    visitor = this_visitor()
    follow_other_tabs(visitor)
    data = data_state()

    heading(data)
    note_what_cannot_be()
    hiding.note_unknown()
    with st.sidebar:
        st.header("Settings", anchor=False)
        settings_panel()
        with st.container(key="share"):
            share_section()

    with st.container(horizontal=True, key="draw_and_read"):
        draw_card = st.container(border=True, width=314, key="draw_card", height="stretch")
        with draw_card:
            st.subheader("Draw a digit", anchor=False)
            canvas_section(visitor)
        with st.container(border=True, key="read_card", height="stretch"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.subheader("It reads", anchor=False, width="stretch")
                network_choice(visitor)
            reading_section(visitor)
        with draw_card:
            way_section()  # after the answer, which is what a visitor waits for

    with st.container(border=True, key="train_card"):
        training_section(visitor, data)

    sections = hiding.shown_tabs(DEEPER)
    if sections:
        first = next(tab for tab in ("Lessons" if opens_with_lesson() else "Data", *sections) if tab in sections)
        chosen = lead.tab_bar(sections, first)
        with st.container(key="sections"):
            for tab, section in sections.items():
                with st.container():  # its own: what the one before drew is hidden as a whole, until it is gone
                    if tab == chosen:
                        section(visitor, data)

    remember(visitor)
    look.repair_canvas()


if __name__ == "__main__":  # Streamlit runs this file for every act of a visitor
    page()
else:  # and imports it once, for the server
    app = st.App(__file__, **served())
