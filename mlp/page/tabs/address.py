"""The address in the browser: a link, a reload and the browser's *Back* lead to what the page shows.

The server tells the browser's part of the page which address belongs to what is shown. A tab and a room of one, such as
a lesson, are a step of the browser's history; a setting is not.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

import streamlit as st

from mlp.page import state
from mlp.page.settings.hiding import LAB_ROOMS
from mlp.page.settings.link import ADDRESS, Query, linked_query, open_view, settings_query
from mlp.page.settings.starting_points import follow_settings
from mlp.page.style.fragments import fragment
from mlp.page.tabs import tab_bar
from mlp.page.tabs.inside.tab import VIEWS
from mlp.page.tabs.lab.tab import open_room
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.tabs.lessons.tab import open_lesson
from mlp.page.tabs.mistakes.tab import SPLITS
from mlp.training.settings_table import controls

LONGEST = 4000
"""Letters of a query that is followed."""
_JS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


class Rooms(NamedTuple):
    """The rooms of a tab."""

    name: str  # in the address
    chosen: state.SessionVar[str]
    all: Collection[str]
    open_one: Callable[[], str | None]


ROOMS = {
    "Lab": Rooms("lab", state.lab, LAB_ROOMS, open_room),
    "Lessons": Rooms("lesson", state.lesson, LESSONS, open_lesson),
}
"""Tabs with rooms."""
CHOICES: Mapping[str, tuple[state.ControlVar[Any], Mapping[str, str]]] = {
    "Look inside": (state.inside_view, VIEWS),
    "Mistakes": (state.mistakes_on, SPLITS),
}
"""Tabs with views: which is chosen, and all of them with the label by which the address has them."""
OURS = {
    *controls(),
    *(rooms.name for rooms in ROOMS.values()),
    *(view.key for view, _ in CHOICES.values()),
    state.tab.key,
    state.speed.key,
    "recipe",
    "drawing",
}
"""Names in the address that say what the page shows; all others stay as the link had them."""


def address_section(sections: Collection[str], first: str) -> None:
    """Tell the browser its address; before the tabs, which take longer to draw.

    Parameters
    ----------
    sections : collection of str
        The tabs that are not hidden.
    first : str
        The one that is open before one was chosen.
    """
    with st.container(key="address"):  # takes no place, by the style sheet
        fragment(_tell, key=ADDRESS)(sections, first)
        follow_settings(ADDRESS, first=True)


def _tell(sections: Collection[str], first: str) -> None:
    component = st.components.v2.component("address", js=_JS)
    open_tab = tab_bar.open_tab(sections, first)
    room = _room(open_tab)
    data = {
        "query": urlencode(query(open_tab), doseq=True),
        "place": "/".join([open_tab, *room.values()]),
        "steps": state.steps_back.get(),
    }
    component(key=state.went.key, data=data, on_went_change=_go)


def query(open_tab: str) -> Query:
    """Return the query of the address for what is shown while this tab is open."""
    others = {name: values for name, values in linked_query().items() if name not in OURS}
    place = {} if open_tab == tab_bar.FIRST else {state.tab.key: [open_tab]}
    place |= {name: [room] for name, room in _room(open_tab).items()}
    if open_tab in CHOICES:
        view, labels = CHOICES[open_tab]
        chosen = open_view(view, labels)
        if chosen != next(iter(labels)):
            place[view.key] = [labels[chosen]]
    speed = state.speed.get()
    speeds = {} if speed in (None, state.speed.default) else {state.speed.key: [speed]}
    return {**others, **settings_query(), **speeds, **place}


def _room(open_tab: str) -> dict[str, str]:
    """Return the open room of a tab by its name in the address; nothing for a tab without rooms."""
    rooms = ROOMS.get(open_tab)
    room = rooms.open_one() if rooms else None
    return {rooms.name: room} if rooms and room else {}


def _go() -> None:
    """Open what an address names to which the visitor went back or forward."""
    said = (state.went.get() or {}).get("went")
    steps, asked = (said.get("steps"), said.get("query")) if isinstance(said, Mapping) else (None, None)
    if not isinstance(steps, int) or not isinstance(asked, str) or len(asked) > LONGEST:
        return
    state.steps_back.set(steps)
    names = {name: values[-1] for name, values in parse_qs(asked).items()}
    tab = names.get(state.tab.key) or next((tab for tab, rooms in ROOMS.items() if rooms.name in names), tab_bar.FIRST)
    if tab in ROOMS:
        rooms = ROOMS[tab]
        room = names.get(rooms.name, "")
        rooms.chosen.set(room if room in rooms.all else next(iter(rooms.all)))
    if tab in CHOICES:
        view, labels = CHOICES[tab]
        view.set(next((choice for choice, label in labels.items() if names.get(view.key) == label), next(iter(labels))))
    tab_bar.lead_to(tab)
    st.rerun()  # what it changes lies outside of the fragment
