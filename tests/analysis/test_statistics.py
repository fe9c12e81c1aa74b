"""Histograms of the numbers in a network."""

import numpy as np
import pytest

from mlp import MLP, softmax_cross_entropy
from mlp.analysis.statistics import BINS, MAX_NUMBERS, layer_statistics, reach_of, spread


def test_spread_counts_every_number_in_its_bin():
    found = spread(np.array([[-1.0, -0.999], [0.0, 1.0]]), 1.0)
    assert (found.counts[0], found.counts[BINS // 2], found.counts[-1]) == (2, 1, 1)
    assert found.counts.sum() == 4
    assert found.mean == pytest.approx(-0.24975)


def test_outlier_is_counted_in_the_last_bin():
    values = np.append(np.full(2000, 0.1), 100.0)
    found = spread(values, reach_of(values))
    assert found.reach == 0.1
    assert found.counts.sum() == 2001


def test_many_numbers_are_sampled():
    found = spread(np.random.default_rng(5).standard_normal((500, 1000)), 5.0)
    assert found.counts.sum() == MAX_NUMBERS
    assert found.std == pytest.approx(1, abs=0.02)
    assert found.counts[BINS // 2 :].sum() == pytest.approx(MAX_NUMBERS / 2, rel=0.05)


def test_numbers_that_are_all_zero_have_a_spread():
    assert spread(np.zeros(5), reach_of(np.zeros(5))).counts[BINS // 2] == 5


def test_hidden_layers_share_the_reach_of_their_widest_hill_and_the_last_has_its_own():
    network = MLP([4, 6, 6, 6, 3], rng=np.random.default_rng(0))
    for layer, size in zip(network.dense_layers, (1.0, 0.001, 0.1, 7.0), strict=True):
        layer.weight.value[...] = size
    images = np.ones((2, 4), np.float32)
    layers = layer_statistics(network, images, np.zeros(2, int), images)
    assert [layer.weights.reach for layer in layers] == [1.0, 1.0, 1.0, 10.0]
    for kind in ("gradients", "activations"):
        assert len({getattr(layer, kind).reach for layer in layers[:-1]}) == 1


def test_network_without_hidden_layers_has_statistics():
    images = np.ones((2, 4), np.float32)
    (only,) = layer_statistics(MLP([4, 3], rng=np.random.default_rng(0)), images, np.zeros(2, int), images)
    assert only.weights.counts.sum() == 12


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


def test_silent_layer_has_a_spread():
    network = MLP([4, 6, 3], rng=np.random.default_rng(0))
    network.dense_layers[0].bias.value[...] = -100
    images = np.ones((2, 4), np.float32)
    hidden, _ = layer_statistics(network, images, np.zeros(2, int), images)
    assert (hidden.dead, hidden.silent, hidden.activations.mean) == (6, 1, 0)


def test_only_relus_can_be_dead():
    network = MLP([4, 6, 3], activation="sigmoid", rng=np.random.default_rng(0))
    images = np.ones((2, 4), np.float32)
    assert layer_statistics(network, images, np.zeros(2, int), images)[0].dead is None


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
