"""Trace of one image through a network: every neuron's sum and output, and the strongest connections."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mlp.nn.layers import Dense
from mlp.nn.network import MLP

LEADING = 3
"""Number of connections to the answer that are shown, however strong the others are."""


class Link(NamedTuple):
    """A connection, with its contribution to the neuron that it leads to: output of ``source`` times weight."""

    source: int
    target: int
    contribution: float


@dataclass(frozen=True)
class LayerTrace:
    """One Dense layer with its activation, for one image."""

    inputs: np.ndarray  # (n_in,)
    sums: np.ndarray  # (n_out,): weighted inputs plus bias
    outputs: np.ndarray  # (n_out,), of the activation; in the last layer the sums themselves
    dense: Dense
    shown: tuple[int, ...]  # the neurons with the largest outputs by size, in ascending order

    def contributions(self, neuron: int) -> np.ndarray:
        """Return each input's contribution to a neuron's sum, shape (n_in,); with the bias they make up the sum."""
        return self.inputs * self.dense.weight.value[:, neuron]

    def directions(self) -> np.ndarray:
        """Return a row with a 1 for each shown neuron, for `pull_back`."""
        rows = np.zeros((len(self.shown), len(self.sums)), np.float32)
        rows[np.arange(len(self.shown)), self.shown] = 1
        return rows


def trace(
    network: MLP, image: np.ndarray, limit: int, activations: Sequence[np.ndarray] | None = None
) -> list[LayerTrace]:
    """Return the trace of one image through a network.

    The image is (inputs,) or (height, width), float in 0..1 or uint8 in 0..255. At most ``limit`` neurons of each layer
    are shown. ``activations`` are the result of ``network.activations`` for the image, if already computed.
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
    """Return the positions of the ``limit`` largest values by size, in ascending order.

    >>> strongest(np.array([0.1, -5.0, 0.0, 2.0]), 2)
    (1, 3)
    """
    if len(values) <= limit:
        return tuple(range(len(values)))
    return tuple(sorted(np.argsort(-np.abs(values), kind="stable")[:limit].tolist()))


class Wire(NamedTuple):
    """A line to draw from a neuron to one of the next layer; the input as a whole is neuron 0 at depth 0."""

    depth: int
    source: int
    target: int
    strength: float
    """Its contribution relative to the largest one between these two layers, −1 to 1."""


def wires(layers: Sequence[LayerTrace], limit: int) -> list[Wire]:
    """Return lines from the input to all shown neurons of the first layer, and the strongest links of the others.

    Some of the last ones lead to the answer, see `links`.
    """
    first = layers[0]
    sums = first.sums - first.dense.bias.value
    lines = [[Link(0, neuron, float(sums[neuron])) for neuron in first.shown]]
    lines += [links(before, after, limit) for before, after in pairwise(layers[:-1])]
    if len(layers) > 1:
        lines.append(links(layers[-2], layers[-1], limit, answer=int(layers[-1].sums.argmax())))
    drawn = []
    for depth, carried in enumerate(lines):
        reach = max(max((abs(link.contribution) for link in carried), default=0.0), 1e-12)
        drawn += [Wire(depth, link.source, link.target, link.contribution / reach) for link in carried]
    return drawn


def links(before: LayerTrace, after: LayerTrace, limit: int, answer: int | None = None) -> list[Link]:
    """Return the strongest connections between shown neurons of two adjacent layers, the strongest last.

    Among them are always the `LEADING` connections that raise the sum of ``answer`` the most, if it is shown.
    """
    sources, targets = np.array(before.shown), np.array(after.shown)
    carried = before.outputs[sources, np.newaxis] * after.dense.weight.value[np.ix_(sources, targets)]
    flat = carried.ravel()
    raises = (targets == answer) & (carried > 0)
    leading = np.argsort(-np.where(raises, carried, 0), axis=None, kind="stable")[: min(LEADING, int(raises.sum()))]
    order = np.argsort(-np.abs(flat), kind="stable")
    kept = np.concatenate([leading, order[~np.isin(order, leading)]])[:limit]
    rows, columns = np.unravel_index(kept[np.argsort(np.abs(flat[kept]), kind="stable")], carried.shape)
    return [
        Link(int(sources[row]), int(targets[column]), float(carried[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if carried[row, column]
    ]
