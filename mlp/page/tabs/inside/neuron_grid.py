"""The hidden neurons as a grid of switches, lit as they fire."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mlp.page.style.picking import choice, pick_from
from mlp.training.settings import MAX_HIDDEN_LAYERS, MAX_WIDTH

NUMBERS = range(MAX_HIDDEN_LAYERS * MAX_WIDTH)
"""Numbers of hidden neurons: that of the layer, from 0, times `MAX_WIDTH`, plus that in the layer."""

_CSS = """
.root { display: grid; gap: 1rem; }
h3 { font-size: 0.9rem; font-weight: 600; margin: 0 0 0.4rem; color: var(--ink); }
section > div { display: grid; grid-template-columns: repeat(auto-fill, 1.35rem); gap: 3px; }
button { width: 1.35rem; height: 1.35rem; padding: 0; border: 0; border-radius: 4px; cursor: pointer;
  background: color-mix(in srgb, #fff var(--lit), #000); box-shadow: 0 0 0 1px var(--line); }
button:hover, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; z-index: 1; }
button[aria-pressed="true"] { background:
  linear-gradient(to top right, transparent 44%, var(--accent) 44% 56%, transparent 56%),
  linear-gradient(to bottom right, var(--paper) 44%, var(--accent) 44% 56%, var(--paper) 56%); }
@media (pointer: coarse) { section > div { grid-template-columns: repeat(auto-fill, 1.75rem); }
  button { width: 1.75rem; height: 1.75rem; } }
"""


class LayerSwitches(NamedTuple):
    """A hidden layer: its title, the neurons to show, how strongly each fires, 0 to 1, and those that are off."""

    title: str
    neurons: Sequence[int]
    lit: np.ndarray
    off: set[int]


def neuron_grid(layers: Sequence[LayerSwitches], on_switch: Callable[[int, int], None]) -> None:
    """Draw the switches; ``on_switch`` is called with the layer and the neuron, both from 0."""
    sections = "".join(
        f'<section><h3>{layer.title}</h3><div role="group" aria-label="{layer.title}">'
        + "".join(_switch(number, layer, neuron) for neuron in layer.neurons)
        + "</div></section>"
        for number, layer in enumerate(layers)
    )
    pick_from("lab_neurons", sections, _CSS, NUMBERS, lambda pick: on_switch(*divmod(pick.number, MAX_WIDTH)))


def _switch(number: int, layer: LayerSwitches, neuron: int) -> str:
    lit, off = f"{layer.lit[neuron]:.0%}", neuron in layer.off
    name = f"neuron {neuron + 1}, {'off' if off else f'lit {lit}'}"
    return choice(number * MAX_WIDTH + neuron, name, pressed=off, more=f'title="{name}" style="--lit:{lit}"')
