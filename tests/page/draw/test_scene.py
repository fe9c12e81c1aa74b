"""The picture of the network, as sent to the browser."""

import base64
import json

import numpy as np
import pytest

from mlp.nn.network import MLP
from mlp.page.draw.scene import LEVELS, activity, scene
from mlp.training.recipes import RECIPES

IMAGE = np.random.default_rng(1).random((28, 28), dtype=np.float32)


def network(*hidden: int, answers: int = 10) -> MLP:
    return MLP([784, *hidden, answers], rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    "hidden", [(), (100,), (100, 200), (1600, 1200), (512, 512, 512), (512, 512, 512, 512)], ids=str
)
def test_state_takes_at_most_4_kb(hidden: tuple[int, ...]):
    shown = scene(network(*hidden), IMAGE, np.full(10, 0.1))
    assert shown is not None
    assert len(json.dumps(shown.packed(), separators=(",", ":"))) <= 4096


def test_all_eight_neurons_of_too_small_are_shown():
    shown = scene(network(*RECIPES["small"].settings.hidden), IMAGE)
    assert shown is not None
    assert [len(lit) for lit in shown.lit] == shown.widths == [8]


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


@pytest.mark.parametrize(("activation", "least"), [("relu", 0), ("sigmoid", 0), ("tanh", -1)])
def test_activity_is_an_output_itself_unless_it_has_no_limit(activation: str, least: int):
    one = MLP([784, 30, 10], activation=activation, rng=np.random.default_rng(0))
    outputs = one.activations(IMAGE[np.newaxis])[2][0]
    levels = activity(one, outputs)
    np.testing.assert_allclose(levels, outputs / outputs.max() if activation == "relu" else outputs, rtol=1e-6)
    assert least <= levels.min() <= levels.max() <= 1
    assert (levels.min() < 0) == (least < 0)
    assert not activity(one, np.zeros(30, np.float32)).any()


@pytest.mark.parametrize("answer", range(10))
def test_some_lines_lead_to_the_answer(answer: int):
    one = network(100)
    one.dense_layers[-1].weight.value[:, answer] /= 50  # so faint that other lines are stronger
    one.dense_layers[-1].bias.value[answer] = 100
    shown = scene(one, IMAGE)
    assert shown is not None
    assert sum(depth == 1 and end == answer and strength > 0 for depth, _, end, strength in shown.lines) >= 1
