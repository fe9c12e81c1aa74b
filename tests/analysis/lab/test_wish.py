"""The image that a neuron responds to most: for a linear one, its weights."""

import numpy as np
import pytest

from mlp.analysis.lab.sliced import advanced
from mlp.analysis.lab.wish import sum_of, wish
from mlp.nn.network import MLP


def test_linear_neuron_wishes_for_its_clipped_weights():
    network = MLP([784, 10], rng=np.random.default_rng(0))
    found = advanced(wish(network, 0, 3, max_shift_px=0, decay=0.8, steps=400), 60)
    weight = network.dense_layers[0].weight.value[:, 3]
    np.testing.assert_allclose(found.image, np.clip(weight / np.sqrt(np.square(weight).mean()) / 0.8, 0, 1), atol=1e-3)


@pytest.mark.parametrize("seed", [0, 5])
def test_first_neuron_wishes_for_the_positive_part_of_its_weights_alone(seed: int):
    network = MLP([784, 30, 10], dropout=0.5, rng=np.random.default_rng(seed))
    found = advanced(wish(network, 0, 7), 60)
    weight = network.dense_layers[0].weight.value[:, 7]
    np.testing.assert_allclose(found.image, np.clip(weight / np.sqrt(np.square(weight).mean()), 0, 1), atol=1e-3)
    assert sum_of(found) == pytest.approx(float(found.image @ weight) + float(network.dense_layers[0].bias.value[7]))


def test_wish_drives_the_neuron_further_than_noise():
    network = MLP([784, 30, 20, 10], rng=np.random.default_rng(1))
    for layer in range(3):
        found = advanced(wish(network, layer, 5, max_shift_px=0), 60)
        assert len(found.sums) == found.steps
        assert found.sums[-1] > found.sums[0] + 1


def test_wish_is_independent_of_slices():
    network = MLP([784, 30, 10], activation="tanh", rng=np.random.default_rng(2))
    begun = wish(network, 1, 5, steps=30)
    whole, kept = advanced(begun, 60), begun.image.copy()
    part = begun
    while part.progress < 1:
        part = advanced(part, 0)
    assert (part.image == whole.image).all()
    assert (begun.image == kept).all()
    assert begun.progress == 0


def test_blind_neuron_has_no_wish():
    network = MLP([784, 10], rng=np.random.default_rng(3))
    network.values[:] = 0
    assert np.abs(advanced(wish(network, 0, 0), 60).image).max() < 0.01


@pytest.mark.parametrize(("layer", "neuron", "rule"), [(1, 0, "layer must be"), (0, 10, "neuron must be from 0 to 9")])
def test_missing_neuron_is_refused(layer: int, neuron: int, rule: str):
    with pytest.raises(ValueError, match=rule):
        wish(MLP([784, 10], rng=np.random.default_rng(0)), layer, neuron)
