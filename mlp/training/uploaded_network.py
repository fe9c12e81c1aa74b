"""Check that a network from a file maps 28 × 28 pixels to named classes."""

from mlp.language import Later, mark, said_by
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError, parse_model
from mlp.training.setting_entry import N_INPUTS, checked_widths


def network_for_drawings(data: bytes, name: str) -> Reader:
    """Return a network for drawings from the bytes of a file.

    Raises a ModelError if the file is not a network, or not one from 28 × 28 pixels to digits or named signs.
    """
    network = parse_model(data, name=name)
    check_reads_drawings(network, name)
    return network


def check_reads_drawings(network: Reader, name: str) -> None:
    """Raise a ModelError unless a network maps 28 × 28 pixels to named classes, with layers as a run may have."""
    if network.layer_sizes[0] != N_INPUTS or not network.has_names:
        rule = mark("{name}: it must go from {n} pixels to 10 digits, or to signs whose names it has, got {sizes}")
        raise ModelError(Later(rule, name=name, n=N_INPUTS, sizes=" → ".join(map(str, network.layer_sizes))))
    try:
        checked_widths(network.layer_sizes[1:-1])
    except ValueError as error:
        raise ModelError(Later("{where}: {error}", where=name, error=said_by(error))) from error
