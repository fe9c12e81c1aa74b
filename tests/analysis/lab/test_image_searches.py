"""What the lab looks for in a network: paths between images, and the image that a neuron responds to most."""

import numpy as np
import pytest

from mlp.analysis.lab.morph import by_hidden_layer, by_pixels, morph
from mlp.analysis.lab.sliced import advanced
from mlp.analysis.lab.wish import sum_of, wish
from mlp.nn.network import MLP
from mlp.nn.reader import Reader


@pytest.fixture
def ends() -> np.ndarray:
    return np.random.default_rng(0).random((2, 784), np.float32)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_both_paths_start_and_end_at_the_answers_of_the_images(ends: np.ndarray, activation: str):
    network = MLP([784, 30, 20, 10], activation=activation, rng=np.random.default_rng(1), dropout=0.5)
    reader = Reader(network, temperature=1.3)
    for path in (by_pixels, by_hidden_layer):
        np.testing.assert_allclose(path(reader, *ends)[[0, -1]], reader.predict_proba(ends), rtol=1e-4)


def test_both_paths_are_equal_for_a_linear_network(ends: np.ndarray):
    network = MLP([784, 10], rng=np.random.default_rng(2))
    reader = Reader(network)
    np.testing.assert_allclose(by_pixels(reader, *ends), by_hidden_layer(reader, *ends), rtol=1e-4)
    found = advanced(morph(network, *ends), 0)
    assert found.distances[0] < 1e-6


def test_images_approach_the_path_and_ends_stay(ends: np.ndarray):
    network = MLP([784, 40, 30, 10], rng=np.random.default_rng(3), dropout=0.5)
    found = advanced(morph(network, *ends), 60)
    assert found.progress == 1
    assert found.distances[-1] < 0.6 * found.distances[0]
    assert (found.images[[0, -1]] == ends).all()
    assert found.images.min() >= 0
    assert found.images.max() <= 1


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_wish_is_that_of_a_network_without_dropout(layer: int):
    network = MLP([784, 30, 20, 10], dropout=0.5, rng=np.random.default_rng(0))
    found, plain = (advanced(wish(each, layer, 7, steps=5), 60) for each in (network, network.copy(dropout=0)))
    np.testing.assert_array_equal(found.image, plain.image)
    assert sum_of(found) == sum_of(plain)


@pytest.mark.parametrize(("layer", "neuron", "rule"), [(1, 0, "layer must be"), (0, 10, "neuron must be from 0 to 9")])
def test_missing_neuron_is_refused(layer: int, neuron: int, rule: str):
    with pytest.raises(ValueError, match=rule):
        wish(MLP([784, 10], rng=np.random.default_rng(0)), layer, neuron)
