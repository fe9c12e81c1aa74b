"""Report values in the URL that no control accepts."""

from collections.abc import Iterable, Sequence

import streamlit as st

from mlp.images.drawings.drawing_link import signs_from_text
from mlp.images.stroke_link import strokes_from_text
from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.page.settings.link import Query, linked_positions, linked_query, position_in
from mlp.page.style.theme import plain
from mlp.training.recipes import RECIPES
from mlp.training.setting_entry import Setting, format_value
from mlp.training.settings import controls

_link_problems = SessionVar[list[str]]("link_problems", [])
"""A sentence for each value of the link that no control accepts."""


MAX_CHARS = 30  # of a value that the page repeats
MAX_NAMES = 8


def link_problems(query: Query) -> list[str]:
    """Return a sentence for each value that breaks its rule.

    Examples
    --------
    >>> print(*link_problems({"epochs": ["900"], "batch_size": ["64"], "momentum": ["1"]}), sep=chr(10))
    epochs must be a whole number from 1 to 100, got 900
    momentum must be one of 0, 0.01, 0.02, … or 0.99, got 1
    """
    found = []
    for key, control in controls().items():
        if key in query and position_in(control, query[key]) is None:
            found.append(f"{key} must be {_rule(control)}, got {shortened(query[key])}")
    found += one_of("recipe", RECIPES, query["recipe"][-1] if "recipe" in query else None)
    if drawing := query.get("drawing"):
        try:
            strokes_from_text(drawing[-1])
        except ValueError as error:
            found.append(str(error))
    if signs := query.get("signs"):
        try:
            signs_from_text(signs[-1])
        except ValueError as error:
            found.append(str(error))
    return found


def one_of(key: str, names: Iterable[str], text: str | None) -> list[str]:
    """Return a sentence if a text in the link is none of the names that it may be, else nothing.

    Examples
    --------
    >>> one_of("lab", ["fool", "map"], "alchemy"), one_of("lab", ["fool", "map"], None)
    (['lab must be one of fool, map, got alchemy'], [])
    """
    names = list(names)
    rule = f"one of {', '.join(names)}" if names else "absent"  # if all are hidden
    return [] if text is None or text in names else [f"{key} must be {rule}, got {shortened([text])}"]


def shortened(texts: Sequence[str]) -> str:
    """Return values of the link as one text, of which at most the beginning is repeated on the page."""
    text = ", ".join(texts)
    return (text if len(text) <= MAX_CHARS else text[:MAX_CHARS] + "…") or "nothing"


def _rule(control: Setting) -> str:
    positions = control.positions
    low, high = format_value(positions[0]), format_value(positions[-1])
    if isinstance(positions, range):
        step = positions.step
        return f"a {'whole number' if step == 1 else f'multiple of {step}'} from {low} to {high}"
    names = [format_value(position) for position in positions]
    if len(names) > MAX_NAMES:
        names[3:] = [f"… or {names[-1]}"]
    return f"{'some, but not all, of' if control.kind == 'several' else 'one of'} {', '.join(names)}"


def check_link() -> None:
    """Take the first positions of the controls from the link, and record invalid ones; call it before all controls."""
    if not _link_problems.is_kept():
        state.linked_positions.set(linked_positions())
        _link_problems.set(link_problems(linked_query()))


def warn_of_invalid_values(places: Sequence[str]) -> None:
    """Warn of invalid values at the top of the page, as a phone hides the settings.

    Parameters
    ----------
    places : sequence of str
        A sentence for each place of the page that the link opens and that is not there.
    """
    found = [*_link_problems.get(), *places]
    if found:
        st.warning(f"Some values in this link aren’t allowed: {plain('; '.join(found))}. The others are set.")
