"""Dropout: a fraction is dropped, the others compensate, and its gradient is that of the loss for a fixed mask."""

import pickle

import numpy as np
import pytest

from mlp import MLP, SGD, Dropout, softmax_cross_entropy, train
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.weights import dump_model, parse_model
from tests.nn.test_gradients import TOLERANCE, central_differences, relative_error

RATES = [0.2, 0.5, 0.8]


@pytest.mark.parametrize("rate", RATES)
def test_dropout_zeroes_its_share_and_keeps_the_mean(rate):
    layer = Dropout(rate)
    outputs = layer.forward(np.ones((400, 500), np.float32), np.random.default_rng(0))
    assert outputs.dtype == np.float32
    assert set(np.unique(outputs)) == {np.float32(0), np.float32(1 / (1 - rate))}
    assert (outputs == 0).mean() == pytest.approx(rate, abs=0.005)
    assert outputs.mean() == pytest.approx(1, abs=0.01)


def test_dropout_without_a_generator_passes_everything():
    inputs, layer = np.arange(6.0).reshape(2, 3), Dropout(0.9)
    assert not np.array_equal(layer.forward(inputs, np.random.default_rng(0)), inputs)
    np.testing.assert_array_equal(layer.forward(inputs), inputs)
    np.testing.assert_array_equal(layer.backward(inputs), inputs)


@pytest.mark.parametrize("rate", [-0.1, 1.0, np.nan])
def test_rate_out_of_range_is_named(rate):
    with pytest.raises(ValueError, match=r"dropout must be at least 0 and less than 1"):
        Dropout(rate)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_dropout_network_has_right_gradients_for_a_fixed_mask(name, smoothing):
    rng = np.random.default_rng(4)
    network = MLP([6, 5, 4, 3], activation=name, rng=rng, dtype=np.float64, dropout=0.4)
    for dense in network.dense_layers:
        dense.bias.value[...] = rng.standard_normal(
            dense.n_out
        )  # away from the kink, also where all inputs are dropped
    images, labels = rng.random((7, 6)), rng.integers(0, 3, 7)

    def logits():
        return network.forward(images, np.random.default_rng(7))  # each time the same masks

    def loss():
        return softmax_cross_entropy(logits(), labels, smoothing)[0]

    network.backward(softmax_cross_entropy(logits(), labels, smoothing)[1])
    grads = [parameter.grad.copy() for parameter in network.parameters()]
    for parameter, grad in zip(network.parameters(), grads, strict=True):
        assert relative_error(grad, central_differences(loss, parameter.value)) < TOLERANCE
    assert loss() != softmax_cross_entropy(network.logits(images), labels, smoothing)[0]


def test_dropout_adds_layers_but_does_not_change_reading():
    plain, dropped = (MLP([6, 5, 4, 3], rng=np.random.default_rng(1), dropout=rate) for rate in (0.0, 0.5))
    assert not any(isinstance(layer, Dropout) for layer in plain.layers)
    assert len(dropped.dropouts) == 2
    images = np.random.default_rng(2).random((5, 6), np.float32)
    assert dropped.forward(images, np.random.default_rng(3)).tobytes() != plain.forward(images).tobytes()
    assert dropped.logits(images).tobytes() == plain.logits(images).tobytes()
    assert parse_model(dump_model(dropped)).logits(images).tobytes() == plain.logits(images).tobytes()
    for twin in (dropped.copy(), pickle.loads(pickle.dumps(dropped))):
        assert [layer.rate for layer in twin.dropouts] == [0.5, 0.5]
    assert dropped.copy(dropout=0).dropouts == []


def test_own_loop_with_dropout_takes_the_steps_of_train():
    images, labels = np.random.default_rng(2).random((6, 6), np.float32), np.arange(6) % 3
    ends = []
    for own in (True, False):
        network = MLP([6, 5, 3], rng=np.random.default_rng(1), dropout=0.5)
        optimizer, rng = SGD(network.parameters(), 0.1), np.random.default_rng(3)
        if own:
            order = rng.permutation(6)
            logits = network.forward(images[order], rng)
            network.backward(softmax_cross_entropy(logits, labels[order])[1])
            optimizer.step()
        else:
            list(train(network, optimizer, images, labels, batch_size=6, epochs=1, rng=rng))
        ends.append(network.values)
        np.testing.assert_array_equal(network.forward(images), network.logits(images))
    np.testing.assert_array_equal(*ends)


def test_rate_that_is_changed_later_is_checked_and_used():
    layer = Dropout(0.5)
    with pytest.raises(ValueError, match="dropout must be at least 0 and less than 1, got 1"):
        layer.rate = 1
    layer.rate = 0.9
    assert (layer.draw((100, 100), np.random.default_rng(0)) == 0).mean() == pytest.approx(0.9, abs=0.02)
