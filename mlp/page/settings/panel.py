"""Draw the table of settings as controls, in the sidebar and in the URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal

import streamlit as st

from mlp.page import state
from mlp.page.settings.controls import chosen_settings as chosen_settings
from mlp.page.settings.controls import positions
from mlp.page.settings.controls import set_controls as set_controls
from mlp.page.settings.starting_points import starting_points, take_linked_recipe
from mlp.page.style.fragments import fragment
from mlp.training.settings import N_CLASSES, N_INPUTS, count_parameters
from mlp.training.settings_table import HIDDEN, SETTINGS, Control, Group, written


@partial(fragment, key="settings")
def settings_panel() -> None:
    """Draw the controls; each is explained, and none touches a run that has begun."""
    take_linked_recipe()
    above = st.container()
    for section in ("Network", "Training"):
        st.subheader(section, anchor=False)
        _draw_section(section)
        if section == "Network":
            sizes = [N_INPUTS, *HIDDEN.from_positions(positions()), N_CLASSES]
            st.caption(
                f"{' → '.join(str(int(size)) for size in sizes)}: **{count_parameters(sizes):,}** numbers to learn."
            )
    with st.container(key="more_settings"), st.expander("More settings"):
        _draw_section("More settings")
    with above:
        starting_points()  # drawn last: where the controls stand is known by then


def _draw_section(section: str) -> None:
    for one in SETTINGS:
        if one.section == section:
            for group in one.groups:
                with _explained(group):
                    for control in _wanted(group):
                        _draw(control)


@contextmanager
def _explained(group: Group) -> Iterator[None]:
    """Lay out controls and the plain words below them, in a container that can be hidden as a whole."""
    with st.container(key=f"control_{group.name}"):
        yield
        st.caption(group.explained)


def _wanted(group: Group) -> tuple[Control, ...]:
    """Give the controls of a group that there is something to set with: a width for each hidden layer."""
    return group.controls[: int(state.control("hidden_layers").get())] if group.name == "width" else group.controls


def _draw(control: Control) -> None:
    key, places, default = control.key, control.positions, control.default
    if control.kind == "slider":
        step = places[1] - places[0]
        st.slider(control.label, places[0], places[-1], default, step=step, key=key, bind="query-params")
    elif control.kind == "stops":
        st.select_slider(control.label, places, default, key=key, bind="query-params", format_func=written)
    elif control.kind == "choice":
        st.selectbox(control.label, places, key=key, bind="query-params")
    elif control.kind == "several":
        st.multiselect(
            control.label, places, default, key=key, bind="query-params", format_func=lambda one: one.replace("_", " ")
        )
    elif control.kind == "switch":
        st.toggle(control.label, default, key=key, bind="query-params")
    else:
        asked = st.query_params.get(key, "0")
        is_number = asked.isdecimal() and len(asked) <= 20  # Streamlit raises at one that is too large even for a float
        bind: Literal["query-params"] | None = "query-params" if is_number else None
        st.number_input(control.label, places[0], places[-1], default, step=1, key=key, bind=bind)
