"""The neurons that visitors switch off in the network's picture."""

from mlp.nn.network import MLP
from mlp.page import state


def switched_off_in(network: MLP) -> list[set[int]]:
    """Return the neurons of each hidden layer that are off, without those that this network does not have."""
    off = state.lab_off.get()
    return [
        {neuron for layer, neuron in off if layer == number and neuron < width}
        for number, width in enumerate(network.layer_sizes[1:-1])
    ]


def switch(layer: int, neuron: int) -> None:
    """Switch a neuron off, or on again; for callbacks."""
    off, place = state.lab_off.get(), (layer, neuron)
    state.lab_off.set(tuple(one for one in off if one != place) if place in off else (*off, place))
