"""Report values in the URL that no control accepts."""

import streamlit as st

from mlp.images.stroke_link import strokes_from_text
from mlp.page import state
from mlp.page.style.theme import plain
from mlp.training.recipes import RECIPES
from mlp.training.setting_entry import Control
from mlp.training.settings_table import controls, written

MOST_CHARS = 30  # of a value that is repeated to whoever opened the link
MOST_NAMES = 8


def complaints(query: dict[str, str]) -> list[str]:
    """Name each value that breaks its rule, and the rule.

    Examples
    --------
    >>> print(*complaints({"epochs": "900", "batch_size": "64", "momentum": "1"}), sep=chr(10))
    epochs must be a whole number from 1 to 100, got 900
    momentum must be a number from 0 to 0.99, got 1
    """
    found = []
    for key, control in controls().items():
        text = query.get(key)
        if text is not None and not _is_among(control, text):
            shown = text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"
            found.append(f"{key} must be {_rule(control)}, got {shown or 'nothing'}")
    name = query.get("recipe")
    if name is not None and name not in RECIPES:
        shown = name if len(name) <= MOST_CHARS else name[:MOST_CHARS] + "…"
        found.append(f"recipe must be one of {', '.join(RECIPES)}, got {shown or 'nothing'}")
    if drawing := query.get("drawing"):
        try:
            strokes_from_text(drawing)
        except ValueError as error:
            found.append(str(error))
    return found


def _is_among(control: Control, text: str) -> bool:
    """Whether a text in the address is one of a control's positions, or a number between two that it takes."""
    positions = control.positions
    if isinstance(positions, range):
        # int() raises above 4,300 digits.
        return text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) in positions
    if control.takes_between:
        try:
            return bool(positions[0] <= float(text) <= positions[-1])
        except ValueError:
            return False
    return text in map(written, positions)


def _rule(control: Control) -> str:
    positions = control.positions
    low, high = written(positions[0]), written(positions[-1])
    if isinstance(positions, range):
        step = positions.step
        return f"a {'whole number' if step == 1 else f'multiple of {step}'} from {low} to {high}"
    if control.takes_between:
        return f"a number from {low} to {high}"
    names = [written(position) for position in positions]
    if len(names) > MOST_NAMES:
        names[3:] = [f"… or {names[-1]}"]
    return f"one of {', '.join(names)}"


def check_link() -> None:
    """Note, as the page opens, what no control accepts; to be called before all controls, which correct the URL."""
    if not state.link_complaints.is_kept():
        state.link_complaints.set(complaints(st.query_params.to_dict()))


def note_what_cannot_be() -> None:
    """Report what no control accepted, at the top of the page, as the settings are out of sight on a phone."""
    found = state.link_complaints.get()
    if found:
        st.warning(f"The link cannot have all that it asks for: {plain('; '.join(found))}. The rest is as it says.")
