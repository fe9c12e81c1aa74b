"""Dropout: a fraction is dropped, the others compensate, and reading leaves it out."""

import pickle

import numpy as np
import pytest

from mlp import MLP, SGD, Dropout, softmax_cross_entropy, train
from mlp.nn.weights import dump_model, parse_model


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
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


@pytest.mark.parametrize("rate", [-0.1, 1.0, np.nan])
def test_rate_is_checked_now_and_later_and_used(rate):
    layer = Dropout(0.5)
    with pytest.raises(ValueError, match=f"dropout must be at least 0 and less than 1, got {rate}"):
        Dropout(rate)
    with pytest.raises(ValueError, match=f"dropout must be at least 0 and less than 1, got {rate}"):
        layer.rate = rate
    layer.rate = 0.9
    assert (layer.draw((100, 100), np.random.default_rng(0)) == 0).mean() == pytest.approx(0.9, abs=0.02)
