"""Draw the table of settings as controls, in the sidebar and in the URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

import streamlit as st

from mlp.page import state
from mlp.page.style.fragments import fragment
from mlp.training.settings import N_CLASSES, N_INPUTS, Settings, count_parameters
from mlp.training.settings_table import HIDDEN, SETTINGS, Control, Group, controls, settings_at, written


@partial(fragment, key="settings")
def settings_panel() -> None:
    """Draw the controls; each is explained, and none touches a run that has begun."""
    for section in ("Network", "Training"):
        st.subheader(section, anchor=False)
        _draw_section(section)
        if section == "Network":
            sizes = [N_INPUTS, *HIDDEN.from_positions(_positions()), N_CLASSES]
            st.caption(
                f"{' → '.join(str(int(size)) for size in sizes)}: **{count_parameters(sizes):,}** numbers to learn."
            )
    with st.container(key="more_settings"), st.expander("More settings"):
        _draw_section("More settings")


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
    key, positions, default = control.key, control.positions, control.default
    if control.kind == "slider":
        step = positions[1] - positions[0]
        st.slider(control.label, positions[0], positions[-1], default, step=step, key=key, bind="query-params")
    elif control.kind == "stops":
        st.select_slider(control.label, positions, default, key=key, bind="query-params", format_func=written)
    elif control.kind == "choice":
        st.selectbox(control.label, positions, key=key, bind="query-params")
    elif control.kind == "switch":
        st.toggle(control.label, default, key=key, bind="query-params")
    else:
        asked = st.query_params.get(key, "0")
        is_number = asked.isdecimal() and len(asked) <= 20  # Streamlit raises at one that is too large even for a float
        bind: Literal["query-params"] | None = "query-params" if is_number else None
        st.number_input(control.label, positions[0], positions[-1], default, step=1, key=key, bind=bind)


def chosen_settings() -> Settings:
    """Read the settings off the controls.

    Raises
    ------
    ValueError
        If a value breaks its rule, which the controls do not let through, but a URL might.
    """
    return settings_at(_positions())


def _positions() -> dict[str, Any]:
    """Give where the controls stand, by key."""
    return {key: at.get() for key in controls() if (at := state.control(key)).is_kept()}


def set_controls(settings: Settings) -> list[str]:
    """Bring the controls to these settings, for callbacks; give the names of the fields that have no such position."""
    there, left_out = controls(), []
    for one in SETTINGS:
        positions = one.to_positions(getattr(settings, one.field))
        for key, position in positions.items():
            if key in there and position in there[key].positions:
                state.control(key).set(position)
            elif one.name not in left_out:
                left_out.append(one.name)
    return left_out
