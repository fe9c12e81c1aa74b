"""Draw the table of settings as controls: those always in view, and the others under *More settings*."""

import html
from collections.abc import Callable, Sequence
from typing import Literal, TypedDict

import streamlit as st

from mlp.class_names import DIGITS
from mlp.page import state
from mlp.page.settings.controls import positions
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


IN_VIEW = ("Network", "Training")
"""Sections whose controls are always in view, each in one row."""
FOLDED = {"Prevent overfitting": "Prevent overfitting", "More settings": "Method and data", "Advanced": "Advanced"}
"""Sections under *More settings*, with their headings."""

hidable("settings", "All settings", ".st-key-settings")
hidable("against-learning-by-heart", "Prevent overfitting", ".st-key-prevent_overfitting")
hidable("more-settings", "More settings", ".st-key-more_settings_button")
hidable("advanced", "Advanced settings")


@part("settings_drawn", on=On.SETTING)
def settings_panel(moved: Callable[[str], None]) -> None:
    """Draw the controls, each with its explanation as help; call ``moved`` with the key of one that was moved."""
    with st.container(key="settings", gap=None):
        with st.container(key="sliders", gap=None):
            _draw_sections(IN_VIEW, moved)
        with st.container(horizontal=True, vertical_alignment="center", key="more_row", gap="small"):
            with st.popover("More settings", key="more_settings_button"):
                for section, heading in FOLDED.items():
                    with st.container(key=section.lower().replace(" ", "_")):
                        st.subheader(heading, anchor=False)
                        _draw_sections((section,), moved)
            st.html(f'<p class="ink-status">{_summary()}</p>', width="stretch")


def _summary() -> str:
    """Return the size of the network, and how many settings that are out of view differ from the defaults, as HTML."""
    sizes = [N_INPUTS, *HIDDEN.from_positions(positions()), len(DIGITS)]
    changed = [
        control.label
        for one in SETTINGS
        if one.section not in IN_VIEW
        for control in (control for group in one.groups for control in group.controls)
        if state.control(control.key).get() != control.default
    ]
    more = f' · <span title="{html.escape(", ".join(changed))}">{len(changed)} more set</span>' if changed else ""
    return f"<b>{count_parameters(sizes):,}</b> numbers to learn{more}"


def _draw_sections(sections: Sequence[str], moved: Callable[[str], None]) -> None:
    for one in SETTINGS:
        for group in one.groups if one.section in sections else ():
            controls = _wanted(group)
            with st.container(key=f"control_{group.name}", gap=None):
                if group.name == "width":  # several sliders beside one label
                    title = html.escape(group.explained)
                    st.html(f'<p class="ink-row-label" title="{title}">{group.label}</p>', width="content")
                for control in controls:
                    with state.control(control.key).placed():
                        _draw(control, group, moved)


def _wanted(group: Group) -> tuple[Control, ...]:
    """Return the controls of a group that apply now: of the widths, one for each hidden layer."""
    return group.controls[: int(state.control("hidden_layers").get())] if group.name == "width" else group.controls


def _draw(control: Control, group: Group, moved: Callable[[str], None]) -> None:
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
