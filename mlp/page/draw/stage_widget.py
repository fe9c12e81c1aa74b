"""The component that draws the compact picture of the network, and changes it in place to avoid flicker."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from mlp.page.draw.stage_network import Scene
from mlp.page.style.hidable import hidable

HERE = Path(__file__).parent
_HTML = '<button type="button" class="stage"><canvas></canvas><span class="name"></span></button>'
_JS = (HERE / "stage_widget.js").read_text(encoding="utf-8")
_CSS = (HERE / "stage_widget.css").read_text(encoding="utf-8")

hidable("stage-network", "The network at work")


def stage_widget(scene: Scene, names: Sequence[str], colors: dict[str, str], on_open: Callable[[], None]) -> None:
    """Draw a scene with the names of its answers; a click on it calls ``on_open``."""
    widget = st.components.v2.component("stage_network", html=_HTML, js=_JS, css=_CSS)
    shades = {name: colors[name] for name in ("accent", "second", "paper", "line")}
    widget(
        key="stage_network",
        data={**scene.packed(names), "colors": shades},
        on_open_change=on_open,
    )
