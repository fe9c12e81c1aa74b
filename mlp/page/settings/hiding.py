"""Hide controls and sections by URL: ``?hide=optimizer,momentum,tab-runs``.

Hidden is not locked: a hidden control keeps its value, the URL can set it, and editing the URL shows it again.
"""

import streamlit as st

from mlp.page.settings.link import linked
from mlp.page.settings.link_check import shortened
from mlp.page.style.hidable import HIDABLE
from mlp.training.settings import controls

MAX_NAMES = 60


def tab_name(tab: str) -> str:
    """Return the name that hides a tab or a part of one.

    Examples
    --------
    >>> tab_name("Step by step")
    'tab-step-by-step'
    """
    return "tab-" + tab.lower().replace(" ", "-")


def all_hidable() -> dict[str, str]:
    """Return the labels of everything that can be hidden, by name: the controls, then the parts by label."""
    parts = sorted((part.label, name) for name, part in HIDABLE.items())
    rows = {control.row.replace("_", "-"): control.row_label for control in controls().values()}
    return {**rows, **{name: label for label, name in parts}}


def names_in(value: str) -> list[str]:
    """Return the names in the URL's value, without repeats.

    Examples
    --------
    >>> names_in("optimizer, Weight_Decay,optimizer")
    ['optimizer', 'weight-decay']
    """
    found = (name.strip().lower().replace("_", "-") for name in value.split(",")[:MAX_NAMES])
    return list(dict.fromkeys(filter(None, found)))


def hidden() -> set[str]:
    """Return the names that this page's URL hides."""
    return set(names_in(linked("hide") or ""))


def css(hidden_names: set[str]) -> str:
    """Return the CSS that hides these names from sight, keyboard and screen readers.

    Examples
    --------
    >>> css({"seed", "gone"})
    '.st-key-control_seed { display: none !important; }'
    """
    rows = dict.fromkeys(control.row for control in controls().values())
    selectors = [f".st-key-control_{row}" for row in rows if row.replace("_", "-") in hidden_names]
    selectors += [part.selector for name, part in HIDABLE.items() if part.selector and name in hidden_names]
    return f"{', '.join(selectors)} {{ display: none !important; }}" if selectors else ""


def apply() -> None:
    """Hide the parts of the page that its URL names."""
    rules = css(hidden())
    if rules:
        st.html(f"<style>{rules}</style>")


def unknown_names() -> list[str]:
    """Return a sentence if the URL hides anything that this page does not have, else nothing."""
    known = all_hidable()
    unknown = [name for name in names_in(linked("hide") or "") if name not in known]
    return [f"hide must be names listed at Lessons, For teachers, got {shortened(unknown)}"] if unknown else []
