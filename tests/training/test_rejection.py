"""The digit check: it learns, keeps its threshold, and rejects from there on."""

import numpy as np
import pytest

from mlp import MLP, Reader, load_model, save_model
from mlp.training import rejection as rejection_module
from mlp.training.rejection import (
    NO_DIGIT,
    REFUSED_FROM,
    new_rejection,
    sees_digit,
    steps_per_epoch,
    train_rejection,
)
from tests.sample_digits import sample


@pytest.fixture
def small(monkeypatch):
    """Make the digit check small enough to learn in a second or two."""
    for name, value in {"HIDDEN": (24,), "N_SYNTHETIC": 300, "N_MARKS": 1200, "N_UNSEEN": 200}.items():
        monkeypatch.setattr(rejection_module, name, value)


def test_digit_check_learns_and_keeps_its_threshold(small, tmp_path):
    rejection = new_rejection(3)
    steps = list(train_rejection(rejection, sample(), epochs=2, seed=3))
    assert len(steps) == 2 * steps_per_epoch(sample())
    assert steps[-1].epoch == 2
    save_model(rejection, tmp_path / "rejection.safetensors")
    rejection = load_model(tmp_path / "rejection.safetensors")
    digits = sample().validation.images
    marks = rejection_module.marks(200, np.random.default_rng(9))
    assert sees_digit(rejection, digits).mean() > 0.98
    assert sees_digit(rejection, marks).mean() < sees_digit(rejection, digits).mean() - 0.1


@pytest.mark.parametrize(
    ("sizes", "facts"), [([784, 10], {REFUSED_FROM: 0.5}), ([784, 11], {}), ([784, 11], {REFUSED_FROM: "often"})]
)
def test_network_that_is_no_digit_check_is_refused(sizes, facts):
    network = Reader(MLP(sizes, rng=np.random.default_rng(0)), facts=facts)
    with pytest.raises(ValueError, match="a digit check needs eleven classes"):
        sees_digit(network, np.zeros((1, 784), np.uint8))


def test_image_is_rejected_from_the_threshold_on():
    rejection = Reader(MLP([784, 11], rng=np.random.default_rng(0)))
    rejection.network.values[:] = 0
    rejection.network.dense_layers[0].weight.value[0, NO_DIGIT] = 10
    rejection.facts[REFUSED_FROM] = 0.5
    images = np.zeros((3, 28, 28), np.float32)
    images[:, 0, 0] = [0.0, 0.2, 1.0]  # no digit: 0.09, 0.42 and more than 0.99
    assert sees_digit(rejection, images).tolist() == [True, True, False]
