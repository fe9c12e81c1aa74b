"""Axes for drawing a guess: with the pointer as one line, or with the arrow keys on three handles."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mlp.analysis.lab.guess_comparison import BLIND, HANDLES, POINTS
from mlp.page.session_var import SessionVar
from mlp.page.style.plots import PLOT_HTML, empty_plot

_lab_axes = SessionVar[Any]("lab_axes", None)
"""The browser's report on a drawn guess; a control."""

_JS = "export default (component) => inkling.drawGuess(component);"
_CSS = """
div { position: relative; }
.ink-plot, canvas { width: 100%; height: var(--curve); }
.field { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.field > rect { fill: transparent; cursor: crosshair; touch-action: none; }
.field > path { fill: none; stroke: var(--ink); stroke-width: 2; stroke-dasharray: 6 4; stroke-linejoin: round; }
circle { fill: var(--paper); stroke: var(--accent); stroke-width: 2; pointer-events: none; }
circle:focus-visible { outline: none; stroke: var(--ink); stroke-width: 3; r: 7px; }
"""


def guess_axes(
    heights: Sequence[float], epochs: int, description: str, on_draw: Callable[[tuple[float, ...]], None]
) -> None:
    """Draw the axes with the guess so far, `POINTS` numbers from 0 to 1, or none.

    ``on_draw`` is called with new ones.
    """

    def drawn() -> None:
        found: Any = (_lab_axes.get() or {}).get("drawn")
        if not isinstance(found, list | tuple) or len(found) != POINTS:
            return
        if all(isinstance(one, int | float) and 0 <= one <= 1 for one in found):
            on_draw(tuple(float(one) for one in found))

    data = {
        "plot": empty_plot(epochs),
        "heights": list(heights),
        "handles": list(HANDLES),
        "points": POINTS,
        "blind": BLIND,
        "epochs": epochs,
        "description": description,
    }
    html = f'<div>{PLOT_HTML}<svg class="field" role="group"></svg></div>'
    component = st.components.v2.component("guess_axes", html=html, js=_JS, css=_CSS)
    component(key=_lab_axes.key, data=data, on_drawn_change=drawn)
