"""A field for a name that the visitor may give, which several tabs can show and change."""

from collections.abc import Callable

import streamlit as st

from mlp.page.session_var import ControlVar

MAX_CHARS = 40


def name_field(
    label: str, key: str, name: str, keep: Callable[[str], None], *, width: int, help: str | None = None
) -> None:
    """Draw the field with the name that is kept; ``keep`` is called with the one that the visitor types."""
    field = ControlVar(key, "")
    field.set(name)
    with field.placed():
        st.text_input(
            label,
            key=field.key,
            max_chars=MAX_CHARS,
            width=width,
            help=help,
            on_change=field.on_change(lambda: keep(field.get().strip())),
        )
