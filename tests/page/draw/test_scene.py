"""The compact picture of a network."""

from dataclasses import replace

import numpy as np
import pytest

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.networks import answering_as
from mlp.page.draw.reading import answers_to
from mlp.page.draw.scene import scene
from mlp.page.visitors.visitor import Visitor
from tests.images.drawings.sample_drawings import letters


def blown_up(activation: str = "relu") -> MLP:
    """Return a network whose weights are finite, as those of a run's last step before the loss was no number."""
    network = MLP([784, 100, 200, 10], activation=activation, rng=np.random.default_rng(0))
    network.values[:] *= 1e25
    return network


@pytest.mark.parametrize(("activation", "image"), [("tanh", None), ("relu", np.ones((28, 28), np.float32))])
def test_picture_of_a_network_that_blew_up_is_missing_without_a_warning(activation: str, image: np.ndarray | None):
    """With tanh the sums are finite while nothing is drawn, and only the patterns of the second layer overflow."""
    network = blown_up(activation)
    assert np.isfinite(network.values).all()
    assert scene(network, image) is None


def test_answer_of_a_network_that_blew_up_comes_without_a_warning():
    answerer = replace(answering_as(Visitor("blown up"), "pretrained", None), reader=Reader(blown_up()))
    [answer] = answers_to([letters(1).examples[0]], answerer)
    assert not np.isfinite(answer.shares).any()
