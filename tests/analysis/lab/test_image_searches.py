"""What the lab looks for in a network: wishes of neurons, and attacks."""

import numpy as np
import pytest

from mlp.analysis.lab.fool import attack
from mlp.analysis.lab.wish import sum_of, wish
from mlp.jobs.sliced import advanced
from mlp.nn.network import MLP


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_wish_is_that_of_a_network_without_dropout(layer: int):
    network = MLP([784, 30, 20, 10], dropout=0.5, rng=np.random.default_rng(0))
    found, plain = (advanced(wish(each, layer, 7), 60) for each in (network, network.copy(dropout=0)))
    np.testing.assert_array_equal(found.image, plain.image)
    assert sum_of(found) == sum_of(plain)


@pytest.mark.parametrize(("layer", "neuron", "rule"), [(1, 0, "layer must be"), (0, 10, "neuron must be from 0 to 9")])
def test_missing_neuron_is_refused(layer: int, neuron: int, rule: str):
    with pytest.raises(ValueError, match=rule):
        wish(MLP([784, 10], rng=np.random.default_rng(0)), layer, neuron)


@pytest.fixture
def linear() -> MLP:
    return MLP([784, 10], rng=np.random.default_rng(0), dtype=np.float64)


@pytest.fixture
def gray() -> np.ndarray:
    """Return an image whose pixels are far from black and white."""
    return np.random.default_rng(1).uniform(0.3, 0.7, 784)


def distances(network: MLP, image: np.ndarray) -> np.ndarray:
    """Return the distance of each digit's border, by the largest pixel: margin over the sum of the weights' sizes."""
    weight, logits = network.dense_layers[0].weight.value, network.logits(image[None])[0]
    answer = logits.argmax()
    sizes = np.abs(weight - weight[:, [answer]]).sum(axis=0)
    found = (logits[answer] - logits) / np.where(sizes > 0, sizes, 1)
    found[answer] = np.inf
    return found


@pytest.mark.parametrize("place", range(9))
def test_attack_crosses_a_linear_border_exactly_at_its_distance(linear: MLP, gray: np.ndarray, place: int):
    away = distances(linear, gray)
    target = int(np.argsort(away)[place])
    for size, passes in ((away[target] * 0.999, False), (away[target] * 1.001, True)):
        found = attack(linear, gray, size, target=target)
        logits = linear.logits(found.image[None])[0]
        assert (logits[target] > logits[found.before]) is np.bool_(passes)
        assert found.turned is bool(logits.argmax() == target)


def test_attack_stays_within_its_size_and_within_black_and_white():
    network = MLP([784, 20, 10], rng=np.random.default_rng(2), dropout=0.5)
    image = np.random.default_rng(3).random(784, np.float32)
    found = attack(network, image, 0.05, target=4)
    changed = found.image
    assert found.size == np.abs(changed - image).max() <= 0.05 + 1e-6
    assert changed.min() >= 0
    assert changed.max() <= 1
    np.testing.assert_array_equal(attack(network.copy(dropout=0), image, 0.05, target=4).image, changed)


@pytest.mark.parametrize("size", [-0.1, 1.1])
def test_wrong_size_is_refused(linear: MLP, gray: np.ndarray, size: float):
    with pytest.raises(ValueError, match=f"the size of a change must be from 0 to 1, got {size}"):
        attack(linear, gray, size)
