"""Draw the table of settings as controls, in the sidebar and on the train card."""

from collections.abc import Callable
from typing import Literal, TypedDict

import streamlit as st

from mlp.class_names import DIGITS
from mlp.page import state
from mlp.page.settings.controls import positions
from mlp.page.settings.link import linked_query
from mlp.page.style.hidable import hidable
from mlp.page.style.redraw import On, part, redraw
from mlp.training.setting_entry import Control, Group
from mlp.training.settings import N_INPUTS, count_parameters
from mlp.training.settings_table import HIDDEN, SETTINGS, format_value, value_text


class Kept(TypedDict):
    """Arguments of all controls, which keep their positions while they are not drawn."""

    key: str
    persist_state: Literal["session"]
    on_change: Callable[[], None]


ADVANCED = "Advanced"
ON_THE_CARD = ("learning_rate", "epochs")
"""Fields whose controls are on the train card, as visitors change them most between two runs."""

hidable("settings", "All settings", '[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"]')
hidable("against-learning-by-heart", "Prevent overfitting", ".st-key-prevent_overfitting")
hidable("more-settings", "More settings")
hidable("advanced", "Advanced settings")


@part("settings", on=On.SETTING)
def settings_panel() -> None:
    """Draw the controls, each with its explanation as help; none changes a run that has begun."""
    for section in ("Network", "Training"):
        st.subheader(section, anchor=False)
        _draw_section(section)
        if section == "Network":
            sizes = [N_INPUTS, *HIDDEN.from_positions(positions()), len(DIGITS)]
            st.caption(
                f"{' → '.join(str(int(size)) for size in sizes)}: **{count_parameters(sizes):,}** numbers to learn."
            )
    for section in ("Prevent overfitting", "More settings", ADVANCED):
        opened = section == ADVANCED and _is_linked(section)
        with st.container(key=section.lower().replace(" ", "_")), st.expander(section, expanded=opened):
            _draw_section(section)


def _is_linked(section: str) -> bool:
    """Whether the link that opened the page sets a control of this section."""
    keys = {
        control.key for one in SETTINGS if one.section == section for group in one.groups for control in group.controls
    }
    return not keys.isdisjoint(linked_query())


@part("card_settings", on=On.SETTING)
def card_settings(moved: Callable[[str], None]) -> None:
    """Draw the controls of the train card, each with its explanation as help; call ``moved`` with a moved one's key."""
    with st.container(horizontal=True, vertical_alignment="center", key="card_controls"):
        for group in (group for one in SETTINGS if one.field in ON_THE_CARD for group in one.groups):
            with st.container(key=f"control_{group.name}", width=260):
                for control in group.controls:
                    with state.control(control.key).placed():
                        _draw(control, group, moved)


def _draw_section(section: str) -> None:
    for one in SETTINGS:
        if one.section == section and one.field not in ON_THE_CARD:
            for group in one.groups:
                with st.container(key=f"control_{group.name}"):
                    for control in _wanted(group):
                        with state.control(control.key).placed():
                            _draw(control, group)


def _wanted(group: Group) -> tuple[Control, ...]:
    """Return the controls of a group that apply now: of the widths, one for each hidden layer."""
    return group.controls[: int(state.control("hidden_layers").get())] if group.name == "width" else group.controls


def _draw(control: Control, group: Group, moved: Callable[[str], None] = lambda key: None) -> None:
    at = state.control(control.key)
    places, first = control.positions, at.default

    def changed() -> None:
        moved(control.key)
        redraw(On.SETTING)  # all controls, as one can move another

    kept: Kept = {"key": at.key, "persist_state": "session", "on_change": changed}
    if control.kind == "slider":
        st.slider(control.label, places[0], places[-1], first, step=places[1] - places[0], help=group.explained, **kept)
    elif control.kind == "stops":
        st.select_slider(control.label, places, first, format_func=format_value, help=group.explained, **kept)
    elif control.kind == "choice":
        st.selectbox(control.label, places, places.index(first), format_func=value_text, help=group.explained, **kept)
    elif control.kind == "several":
        st.multiselect(
            control.label, places, first, format_func=lambda one: one.replace("_", " "), help=group.explained, **kept
        )
    elif control.kind == "switch":
        st.toggle(control.label, first, help=group.explained, **kept)
    else:
        st.number_input(control.label, places[0], places[-1], first, step=1, help=group.explained, **kept)
