"""The digit check: it learns, keeps its threshold, and rejects from there on."""

import numpy as np
import pytest

from mlp import MLP, Reader, load_model, save_model
from mlp.training import digit_check as digit_check_module
from mlp.training.digit_check import (
    NO_DIGIT,
    REFUSED_FROM,
    new_digit_check,
    sees_digit,
    steps_per_epoch,
    train_digit_check,
)
from tests.sample_digits import sample


@pytest.fixture
def small(monkeypatch):
    """Make the digit check small enough to learn in a second or two."""
    for name, value in {"HIDDEN": (24,), "N_SYNTHETIC": 300, "N_MARKS": 1200, "N_UNSEEN": 200}.items():
        monkeypatch.setattr(digit_check_module, name, value)


def test_digit_check_learns_and_keeps_its_threshold(small, tmp_path):
    digit_check = new_digit_check(3)
    steps = list(train_digit_check(digit_check, sample(), epochs=2, seed=3))
    assert len(steps) == 2 * steps_per_epoch(sample())
    assert steps[-1].epoch == 2
    save_model(digit_check, tmp_path / "rejection.safetensors")
    digit_check = load_model(tmp_path / "rejection.safetensors")
    digits = sample().validation.images
    marks = digit_check_module.marks(200, np.random.default_rng(9))
    assert sees_digit(digit_check, digits).mean() > 0.98
    assert sees_digit(digit_check, marks).mean() < sees_digit(digit_check, digits).mean() - 0.1


@pytest.mark.parametrize(
    ("sizes", "facts"), [([784, 10], {REFUSED_FROM: 0.5}), ([784, 11], {}), ([784, 11], {REFUSED_FROM: "often"})]
)
def test_network_that_is_no_digit_check_is_refused(sizes, facts):
    network = Reader(MLP(sizes, rng=np.random.default_rng(0)), facts=facts)
    with pytest.raises(ValueError, match="a digit check needs eleven classes"):
        sees_digit(network, np.zeros((1, 784), np.uint8))


def test_image_is_rejected_from_the_threshold_on():
    digit_check = Reader(MLP([784, 11], rng=np.random.default_rng(0)))
    digit_check.network.values[:] = 0
    digit_check.network.dense_layers[0].weight.value[0, NO_DIGIT] = 10
    digit_check.facts[REFUSED_FROM] = 0.5
    images = np.zeros((3, 28, 28), np.float32)
    images[:, 0, 0] = [0.0, 0.2, 1.0]  # no digit: 0.09, 0.42 and more than 0.99
    assert sees_digit(digit_check, images).tolist() == [True, True, False]
