"""Inkling: train a neural network from nothing, then draw for it."""

import sys
from importlib import import_module

import streamlit as st

from mlp.language import mark, tr
from mlp.machine import wait_for_running_threads
from mlp.page.draw.answer import answer_section
from mlp.page.draw.canvas import canvas_section, draw_heading, restore_drawing
from mlp.page.draw.collect import signs_row, teach_sign, your_signs
from mlp.page.draw.correction import correction_row
from mlp.page.draw.networks import FILES, answering, network_choice, pretrained
from mlp.page.draw.on_canvas import follow_network
from mlp.page.draw.photo import photo_section
from mlp.page.draw.share import share_drawing, share_section, share_settings
from mlp.page.live.component import live_channel
from mlp.page.live.new_page import answer_next, canvas_first, page_in_turn
from mlp.page.live.socket import live_route
from mlp.page.script.language import language_choice
from mlp.page.script.link import hidable, hide_parts
from mlp.page.server.repairs import start_at_the_top
from mlp.page.server.serving import served
from mlp.page.style import theme
from mlp.page.style.glossary import sentences
from mlp.page.tabs.address import open_link, warn_of_link
from mlp.page.tabs.bar import tabs_section
from mlp.page.tabs.classroom.after.sheet import class_part
from mlp.page.tabs.classroom.break_it import round_row
from mlp.page.tabs.classroom.classroom_section import SHOWN, deleted_room, open_button, visit_room
from mlp.page.tabs.classroom.holder.strip import strip
from mlp.page.tabs.classroom.learning import sign_subject
from mlp.page.tabs.classroom.rooms import ROOMS, room_state
from mlp.page.tabs.classroom.row import room_row
from mlp.page.tabs.classroom.thread import room_thread
from mlp.page.tabs.lessons.lessons_section import lessons_button, lessons_place
from mlp.page.tabs.next_step import next_step_section
from mlp.page.tabs.runs.downloads import share_file
from mlp.page.tabs.sent.copies import COPIES
from mlp.page.tabs.sent.friend import sent_row, sent_state, sent_thread, visit_network, warn_of_network
from mlp.page.tabs.sent.send import SHOWN as SHOWN_BY_LINK
from mlp.page.tabs.sent.send import send_section
from mlp.page.train.card import script_state, training_section, wait_for_step
from mlp.page.visitors.memory import freeze_objects
from mlp.page.visitors.newcomer import newcomer_section, privacy_note
from mlp.page.visitors.session import remember, this_visitor, visitors
from mlp.training.data.image_set import offered
from mlp.training.data.sources import chosen_mnist

hidable("share", "Share")
hidable("drawing", "Draw a digit", ".st-key-draw_card")
hidable("training", "Train, with the curves", ".st-key-train_card")


OTHERS = (ROOMS, COPIES)
"""Who has work on disk besides visitors."""
TAKERS = (round_row, room_row, sent_row, signs_row, correction_row)
"""Who takes the drawing: the first that wants it."""
SHARED = (
    (mark("This network to try"), send_section),
    (mark("This drawing"), share_drawing),
    (mark("These settings"), share_settings),
    (mark("A file"), share_file),
)
"""What can be shared."""


def page() -> None:
    """Draw the page."""
    st.set_page_config(theme.NAME, str(theme.ICON), layout="wide")
    visitor = this_visitor(OTHERS)
    wait_for_step(visitor)
    sent = visit_network(visitor)
    open_link()
    visit_room(visitor)
    follow_network(visitor)
    live_channel(
        visitor,
        lambda: script_state(visitor) + room_state(visitor) + sent_state(sent),
        lambda: teach_sign(visitor),
    )
    hide_parts()
    restore_drawing(visitor)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head"):
        theme.heading()
        lessons_button()
        share_place = st.popover(tr("Share"), key="share").container(width=320, key="share_menu")
    warn_of_link()
    warn_of_network()

    with st.container(key="cards", gap=None):
        with st.container(border=True, key="stage", gap=None):
            draw_card = st.container(key="draw_card", gap=None)
            with draw_card:
                draw_heading(visitor)
                canvas_section(visitor, TAKERS, [your_signs])
                canvas_first()
            network_choice(visitor)
            answer_section(visitor, TAKERS)
            next_step_section(visitor, (room_thread, sent_thread))

        answer_next()
        with draw_card:
            photo_section(visitor)
        with share_place:  # after the choice of the network, which its picture names
            share_section(visitor, SHARED)
            open_button(visitor)
        with st.container(border=True, key="train_card", gap=None):
            training_section(visitor, answering(visitor).reader, sign_subject(visitor))
        lessons_place(visitor, class_part)
    tabs_section(visitor)
    strip(visitor)
    with st.container(key="privacy"):
        with st.expander(tr("Privacy")):
            privacy_note(SHOWN, SHOWN_BY_LINK)
        newcomer_section(visitor, deleted_room)
        language_choice()
    remember(visitor)
    sentences()


def get_ready() -> None:
    """Load everything that the first visitor would otherwise wait for."""
    for late in ("scipy.linalg.blas", "pandas"):  # the network needs the first, Streamlit's canvas the second
        import_module(late)
    freeze_objects()


if __name__ == "__main__":  # Streamlit runs this file again after each action of a visitor
    wait_for_running_threads()  # as the event loop, which starts this thread, does not
    start_at_the_top()
    with page_in_turn():
        page()
else:  # the server imports it once
    wait_for_running_threads()
    visitors(OTHERS)  # before all that takes long, as another server may have the folder with their work
    try:
        chosen_mnist().load()
        offered()
        for kind in FILES:
            pretrained(kind)
    except (OSError, ValueError) as error:
        sys.exit(f"Inkling cannot start: {error}.")
    app = st.App(__file__, **served(get_ready, [live_route()]))
