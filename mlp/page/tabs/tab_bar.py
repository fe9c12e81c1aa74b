"""Draw the bar of tabs and the choice of a tab's part, and let other parts of the page open a tab.

The tabs are a segmented control, as `st.tabs` sends the open tab with each answer, so that a late answer to one click
would undo the next.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from mlp.page import state
from mlp.page.draw.subject import look_at
from mlp.page.style.redraw import rerun_page
from mlp.page.style.theme import plain
from mlp.page.tabs.part import Part

FIRST = "Look inside"
"""The tab that an address without a tab opens."""
Tabs = Mapping[str, Sequence[Part]]
"""Tabs by label, each with its parts, in order."""


def open_part(tab: str) -> state.ControlVar[str | None]:
    """Return the variable with the open part of a tab; a control."""
    return state.ControlVar(f"part_{tab.lower().replace(' ', '_')}", None)


def go_to_tab(name: str) -> None:
    """Open another tab or part, and rerun the whole page; for callbacks, as their last act.

    It does not set the bar's own key: until the whole page has run, requests of other fragments can still report the
    old tab, and would overwrite it.
    """
    state.requested_tab.set(name)
    rerun_page()


def look_inside(kind: str, number: int) -> None:
    """Show which pixels of a test or validation digit spoke for the answer; for callbacks, as their last act."""
    look_at(kind, number)
    state.network_tool.set("pixels")
    go_to_tab(FIRST)


def named(tabs: Tabs, name: str | None) -> tuple[str, Part | None] | None:
    """Return the part with this name and its tab, or the tab with this name and None; None if there is neither."""
    for tab, parts in tabs.items():
        for part in parts:
            if name == part.name:
                return tab, part
        if name == tab:
            return tab, None
    return None


def open_place(tabs: Tabs, first: str) -> tuple[str, Part]:
    """Return the open tab and its open part.

    Parameters
    ----------
    tabs : mapping of str to sequence of Part
        The tabs that are not hidden, at least one.
    first : str
        The tab or part that is open by default.
    """
    chosen = state.tab.get()
    found = named(tabs, state.requested_tab.get()) or named(dict.fromkeys(tabs, ()), chosen) or named(tabs, first)
    tab, part = found or (next(iter(tabs)), None)
    kept = open_part(tab).get()
    return tab, part or next((one for one in tabs[tab] if one.name == kept), tabs[tab][0])


def tab_bar(tabs: Tabs, first: str) -> tuple[str, Part]:
    """Draw the bar and return the open tab and its open part; for the arguments see `open_place`."""
    tab, part = open_place(tabs, first)
    state.tab.set(tab)
    open_part(tab).set(part.name)
    with state.tab.placed():
        st.segmented_control(
            "Section",
            list(tabs),
            key=state.tab.key,
            required=True,
            label_visibility="collapsed",
            width="stretch",
            wrap=False,
        )
    state.requested_tab.pop()  # last, so that the script after an interrupted one opens it
    return tab, part


def part_choice(tab: str, parts: Sequence[Part]) -> None:
    """Draw the choice of a tab's part if it has several, in a container that is always there."""
    with st.container(key="parts", gap=None):
        if len(parts) > 1:
            with open_part(tab).placed():
                st.segmented_control(
                    f"Part of {plain(tab)}",
                    [part.name for part in parts],
                    key=open_part(tab).key,
                    required=True,
                    label_visibility="collapsed",
                    persist_state="session",
                )


def hide_all_but(name: str) -> None:
    """Hide other parts than the one in this container, until the browser has removed them."""
    st.html(f'<style>.st-key-sections [class*="st-key-tab-"]:not(.st-key-{name}) {{ display: none; }}</style>')
