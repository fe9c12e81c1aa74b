"""What the page's address asks for that its controls cannot be set to: it is said, and the control stays as it is."""

from collections.abc import Callable, Collection

import streamlit as st

from mlp.page.look import plain
from mlp.page.settings_panel import IMAGES, LEARNING_RATES, WEIGHT_DECAYS, WIDTHS
from mlp.training.schedule import SCHEDULES

MOST_CHARS = 30  # of a value that is repeated to whoever opened the link


def _whole(low: int, high: int, step: int = 1) -> tuple[Callable[[str], bool], str]:
    def holds(text: str) -> bool:
        is_whole = text.isascii() and text.isdecimal() and len(text) <= 20  # int() raises above 4,300 digits
        return is_whole and low <= int(text) <= high and int(text) % step == 0

    return holds, f"a {'whole number' if step == 1 else f'multiple of {step}'} from {low} to {high}"


def _one_of(values: Collection[object]) -> tuple[Callable[[str], bool], str]:
    names = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    said = ", ".join(names) if len(names) <= 8 else f"{names[0]}, {names[1]}, {names[2]}, … or {names[-1]}"
    return names.__contains__, f"one of {said}"


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 0.99
    except ValueError:
        return False


RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "hidden_layers": _whole(1, len(WIDTHS)),
    **{f"width_{number}": _whole(8, 512) for number in range(1, len(WIDTHS) + 1)},
    "learning_rate": _one_of(LEARNING_RATES),
    "epochs": _whole(1, 100),
    "batch_size": _whole(8, 512, step=8),
    "optimizer": _one_of(["sgd", "adam"]),
    "schedule": _one_of(SCHEDULES),
    "momentum": (_is_share, "a number from 0 to 0.99"),
    "weight_decay": _one_of(WEIGHT_DECAYS),
    "activation": _one_of(["relu", "tanh", "sigmoid"]),
    "initialization": _one_of(["xavier", "he"]),
    "seed": _whole(0, 2**32 - 1),
    "images": _one_of(IMAGES),
    "warp": _one_of(["true", "false"]),
}
"""Of each control: whether a text in the address is a value that it can have, and the rule in words."""


def complaints(query: dict[str, str]) -> list[str]:
    """Name each value that breaks its rule, and the rule, as Markdown.

    Examples
    --------
    >>> print(*complaints({"epochs": "900", "batch_size": "64", "momentum": "1"}), sep=chr(10))
    epochs must be a whole number from 1 to 100, got 900
    momentum must be a number from 0 to 0.99, got 1
    """
    found = []
    for name, (holds, rule) in RULES.items():
        text = query.get(name)
        if text is not None and not holds(text):
            shown = text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"
            found.append(f"{name} must be {rule}, got {plain(shown) or 'nothing'}")
    return found


def note_what_cannot_be(place: str = "asked_in_vain") -> None:
    """Say what the address asked for in vain when the page was opened; goes before the controls, which correct it."""
    if place not in st.session_state:
        st.session_state[place] = complaints(st.query_params.to_dict())
    found = st.session_state[place]
    if found:
        st.warning(f"The link cannot have all that it asks for: {'; '.join(found)}. The rest is as it says.")
