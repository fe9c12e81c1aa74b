"""Open what the page's address names, and keep the address up to date, so that links, reloads and *Back* lead there.

The server sends the address of the current view to the browser. Opening a tab or a view is a step in the browser's
history; changing a setting is not.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from mlp.class_names import either
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.script.link import Query, hiding_problems, linked_query, one_of
from mlp.page.script.redraw import redrawn, rerun_page
from mlp.page.script.reveal import reveal, revealed
from mlp.page.session_var import SessionVar
from mlp.page.settings.controls import SETTING
from mlp.page.settings.link import settings_problems, settings_query, take_settings
from mlp.page.style.theme import plain
from mlp.page.tabs.lessons.lessons_section import (
    LESSON_VIEWS,
    LESSONS_PLACE,
    lessons_are_open,
    lessons_open,
    open_lessons,
)
from mlp.page.tabs.places import FIRST, VIEW, Section, Views, place_key
from mlp.page.tabs.registry import PLACES, SECTIONS, TABS, named, open_place, shown_tabs
from mlp.page.train import guess
from mlp.page.train.speed import NAMES as SPEED_NAMES
from mlp.training.positions import controls

_went = SessionVar[Any]("went", None)
"""The browser's report on *Back* and *Forward*; a control."""
_steps_back = SessionVar[int]("steps_back", 0)
"""Number of steps back or forward that the page has followed."""
_link_problems = SessionVar[list[str] | None]("link_problems", None)
"""A sentence for each value of the link that the page cannot follow; None until it was opened."""
LONGEST = 4000
"""Longest query that is followed, in characters."""
_JS = "export default (component) => inkling.followAddress(component);"

OURS = {
    *controls(),
    *(place.views.name for place in PLACES if place.views is not None),
    state.tab.key,
    state.speed.key,
    "recipe",
    "drawing",
}
"""Names in the address that describe the view; all others stay as in the link."""


def open_link() -> None:
    """Open what the link names when the session begins; call it before all controls."""
    if _link_problems.get() is None:
        query = linked_query()
        take_settings()
        names = _names_in(query)
        speed = one_of(mark("Speed"), SPEED_NAMES, names.get(state.speed.key))
        _link_problems.set([*settings_problems(query), *speed, *_place_problems(names), *hiding_problems()])
        _reveal(_open(names), names)


def _names_in(query: Query) -> dict[str, str]:
    """Return the last value of each name in an address, with a tab's label as the page writes it: ``lab`` is Lab."""
    names = {name: values[-1] for name, values in query.items() if values}
    labels = {label.lower(): label for label in (*TABS, *(place.name for place in PLACES))}
    if (tab := names.get(state.tab.key)) is not None:
        names[state.tab.key] = labels.get(tab.lower(), tab)
    return names


def _reveal(section: str | None, names: Mapping[str, str]) -> None:
    """Bring what a link names into view: the empty axes for a guess, the lessons, or the section of a view."""
    if names.get("lab") == guess.EXPERIMENT:
        reveal("train_card")
    elif lessons_are_open():
        open_lessons()
    elif section is not None:
        reveal(place_key(section))


def warn_of_link() -> None:
    """Warn of values in the link that the page cannot follow, at its top, as a phone hides the settings."""
    if problems := _link_problems.get():
        text = mark("Some values in this link aren’t allowed: {problems}. The others are set.")
        st.warning(tr(text, problems=plain("; ".join(problems))))


def _place_problems(names: Mapping[str, str]) -> list[str]:
    """Return a sentence for each section and view that the link opens and that is not there, or hidden."""
    tabs = shown_tabs()
    there = [section for sections in tabs.values() for section in sections]
    there += [] if LESSONS_PLACE.is_hidden else [LESSONS_PLACE]
    problems = one_of(mark("Tab"), dict.fromkeys([*tabs, *(place.name for place in there)]), names.get(state.tab.key))
    views: dict[str, list[Views]] = {}  # those of two sections can share a name
    for place in PLACES:
        if place.views is not None:
            views.setdefault(place.views.name, []).append(place.views)
    open_views = [place.views for place in there]
    for name, alike in views.items():
        if names.get(name) != guess.EXPERIMENT:  # a link to the train card
            known = [view for views in alike if views in open_views for view in views.shown()]
            problems += one_of(either([tr(views.kind) for views in alike]), known, names.get(name))
    return problems


def _open(names: Mapping[str, str]) -> str | None:
    """Open the section, the view and the lesson that an address names, when the page is next drawn.

    Return the section of the view.
    """
    tab, lesson = names.get(state.tab.key, FIRST), names.get(LESSON_VIEWS.name)
    with_views = ((section.name, section.views) for section in SECTIONS if section.views is not None)
    by_view = (name for name, views in with_views if names.get(views.name) in views.shown())
    section = next(filter(named, by_view), None)
    state.requested_tab.set(section or tab)
    lessons_open.set(lesson in LESSON_VIEWS.shown() or tab == LESSONS_PLACE.name)
    place = open_place()
    for views in (place[1].views if place is not None else None, LESSON_VIEWS if lesson is not None else None):
        if views is not None:
            view = names.get(views.name, "")
            views.chosen.set(view if view in views.titles else views.first)
    return section


def address_section(section: Section) -> None:
    """Send the address of an open section to the browser; call it before the tabs, which take longer to draw."""
    with st.container(key="address"):  # the style sheet hides it
        _send(section)


@redrawn("address", SETTING, VIEW)
def _send(section: Section) -> None:
    component = st.components.v2.component("address", js=_JS)
    data = {
        "query": urlencode(_query(section), doseq=True),
        "place": "/".join([section.name, *_views(section).values()]),
        "steps": _steps_back.get(),
        "reveal": revealed(),
    }
    component(key=_went.key, data=data, on_went_change=_follow_history)


def _query(section: Section) -> Query:
    """Return the query of the address while a section is open."""
    others = {name: values for name, values in linked_query().items() if name not in OURS}
    place = {} if section.name == FIRST else {state.tab.key: [section.name]}
    place |= {name: [view] for name, view in _views(section).items()}
    speed = state.speed.get()
    speeds = {} if speed in (None, state.speed.default) else {state.speed.key: [speed]}
    return {**others, **settings_query(), **speeds, **place}


def _views(section: Section) -> dict[str, str]:
    """Return the open view of a section unless it is the first, and the open lesson, by their names in the address."""
    view = None if section.views is None else section.views.open_one()
    views = {section.views.name: view} if section.views and view and view != section.views.first else {}
    lesson = LESSON_VIEWS.open_one() if lessons_are_open() else None
    return views | ({LESSON_VIEWS.name: lesson} if lesson else {})


def _follow_history() -> None:
    """Open the view of the address to which the visitor went: back, forward, or by a link of the page."""
    report = (_went.get() or {}).get("went")
    steps, asked = (report.get("steps"), report.get("query")) if isinstance(report, Mapping) else (None, None)
    if isinstance(steps, int) and isinstance(asked, str) and len(asked) <= LONGEST:
        _steps_back.set(steps)
        open_address(asked)


def open_address(query: str) -> None:
    """Open what an address with this query names, and no lesson without it; for callbacks, as their last act."""
    _open(_names_in(parse_qs(query)))
    rerun_page()
