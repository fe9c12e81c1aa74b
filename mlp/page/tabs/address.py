"""Keep the address in the browser up to date, so that links, reloads and *Back* lead to the same view.

The server sends the address of the current view to the browser. Opening a tab, an experiment or a lesson is a step in
the browser's history; changing a setting is not.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.page.settings.link import Query, linked_query, open_view, settings_query
from mlp.page.style.redraw import On, part
from mlp.page.tabs import tab_bar
from mlp.page.tabs.lessons.tab import LESSON_ROOMS, lessons_are_open, lessons_open
from mlp.page.tabs.part import Part
from mlp.page.tabs.registry import PARTS
from mlp.page.tabs.tab_bar import Tabs
from mlp.training.settings import controls

_went = SessionVar[Any]("went", None)
"""The browser's report on *Back* and *Forward*; a control."""
_steps_back = SessionVar[int]("steps_back", 0)
"""Number of steps back or forward that the page has followed."""


LONGEST = 4000
"""Longest query that is followed, in characters."""
_JS = "export default (component) => inkling.followAddress(component);"

OURS = {
    *controls(),
    *(part.rooms.name for part in PARTS if part.rooms is not None),
    *(part.views.chosen.key for part in PARTS if part.views is not None),
    LESSON_ROOMS.name,
    state.tab.key,
    state.speed.key,
    "recipe",
    "drawing",
}
"""Names in the address that describe the view; all others stay as in the link."""


def address_section(tabs: Tabs, first: str) -> None:
    """Send the address to the browser; call it before the tabs, which take longer to draw.

    Parameters
    ----------
    tabs : mapping of str to sequence of Part
        The tabs that are not hidden.
    first : str
        The tab or part that is open by default.
    """
    with st.container(key="address"):  # the style sheet hides it
        _send(tabs, first)


@part("address", on=On.SETTING | On.VIEW)
def _send(tabs: Tabs, first: str) -> None:
    component = st.components.v2.component("address", js=_JS)
    _, part = tab_bar.open_place(tabs, first)
    data = {
        "query": urlencode(query(part), doseq=True),
        "place": "/".join([part.name, *_rooms(part).values()]),
        "steps": _steps_back.get(),
    }
    component(key=_went.key, data=data, on_went_change=_follow_history)


def query(part: Part) -> Query:
    """Return the query of the address while this part of a tab is open."""
    others = {name: values for name, values in linked_query().items() if name not in OURS}
    place = {} if part.name == tab_bar.FIRST else {state.tab.key: [part.name]}
    place |= {name: [room] for name, room in _rooms(part).items()}
    if part.views is not None:
        view, labels = part.views.chosen, part.views.labels
        chosen = open_view(view, labels)
        if chosen != next(iter(labels)):
            place[view.key] = [labels[chosen]]
    speed = state.speed.get()
    speeds = {} if speed in (None, state.speed.default) else {state.speed.key: [speed]}
    return {**others, **settings_query(), **speeds, **place}


def _rooms(part: Part) -> dict[str, str]:
    """Return the open experiment of a part, and the open lesson, by their names in the address.

    Like the first tab, its first view of the network is not named.
    """
    there = [part.rooms] if part.rooms is not None else []
    there += [LESSON_ROOMS] if lessons_are_open() else []
    found = {rooms.name: room for rooms in there if (room := rooms.open_one())}
    if part.name == tab_bar.FIRST and part.rooms is not None and found.get(part.rooms.name) == part.rooms.first:
        del found[part.rooms.name]
    return found


def _follow_history() -> None:
    """Open the view of the address to which the visitor went back or forward."""
    report = (_went.get() or {}).get("went")
    steps, asked = (report.get("steps"), report.get("query")) if isinstance(report, Mapping) else (None, None)
    if not isinstance(steps, int) or not isinstance(asked, str) or len(asked) > LONGEST:
        return
    _steps_back.set(steps)
    names = {name: values[-1] for name, values in parse_qs(asked).items()}
    part = _named(names)
    lessons_open.set(LESSON_ROOMS.name in names)
    for rooms in (part.rooms, LESSON_ROOMS if LESSON_ROOMS.name in names else None):
        if rooms is not None:
            room = names.get(rooms.name, "")
            rooms.chosen.set(room if room in rooms.titles else rooms.first)
    if part.views is not None:
        view, labels = part.views.chosen, part.views.labels
        view.set(next((choice for choice, label in labels.items() if names.get(view.key) == label), next(iter(labels))))
    tab_bar.go_to_tab(part.name)


def _named(names: Mapping[str, str]) -> Part:
    """Return the part that an address names, directly or by one of its experiments."""
    tab = names.get(state.tab.key, tab_bar.FIRST)
    by_room = (part for part in PARTS if part.rooms is not None and names.get(part.rooms.name) in part.rooms.titles)
    return next(by_room, None) or next((part for part in PARTS if tab == part.name), PARTS[0])
