"""The link that opened the page: its values, and the parts of the page that it hides: ``?hide=optimizer,tab-runs``.

Hidden is not locked: a hidden control keeps its value, the link can set it, and editing the link shows it again.
"""

from collections.abc import Iterable
from typing import NamedTuple

import streamlit as st

from mlp.class_names import shortened
from mlp.language import ENGLISH, speaks, tr
from mlp.page.session_var import SessionVar

IN_LINK = "lang"
"""The name of a language in links."""
Query = dict[str, list[str]]
"""All values of each name in an address."""
MAX_NAMES = 60

_linked_query = SessionVar[Query | None]("linked_query", None)
"""The query of the link that opened the page."""


class Hidable(NamedTuple):
    """A part of the page that links can hide: its label for teachers, and the CSS selector of what is hidden.

    Without a selector, the code that draws it leaves it out.
    """

    label: str
    selector: str


HIDABLE: dict[str, Hidable] = {}
"""All declared parts, by their names in links."""


def hidable(name: str, label: str, selector: str | None = None) -> str:
    """Declare a part of the page that links can hide, in the file that draws it, and return its name in links.

    By default, it is the element whose key is the name.
    """
    HIDABLE[name] = Hidable(label, f".st-key-{name.replace('-', '_')}" if selector is None else selector)
    return name


def linked_query() -> Query:
    """Return the query of the link, read once: the browser changes the address later, and Streamlit does not notice."""
    query = _linked_query.get()
    if query is None:
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        _linked_query.set(query)
    return query


def linked(name: str) -> str | None:
    """Return the link's last value for a name, or None."""
    values = linked_query().get(name)
    return values[-1] if values else None


def on_board() -> bool:
    """Whether the page is in board mode: a class sees it, so what is for its teacher is not sent there."""
    return linked("board") == "1"


def forget_linked(name: str) -> None:
    """Take a name out of the link, so that the page's address, which visitors copy, has it no longer."""
    _linked_query.set({other: values for other, values in linked_query().items() if other != name})


def language_query() -> Query:
    """Return what a link has so that it opens in this language: nothing for English."""
    return {} if speaks() == ENGLISH else {IN_LINK: [speaks()]}


def page_address() -> str:
    """Return the address of the page, without a query."""
    return (st.context.url or "").split("?")[0].split("#")[0]


def names_in(value: str) -> list[str]:
    """Return the names in a value of ``hide``, without repeats.

    >>> names_in("optimizer, Weight_Decay,optimizer")
    ['optimizer', 'weight-decay']
    """
    names = (name.strip().lower().replace("_", "-") for name in value.split(",")[:MAX_NAMES])
    return list(dict.fromkeys(filter(None, names)))


def hidden() -> set[str]:
    """Return the names that the link hides."""
    return set(names_in(linked("hide") or ""))


def hide_parts() -> None:
    """Hide what the link hides from sight, keyboard and screen readers."""
    selectors = [part.selector for name, part in HIDABLE.items() if part.selector and name in hidden()]
    if selectors:
        st.html(f"<style>{', '.join(selectors)} {{ display: none !important; }}</style>")


def hiding_problems() -> list[str]:
    """Return a sentence if the link hides anything that this page does not have, else nothing."""
    unknown = [name for name in names_in(linked("hide") or "") if name not in HIDABLE]
    if not unknown:
        return []
    return [tr("hide must be names listed in .github/LESSONS.md, got {given}", given=shortened(unknown))]


def one_of(label: str, names: Iterable[str], text: str | None) -> list[str]:
    """Return a sentence if a text in the link is none of the names that it may be, else nothing; ``label`` is marked.

    >>> one_of("Lab", ["fool", "map"], "alchemy"), one_of("Lab", ["fool", "map"], None)
    (['Lab must be one of fool, map, got alchemy'], [])
    """
    names = list(names)
    if text is None or text in names:
        return []
    values = {"setting": tr(label), "names": ", ".join(names), "given": shortened([text])}
    if not names:  # if all are hidden
        return [tr("{setting} must be absent, got {given}", **values)]
    return [tr("{setting} must be one of {names}, got {given}", **values)]
