"""Check that a network from a file maps 28 × 28 pixels to ten digits."""

from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError, parse_model
from mlp.training.settings import N_CLASSES, N_INPUTS


def readable_network(data: bytes, name: str) -> Reader:
    """Make a network that can read digits from the bytes of a file.

    Raises
    ------
    ModelError
        If it is no network of ours, or not one from 28 × 28 pixels to ten digits.
    """
    network = parse_model(data, name=name)
    if (network.layer_sizes[0], network.layer_sizes[-1]) != (N_INPUTS, N_CLASSES):
        sizes = " → ".join(map(str, network.layer_sizes))
        raise ModelError(f"{name}: it must go from {N_INPUTS} pixels to {N_CLASSES} digits, got {sizes}")
    return network
