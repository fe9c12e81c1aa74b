"""Tab "Look inside": the network at work, its first layer, attribution, and statistics."""

from functools import partial

import streamlit as st

from mlp.page import state
from mlp.page.draw.canvas import follow_strokes
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.live.component import follow_run
from mlp.page.settings.link import ADDRESS, open_view
from mlp.page.style import theme
from mlp.page.style.fragments import fragment, rerun_fragments
from mlp.page.tabs.inside import evidence, first_layer, network_picture, spreads, style, switched_off
from mlp.page.tabs.part import Part, Views
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor

MOST_CHOICES = 5
VIEWS = {
    "network": "The network",
    "first_layer": "First layer",
    "evidence": "Which pixels spoke",
    "spreads": "While it learns",
}


def inside_section(visitor: Visitor, data: DataState) -> None:
    """Draw the choice of a view, and the chosen view."""
    style.apply()
    trains = visitor.job is not None and visitor.job.playing and state.network.get() == "run"
    fragment(_inside, key="inside")(visitor, data)
    follow_run("inside_view_drawn", trains)
    follow_strokes("inside_view_drawn")


def _inside(visitor: Visitor, data: DataState) -> None:
    # Without a default, as Streamlit warns about one when another part of the page chooses the view.
    if state.inside_view.get() is None:
        state.inside_view.set(open_view(state.inside_view, VIEWS))
    state.inside_view.hand_over()
    view = st.segmented_control(
        "View",
        list(VIEWS),
        key=state.inside_view.key,
        format_func=VIEWS.__getitem__,
        on_change=rerun_fragments,
        args=(["inside", ADDRESS],),
        required=True,
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_choices"):
        if view in (None, "network", "evidence"):
            subject_choice(data.dataset)
        if view == "evidence":
            evidence.choice(answering(visitor).reader.names)
        if view == "first_layer":
            first_layer.choice(visitor)
        for _ in range(MOST_CHOICES):
            st.empty()  # overwrites the last view's choices, which an interrupted script would leave on the page
    # The choices are outside of the fragment that follows the training, so that they keep the focus.
    fragment(_view, key="inside_view_drawn")(visitor, data, view)


def _view(visitor: Visitor, data: DataState, view: str | None) -> None:
    now = answering(visitor)
    colors = theme.colors()
    if view == "first_layer":
        first_layer.draw(now, visitor, colors)
    elif view == "evidence":
        evidence.draw(now, subject(data.dataset), colors)
    elif view == "spreads":
        spreads.draw(now, visitor, data)
    else:
        looked_at = subject(data.dataset)
        say_what_is_off = partial(switched_off.draw, now, visitor, data.dataset.validation, looked_at.image)
        network_picture.draw(now, looked_at, colors, say_what_is_off)


INSIDE = Part("Look inside", inside_section, looks_at_images=True, views=Views(state.inside_view, VIEWS))
