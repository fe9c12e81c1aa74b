"""The picture of the network, as sent to the browser."""

import base64

import numpy as np

from mlp.nn.network import MLP
from mlp.page.draw.scene import LEVELS, scene

IMAGE = np.random.default_rng(1).random((28, 28), dtype=np.float32)


def network(*hidden: int, answers: int = 10) -> MLP:
    return MLP([784, *hidden, answers], rng=np.random.default_rng(0))


def test_packed_scene_matches_the_shown_network():
    shown = scene(network(30, 20, answers=5), IMAGE, np.full(5, 0.2), "abcde")
    assert shown is not None
    packed = shown.packed()
    assert packed["names"] == ["a", "b", "c", "d", "e"]
    assert packed["shares"] == [0.2] * 5
    image = np.frombuffer(base64.b64decode(packed["image"]), np.uint8)
    halves = np.stack([image >> 4, image & 15], axis=1).reshape(28, 28)
    assert np.abs(halves / 15 - IMAGE).max() <= 0.5 / 15 + 1e-6
    pictures = np.frombuffer(base64.b64decode(packed["pictures"]), np.uint8)
    assert len(pictures) == 14 * 14 * 14 // 2
    assert {*(pictures >> 4), *(pictures & 15)} <= set(range(1, 2 * LEVELS + 2))
    lines = np.frombuffer(base64.b64decode(packed["lines"]), np.int8).reshape(-1, 4)
    assert [tuple(line[:3]) for line in lines.tolist()] == [line[:3] for line in shown.lines]
    assert np.abs(lines[:, 3] / 100 - [line[3] for line in shown.lines]).max() <= 0.005 + 1e-9


def test_non_finite_network_has_no_picture():
    broken = network(30)
    broken.values[:] = np.inf
    with np.errstate(all="ignore"):
        assert scene(broken, IMAGE) is None
