"""The component that draws a picture of the network, compact or large, and changes it in place to avoid flicker."""

from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from mlp.page.style.link import hidable
from mlp.page.style.picking import Pick, pick_from
from mlp.page.style.theme import colors

HERE = Path(__file__).parent
_JS = "export default (component) => inkling.drawNetwork(component);"
_CSS = (HERE / "network_widget.css").read_text(encoding="utf-8")

LEGEND = (
    '<p class="ink-net-legend">'
    '<span><i class="up"></i>raises the next sum</span><span><i class="down"></i>lowers it</span>'
    '<span><i class="tile"></i>what a neuron looks for</span><span><i class="lamp"></i>how active it is</span></p>'
)
"""A line below a picture."""

hidable("stage-network", "The network at work")


def network_widget(key: str, scene: dict[str, Any], numbers: Container[int], on_pick: Callable[[Pick], None]) -> None:
    """Draw a packed `Scene`; without ``neurons``, it is one button with the number 0.

    In a large picture, ``neurons`` has for each neuron and answer its number, name, texts, whether it is pressed (None
    if it cannot be) and probability as text. ``on_pick`` is called with each press on one of ``numbers``.
    """
    shades = {name: shade for name, shade in colors().items() if name in ("accent", "second", "paper", "line")}
    pick_from(key, {**scene, "colors": shades}, _CSS, numbers, on_pick, _JS)
