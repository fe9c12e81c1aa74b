"""Histograms of the numbers in a network, the trace of one image, and the size of a step."""

import numpy as np
import pytest

from mlp import MLP, softmax_cross_entropy
from mlp.analysis.statistics import layer_statistics
from mlp.analysis.trace import Link, links, trace


def test_dead_neurons_are_those_that_are_silent_for_every_image():
    network = MLP([4, 6, 3], rng=np.random.default_rng(0))
    first = network.dense_layers[0]
    first.weight.value[...] = 1
    first.bias.value[...] = [0, 0, 0, 0, -100, -100]
    images = np.random.default_rng(1).random((20, 4)).astype(np.float32)
    hidden, logits = layer_statistics(network, images, np.zeros(20, int), images)
    assert (hidden.n_in, hidden.n_out, hidden.dead) == (4, 6, 2)
    assert hidden.silent == pytest.approx(2 / 6)
    assert hidden.activations.counts.sum() == 4 * 20
    assert (logits.dead, logits.silent) == (None, 0)


def test_gradients_match_the_loss_and_leave_the_network_unchanged():
    network = MLP([4, 6, 3], rng=np.random.default_rng(0))
    images, labels = np.random.default_rng(1).random((20, 4)).astype(np.float32), np.arange(20) % 3
    before = network.values.copy()
    found = layer_statistics(network, images, labels, images)
    assert not network.grads.any()
    np.testing.assert_array_equal(network.values, before)
    network.backward(softmax_cross_entropy(network.forward(images), labels)[1])
    assert found[0].gradients.std == pytest.approx(float(network.dense_layers[0].weight.grad.std()))
    assert found[0].weights.std == pytest.approx(float(network.dense_layers[0].weight.value.std()))


def test_weights_that_are_not_finite_are_an_error():
    network = MLP([4, 3], rng=np.random.default_rng(0))
    network.values[0] = np.nan
    with pytest.raises(ValueError, match="not all finite"):
        layer_statistics(network, np.ones((1, 4), np.float32), np.zeros(1, int), np.ones((1, 4), np.float32))


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
