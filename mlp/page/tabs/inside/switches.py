"""The hidden neurons that visitors switch off, and a grid of switches for them, colored by their activity."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.style.picking import Pick, choice, pick_from
from mlp.training.settings import MAX_HIDDEN_LAYERS, MAX_WIDTH

NUMBERS = range(MAX_HIDDEN_LAYERS * MAX_WIDTH)
"""The numbers by which hidden neurons are picked."""
_CSS = """
.root { display: grid; gap: 1rem; }
h3 { font-size: 0.9rem; font-weight: 600; margin: 0 0 0.4rem; color: var(--ink); }
section > div { display: grid; grid-template-columns: repeat(auto-fill, 1.35rem); gap: 3px; }
button { width: 1.35rem; height: 1.35rem; padding: 0; border: 0; border-radius: 4px; cursor: pointer;
  background: color-mix(in srgb, var(--color) var(--level), var(--paper)); box-shadow: 0 0 0 1px var(--line); }
button:hover, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; z-index: 1; }
button[aria-pressed="true"] { background:
  linear-gradient(to top right, transparent 44%, var(--accent) 44% 56%, transparent 56%),
  linear-gradient(to bottom right, var(--paper) 44%, var(--accent) 44% 56%, var(--paper) 56%); }
@media (pointer: coarse) { section > div { grid-template-columns: repeat(auto-fill, 1.75rem); }
  button { width: 1.75rem; height: 1.75rem; } }
"""


def number_of(layer: int, neuron: int) -> int:
    """Return the number by which a neuron is picked; layer and neuron count from 0."""
    return layer * MAX_WIDTH + neuron


def switched_off_in(network: MLP) -> list[set[int]]:
    """Return the neurons of each hidden layer that are off, without those that this network does not have."""
    off = state.lab_off.get()
    return [
        {neuron for layer, neuron in off if layer == number and neuron < width}
        for number, width in enumerate(network.layer_sizes[1:-1])
    ]


def switch(pick: Pick) -> None:
    """Switch the picked neuron off, or on again; for callbacks."""
    off, place = state.lab_off.get(), divmod(pick.number, MAX_WIDTH)
    state.lab_off.set(tuple(one for one in off if one != place) if place in off else (*off, place))


class LayerSwitches(NamedTuple):
    """A hidden layer: its title, the neurons to show, the activity of each neuron, and those that are off."""

    title: str
    neurons: Sequence[int]
    levels: np.ndarray
    off: set[int]


def neuron_grid(layers: Sequence[LayerSwitches]) -> None:
    """Draw the switches."""
    sections = "".join(
        f'<section><h3>{layer.title}</h3><div role="group" aria-label="{layer.title}">'
        + "".join(_switch(number, layer, neuron) for neuron in layer.neurons)
        + "</div></section>"
        for number, layer in enumerate(layers)
    )
    pick_from("lab_neurons", sections, _CSS, NUMBERS, switch)


def _switch(number: int, layer: LayerSwitches, neuron: int) -> str:
    level, off = float(layer.levels[neuron]), neuron in layer.off
    name = f"neuron {neuron + 1}, {'off' if off else f'active {level:.0%}'.replace('-', '−')}"
    color = f"--color:var(--{'second' if level < 0 else 'accent'});--level:{abs(level):.0%}"
    return choice(number_of(number, neuron), name, pressed=off, more=f'title="{name}" style="{color}"')
