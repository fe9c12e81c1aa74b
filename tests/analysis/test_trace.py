"""The trace of one image through a network."""

import numpy as np

from mlp import MLP
from mlp.analysis.trace import Link, links, trace


def small_network():
    """Return a network with two inputs, two ReLUs and two logits, simple enough for mental arithmetic."""
    network = MLP([2, 2, 2], rng=np.random.default_rng(0), dtype=np.float64)
    first, last = network.dense_layers
    first.weight.value[...] = [[1, -1], [2, 0]]
    first.bias.value[...] = [0.5, 0]
    last.weight.value[...] = [[3, -2], [5, 5]]
    last.bias.value[...] = [0, 1]
    return network


def test_sums_and_outputs_are_those_of_a_case_worked_by_hand():
    hidden, logits = trace(small_network(), np.array([1.0, 1.0]), 9)
    assert hidden.sums.tolist() == [3.5, -1.0]
    assert hidden.outputs.tolist() == [3.5, 0.0]
    assert logits.sums.tolist() == logits.outputs.tolist() == [10.5, -6.0]
    assert hidden.contributions(0).tolist() == [1.0, 2.0]


def test_links_are_the_strongest_nonzero_contributions():
    hidden, logits = trace(small_network(), np.array([1.0, 1.0]), 9)
    assert links(hidden, logits, 9) == [Link(0, 1, -7.0), Link(0, 0, 10.5)]
    assert links(hidden, logits, 1) == [Link(0, 0, 10.5)]
