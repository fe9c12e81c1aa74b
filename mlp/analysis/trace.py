"""Trace one image through a network: every neuron's sum and output, and the strongest connections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp.nn.layers import Dense
from mlp.nn.network import MLP


class Link(NamedTuple):
    """A connection, and what it adds to the sum of the neuron it leads to: output of ``source`` times weight."""

    source: int
    target: int
    contribution: float


@dataclass(frozen=True)
class LayerTrace:
    """One Dense layer with its activation, at one image.

    Attributes
    ----------
    inputs : float array, shape (n_in,)
    sums : float array, shape (n_out,)
        Weighted inputs plus bias.
    outputs : float array, shape (n_out,)
        What the activation makes of the sums; the sums themselves in the last layer.
    dense : Dense
    shown : tuple of int
        The neurons with the largest outputs in size, in their own order.
    """

    inputs: np.ndarray
    sums: np.ndarray
    outputs: np.ndarray
    dense: Dense
    shown: tuple[int, ...]

    def contributions(self, neuron: int) -> np.ndarray:
        """What each input adds to a neuron's sum, shape (n_in,); with the bias they make up the sum."""
        return self.inputs * self.dense.weight.value[:, neuron]

    def directions(self) -> np.ndarray:
        """One row for each shown neuron, 1 at its place: with them `input_gradients` asks for each."""
        rows = np.zeros((len(self.shown), len(self.sums)), np.float32)
        rows[np.arange(len(self.shown)), self.shown] = 1
        return rows


def trace(
    network: MLP, image: np.ndarray, limit: int, activations: Sequence[np.ndarray] | None = None
) -> list[LayerTrace]:
    """Follow one image through a network.

    Parameters
    ----------
    network : MLP
    image : array, shape (inputs,) or (height, width)
        float in 0..1, or uint8 in 0..255.
    limit : int
        How many neurons of each layer are to be shown at most.
    activations : sequence of arrays, optional
        What ``network.activations`` gives for the image, where it is known already.
    """
    stages = network.activations(image[np.newaxis]) if activations is None else activations
    layers = []
    for number, layer in enumerate(network.layers):
        if isinstance(layer, Dense):
            sums = stages[number + 1][0]
            outputs = stages[min(number + 2, len(stages) - 1)][0]
            layers.append(LayerTrace(stages[number][0], sums, outputs, layer, strongest(outputs, limit)))
    return layers


def strongest(values: np.ndarray, limit: int) -> tuple[int, ...]:
    """Positions of the ``limit`` largest values by size, in rising order.

    Examples
    --------
    >>> strongest(np.array([0.1, -5.0, 0.0, 2.0]), 2)
    (1, 3)
    """
    if len(values) <= limit:
        return tuple(range(len(values)))
    return tuple(sorted(np.argsort(-np.abs(values), kind="stable")[:limit].tolist()))


def links(before: LayerTrace, after: LayerTrace, limit: int) -> list[Link]:
    """The connections between shown neurons of two neighbouring layers that carry most, the strongest last."""
    sources, targets = np.array(before.shown), np.array(after.shown)
    carried = before.outputs[sources, np.newaxis] * after.dense.weight.value[np.ix_(sources, targets)]
    order = np.argsort(-np.abs(carried), axis=None, kind="stable")[:limit][::-1]
    rows, columns = np.unravel_index(order, carried.shape)
    return [
        Link(int(sources[row]), int(targets[column]), float(carried[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if carried[row, column]
    ]
