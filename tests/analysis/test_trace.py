"""The trace of one image through a network."""

import numpy as np

from mlp import MLP
from mlp.analysis.trace import LEADING, Link, links, trace


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


def test_contributions_and_bias_make_up_the_sum():
    network = MLP([6, 5, 4, 3], activation="tanh", rng=np.random.default_rng(1), dtype=np.float64)
    for layer in trace(network, np.linspace(0, 1, 6), 9):
        for neuron, total in enumerate(layer.sums):
            assert np.isclose(layer.contributions(neuron).sum() + layer.dense.bias.value[neuron], total)


def test_links_are_the_strongest_nonzero_contributions():
    hidden, logits = trace(small_network(), np.array([1.0, 1.0]), 9)
    assert links(hidden, logits, 9) == [Link(0, 1, -7.0), Link(0, 0, 10.5)]
    assert links(hidden, logits, 1) == [Link(0, 0, 10.5)]


def test_links_that_raise_the_answer_come_before_stronger_ones():
    network = MLP([6, 40, 3], rng=np.random.default_rng(2))
    network.dense_layers[-1].weight.value[:, 1] /= 50
    hidden, logits = trace(network, np.ones(6, np.float32), 12)
    raising = sorted(link for link in links(hidden, logits, 99) if link.target == 1 and link.contribution > 0)
    strongest = sorted(raising, key=lambda link: link.contribution)[-LEADING:]
    assert not any(link.target == 1 for link in links(hidden, logits, 10))
    found = links(hidden, logits, 10, answer=1)
    assert [link for link in found if link.target == 1] == strongest
    assert len(found) == 10
    assert [abs(link.contribution) for link in found] == sorted(abs(link.contribution) for link in found)


def test_trace_shows_the_most_active_neurons_up_to_the_limit():
    network = MLP([6, 40, 3], rng=np.random.default_rng(2))
    hidden, logits = trace(network, np.ones(6, np.float32), 8)
    quietest = np.abs(hidden.outputs[list(hidden.shown)]).min()
    others = np.delete(np.abs(hidden.outputs), hidden.shown)
    assert len(hidden.shown) == 8
    assert quietest >= others.max()
    assert logits.shown == (0, 1, 2)
