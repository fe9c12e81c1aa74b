"""What the lab looks for in a network: paths between images, and the image that a neuron responds to most."""

import numpy as np
import pytest

from mlp.analysis.lab.morph import PICTURES, between, by_hidden_layer, by_pixels, morph
from mlp.analysis.lab.sliced import advanced
from mlp.analysis.lab.wish import sum_of, wish
from mlp.nn.network import MLP
from mlp.nn.reader import Reader


@pytest.fixture
def ends() -> np.ndarray:
    return np.random.default_rng(0).random((2, 784), np.float32)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_both_paths_start_and_end_at_the_answers_of_the_images(ends: np.ndarray, activation: str):
    reader = Reader(MLP([784, 30, 20, 10], activation=activation, rng=np.random.default_rng(1)), temperature=1.3)
    for path in (by_pixels, by_hidden_layer):
        np.testing.assert_allclose(path(reader, *ends)[[0, -1]], reader.predict_proba(ends), rtol=1e-4)


def test_both_paths_are_equal_for_a_linear_network(ends: np.ndarray):
    network = MLP([784, 10], rng=np.random.default_rng(2))
    reader = Reader(network)
    np.testing.assert_allclose(by_pixels(reader, *ends), by_hidden_layer(reader, *ends), rtol=1e-4)
    found = advanced(morph(network, *ends), 0)
    assert found.distances[0] < 1e-6


def test_images_approach_the_path_and_ends_stay(ends: np.ndarray):
    network = MLP([784, 40, 30, 10], rng=np.random.default_rng(3))
    found = advanced(morph(network, *ends), 60)
    assert found.progress == 1
    assert found.distances[-1] < 0.6 * found.distances[0]
    assert (found.images[[0, -1]] == ends).all()
    assert found.images.min() >= 0
    assert found.images.max() <= 1


def test_result_does_not_depend_on_slices(ends: np.ndarray):
    begun = morph(MLP([784, 40, 10], rng=np.random.default_rng(4)), *ends)
    part = begun
    while part.progress < 1:
        part = advanced(part, 0)
    assert (part.images == advanced(begun, 60).images).all()
    assert (begun.images == between(*ends, PICTURES)).all()


@pytest.mark.parametrize("seed", [0, 5])
def test_first_neuron_wishes_for_the_positive_part_of_its_weights_alone(seed: int):
    network = MLP([784, 30, 10], dropout=0.5, rng=np.random.default_rng(seed))
    found = advanced(wish(network, 0, 7), 60)
    weight = network.dense_layers[0].weight.value[:, 7]
    np.testing.assert_allclose(found.image, np.clip(weight / np.sqrt(np.square(weight).mean()), 0, 1), atol=1e-3)
    assert sum_of(found) == pytest.approx(float(found.image @ weight) + float(network.dense_layers[0].bias.value[7]))


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


@pytest.mark.parametrize(("layer", "neuron", "rule"), [(1, 0, "layer must be"), (0, 10, "neuron must be from 0 to 9")])
def test_missing_neuron_is_refused(layer: int, neuron: int, rule: str):
    with pytest.raises(ValueError, match=rule):
        wish(MLP([784, 10], rng=np.random.default_rng(0)), layer, neuron)
