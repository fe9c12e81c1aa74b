"""Read the link that opened the page, once: after that, the controls hold the settings.

The browser writes the address itself (`mlp.page.tabs.address`). Streamlit does not notice, and keeps reporting the
first query.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mlp.page import state
from mlp.page.settings.controls import chosen_settings
from mlp.training.recipes import FIRST, RECIPES, recipe_of
from mlp.training.setting_entry import Setting, format_value
from mlp.training.settings import controls, positions_of

Query = dict[str, list[str]]
"""All values of each name in an address."""


def linked_query() -> Query:
    """Return the query of the link that opened the page."""
    if not state.linked_query.is_kept():
        state.linked_query.set({name: st.query_params.get_all(name) for name in st.query_params})
    return state.linked_query.get()


def linked(name: str) -> str | None:
    """Return the link's last value for a name, or None."""
    values = linked_query().get(name)
    return values[-1] if values else None


def linked_positions() -> dict[str, Any]:
    """Return the positions that the link asks for, by key: its own values, or else those of its recipe."""
    known, found = controls(), dict[str, Any]()
    recipe = RECIPES.get(linked("recipe") or "")
    if recipe is not None:
        found = {key: position for key, position in positions_of(recipe.settings).items() if key in known}
    own = {key: position_in(control, linked_query()[key]) for key, control in known.items() if key in linked_query()}
    return found | {key: position for key, position in own.items() if position is not None}


def position_in(control: Setting, texts: Sequence[str]) -> Any:
    """Return the position of a control that an address writes as ``texts``, or None."""
    if control.kind == "several":
        named = {format_value(position): position for position in control.positions}
        named |= {name.replace("_", " "): position for name, position in named.items()}
        chosen = [text for text in texts if text]
        position = [named.get(text) for text in chosen]
        return position if control.has(position) else None
    text = texts[-1] if texts else ""
    if isinstance(control.positions, range):
        # int() raises above 4,300 digits.
        is_number = text.isascii() and text.isdecimal() and len(text) <= 20
        return int(text) if is_number and int(text) in control.positions else None
    return next((position for position in control.positions if format_value(position) == text), None)


def page_address() -> str:
    """Return the address of the page, without a query."""
    return (st.context.url or "").split("?")[0].split("#")[0]


def open_view(view: state.ControlVar[Any], labels: Mapping[str, str]) -> str:
    """Return the open view: the chosen one, or the one whose label the link names, or the first."""
    return str(view.get()) if view.is_kept() and view.get() in labels else linked_view(view.key, labels)


def linked_view(name: str, labels: Mapping[str, str]) -> str:
    """Return the view whose label the link names, or the first."""
    return next((choice for choice, label in labels.items() if linked(name) == label), next(iter(labels)))


def settings_query() -> Query:
    """Return the settings' part of the address: the recipe, and every position that is not the default."""
    settings, known = chosen_settings(), controls()
    recipe = recipe_of(settings)
    query = {} if recipe in (None, FIRST) else {"recipe": [recipe]}
    for key, position in positions_of(settings).items():
        if position != known[key].first_position:
            query[key] = [format_value(each) for each in (position if known[key].kind == "several" else [position])]
    return query
