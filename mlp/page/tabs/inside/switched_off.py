"""The neurons that visitors switch off in the network's picture."""

from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.style.picking import Pick
from mlp.training.settings import MAX_HIDDEN_LAYERS, MAX_WIDTH

NUMBERS = range(MAX_HIDDEN_LAYERS * MAX_WIDTH)
"""The numbers by which hidden neurons are picked."""


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
