"""Damage to a network: none changes nothing, and each kind removes exactly the named parts."""

import numpy as np
import pytest

from mlp.analysis.damage import (
    Damage,
    damaged,
    n_affordable,
    n_bytes,
    n_weights_left,
    quantized,
)
from mlp.nn.network import MLP
from mlp.nn.reader import Reader


@pytest.fixture
def network() -> MLP:
    network = MLP([20, 8, 6, 10], activation="sigmoid", rng=np.random.default_rng(0), dropout=0.5)
    network.values += np.random.default_rng(1).normal(0, 0.1, network.values.shape).astype(np.float32)
    return network


def test_no_damage_changes_no_bit(network: MLP):
    assert (damaged(network, Damage((), 0.0, 32)).values == network.values).all()
    assert n_bytes(network, Damage()) == network.values.nbytes


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_neuron_that_is_off_gives_zero_to_the_next_layer(activation: str):
    network = MLP([20, 8, 6, 10], activation=activation, rng=np.random.default_rng(0), dropout=0.5)
    before = network.values.copy()
    images = np.random.default_rng(2).random((5, 20), np.float32)
    plain = network.copy(dropout=0)
    _, second, last = plain.dense_layers
    hidden = plain.activations(images)[2].copy()
    hidden[:, 3] = 0
    expected = last.forward(plain.layers[3].forward(second.forward(hidden)))
    np.testing.assert_allclose(damaged(network, Damage(off=((0, 3),))).logits(images), expected, rtol=1e-5, atol=1e-6)
    assert (network.values == before).all()


def test_pruning_takes_the_smallest_weights_of_all_layers_together(network: MLP):
    half = damaged(network, Damage(pruned=0.5))
    assert (n_weights_left(half), n_weights_left(network)) == (134, 268)
    before = np.concatenate([dense.weight.value.ravel() for dense in network.dense_layers])
    after = np.concatenate([dense.weight.value.ravel() for dense in half.dense_layers])
    assert np.abs(before[after == 0]).max() < np.abs(before[after != 0]).min()
    assert n_weights_left(damaged(network, Damage(pruned=1.0))) == 0


def test_rounded_weights_have_the_values_of_their_bits_and_more_are_closer():
    weight = np.random.default_rng(3).normal(size=(2000, 3)).astype(np.float32)
    errors = []
    for bits, values in ((1, 2), (2, 3), (4, 15), (8, 255)):
        few = quantized(weight, bits)
        assert few.dtype == np.float32
        assert max(len(np.unique(column)) for column in few.T) <= values
        errors.append(np.square(few - weight).mean())
    assert errors == sorted(errors, reverse=True)
    np.testing.assert_allclose(quantized(weight, 1), np.sign(weight) * np.abs(weight).mean(axis=0), rtol=1e-6)


def test_bytes_are_counted_by_hand(network: MLP):
    weights, neurons = 20 * 8 + 8 * 6 + 6 * 10, 24
    for damage, bits in (
        (Damage(pruned=0.5, bits=8), 134 * 8 + weights),  # one bit per weight marks it as present
        (Damage(pruned=0.1, bits=4), weights * 4),  # such bits would cost more than they save
        (Damage(pruned=0.1, bits=1), round(0.9 * weights) + weights),  # but one bit is a sign, and has no 0
        (Damage(bits=1), weights),
    ):
        assert n_bytes(damaged(network, damage), damage) == -(-bits // 8) + 4 * neurons + 4 * neurons
    off = Damage(off=((0, 3), (1, 0), (1, 5)))
    assert n_bytes(damaged(network, off), off) == 4 * (20 * 7 + 7 * 4 + 4 * 10 + 7 + 4 + 10)


def test_fewer_images_are_affordable_the_more_a_network_computes_for_each():
    network = MLP([784, 1000, 10], rng=np.random.default_rng(0))
    readers = (
        Reader(network),
        Reader(network, test_time_augmentation=True),  # each image five times
        Reader(network, test_time_augmentation=True, straighten=True),
    )
    assert [n_affordable(reader, 10_000, 1e10) for reader in readers] == [10_000, 2200, 600]
    assert n_affordable(Reader(network), 10, 1e10) == 10


@pytest.mark.parametrize(("values", "rule"), [({"pruned": 1.2}, "from 0 to 1, got 1.2"), ({"bits": 3}, "got 3")])
def test_invalid_damage_is_refused_with_the_rule(values: dict[str, float], rule: str):
    with pytest.raises(ValueError, match=rule):
        Damage(**values)
