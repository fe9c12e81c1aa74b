"""Hide controls and sections by URL: ``?hide=optimizer,momentum,tab-runs``.

Hidden is not locked: a hidden control keeps its value, the URL can set it, and editing the URL shows it again.
"""

import difflib
import re
from collections.abc import Iterable

import streamlit as st

from mlp.page.settings.link import linked
from mlp.page.style.hidable import HIDABLE
from mlp.page.style.theme import plain
from mlp.training.settings_table import groups

MAX_NAMES = 60


def tab_name(tab: str) -> str:
    """Return the name that hides a tab or a part of one.

    Examples
    --------
    >>> tab_name("Step by step")
    'tab-step-by-step'
    """
    return "tab-" + tab.lower().replace(" ", "-")


def contradiction(opened: Iterable[tuple[str, Iterable[str]]], hidden_names: Iterable[str]) -> str | None:
    """Return a sentence if a link hides the part that it opens, else None.

    Parameters
    ----------
    opened : iterable of (str, iterable of str)
        The parts that the link opens, each with all names that hide it.
    hidden_names : iterable of str
        The names that it hides.

    Examples
    --------
    >>> contradiction([("Fool it", ["tab-lab", "lab-fool"])], ["seed", "tab-lab"])
    'It opens “Fool it” and hides “tab-lab”.'
    >>> contradiction([("Fool it", ["tab-lab", "lab-fool"])], ["lab-map"])
    """
    gone = set(hidden_names)
    found = ((title, name) for title, names in opened for name in names if name in gone)
    return next((f"It opens “{title}” and hides “{name}”." for title, name in found), None)


def all_hidable() -> dict[str, str]:
    """Return the labels of everything that can be hidden, by name: the controls, then the parts by label."""
    parts = sorted((part.label, name) for name, part in HIDABLE.items() if part.label)
    controls = {group.name.replace("_", "-"): group.label for group in groups()}
    return {**controls, **{name: label for label, name in parts}}


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
    selectors = [f".st-key-control_{group.name}" for group in groups() if group.name.replace("_", "-") in hidden_names]
    selectors += [part.selector for name, part in HIDABLE.items() if part.selector and name in hidden_names]
    return f"{', '.join(selectors)} {{ display: none !important; }}" if selectors else ""


def apply() -> None:
    """Hide the parts of the page that its URL names."""
    rules = css(hidden())
    if rules:
        st.html(f"<style>{rules}</style>")


def warn_of_unknown_names(refused: str | None) -> None:
    """Warn of a link that hides the part that it opens, and of names in it that hide nothing, perhaps misspelled.

    Parameters
    ----------
    refused : str, optional
        A sentence from `contradiction`.
    """
    known = all_hidable()
    if refused:
        st.warning(f"The link hides what it opens. {plain(refused)} Ask its sender for another one.")
    unknown = [name for name in names_in(linked("hide") or "") if name not in {*known, *HIDABLE}]
    if not unknown:
        return
    texts = []
    for name in unknown[:5]:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", name):
            continue  # any other text could be an attack, so the page does not repeat it
        near = difflib.get_close_matches(name, known, 1)
        texts.append(f"`{name}`" + (f" (perhaps `{near[0]}`?)" if near else ""))
    st.warning(
        f"The link hides {len(unknown)} {'thing' if len(unknown) == 1 else 'things'} that this page does not have"
        + (f": {', '.join(texts)}" if texts else "")
        + ". For a list of names, see Lessons, For teachers."
    )
