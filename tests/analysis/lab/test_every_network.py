"""The lab supports every kind of network, and dropout, which only training uses, changes nothing in it."""

from collections.abc import Callable

import numpy as np
import pytest

from mlp.analysis.attribution import input_gradients, occlusion
from mlp.analysis.lab.damage import Damage, damaged, n_bytes, n_weights_left
from mlp.analysis.lab.fool import attack, smallest
from mlp.analysis.lab.map import hidden_outputs
from mlp.analysis.lab.morph import by_hidden_layer, morph
from mlp.analysis.lab.sliced import advanced
from mlp.analysis.lab.wish import wish
from mlp.analysis.trace import trace
from mlp.nn.network import MLP
from mlp.nn.reader import Reader

IMAGES = np.random.default_rng(0).random((3, 784), np.float32)


def _wished(network: MLP) -> np.ndarray:
    return np.concatenate(
        [
            np.append(found.image, found.sums)
            for layer in range(len(network.dense_layers))
            for found in [advanced(wish(network, layer, 3, steps=5), 60)]
        ]
    )


def _morphed(network: MLP) -> np.ndarray:
    found = advanced(morph(network, IMAGES[0], IMAGES[1]), 0)
    return np.append(found.images, found.distances)


def _damaged(network: MLP) -> np.ndarray:
    damage = Damage(((0, 1),), 0.3, 4)
    left = damaged(network, damage)
    fires = [layer.outputs for layer in trace(left, IMAGES[0], 5)]
    return np.concatenate([left.values, *fires, [n_bytes(left, damage), n_weights_left(left)]])


def _fooled(network: MLP) -> np.ndarray:
    found = smallest(network, IMAGES[0])
    return np.append(attack(network, IMAGES[1], 0.1, steps=3).image, 0 if found is None else found.size)


def _evidence(network: MLP) -> np.ndarray:
    image, direction = IMAGES[0].reshape(28, 28), np.eye(10)[4]
    return np.append(input_gradients(network, image, direction[None]), occlusion(network, image, direction))


ROOMS: dict[str, Callable[[MLP], np.ndarray]] = {
    "wish": _wished,
    "morph": _morphed,
    "morph, river": lambda network: by_hidden_layer(Reader(network), IMAGES[0], IMAGES[1]),
    "damage": _damaged,
    "fool": _fooled,
    "map": lambda network: hidden_outputs(network, IMAGES),
    "evidence": _evidence,
}


@pytest.mark.parametrize("hidden", [[], [12], [12, 9], [12, 9, 8], [12, 9, 8, 7]], ids=len)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("room", ROOMS)
def test_lab_shows_a_network_with_dropout_as_one_without(room: str, activation: str, hidden: list[int]):
    plain = MLP([784, *hidden, 10], activation=activation, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(ROOMS[room](plain.copy(dropout=0.5)), ROOMS[room](plain))
