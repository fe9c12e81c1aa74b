"""The styles of synthetic digits, each with examples and a switch."""

from functools import lru_cache

import numpy as np
import streamlit as st

from mlp.images.handwriting.styles import STYLES, Style, style_names
from mlp.images.handwriting.writing import synthetic_digits
from mlp.page import state
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.redraw import On, Where, part, rerun_page
from mlp.page.style.theme import digits

_show_styles = SessionVar[bool]("show_styles", False)
"""Whether the styles of synthetic digits are shown; a control."""


EXAMPLES = 4


@part("styles", on=On.SETTING, where=Where.TAB)
def styles_section() -> None:
    """Draw a row for each digit with its styles, and a switch for each style."""
    if not st.toggle("Show the styles of synthetic digits", key=_show_styles.key):
        return
    st.caption(
        "The setting *Add synthetic digits* adds digits in these styles to MNIST’s; the next run leaves out those that "
        "you switch off."
    )
    without = state.control("without_styles").get()
    for digit, styles in STYLES.items():
        with st.container(horizontal=True, key=f"styles_of_{digit}"):
            for style in styles:
                name = style.__name__
                with st.container(width=150):
                    st.html(digits(_examples(digit, style), [""] * EXAMPLES, alt=f"a {name.replace('_', ' ')}"))
                    switch = _style_switch(name)
                    switch.set(name not in without)
                    with switch.placed():
                        st.checkbox(
                            name.replace("_", " "), key=switch.key, on_change=switch.on_change(_switch), args=(name,)
                        )


def _switch(name: str) -> None:
    """Apply a switch to the setting, and redraw the page, which shows it; the last style stays on."""
    without = set(state.control("without_styles").get()) ^ {name}
    names = style_names()
    if len(without) < len(names):
        state.control("without_styles").set([each for each in names if each in without])
    rerun_page()


@lru_cache(maxsize=64)
def _examples(digit: int, style: Style) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.concatenate([synthetic_digits(1, rng, styles={digit: {style: 1.0}})[0] for _ in range(EXAMPLES)])


def _style_switch(name: str) -> ControlVar[bool]:
    """Return whether synthetic digits have a style of this name; a control."""
    return ControlVar(f"style_{name}", True)
