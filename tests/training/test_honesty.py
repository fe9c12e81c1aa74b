import numpy as np
import pytest

from mlp import MLP, load_model, save_model
from mlp.nn.losses import softmax
from mlp.training.honesty import SEES_FROM, fit_temperature, make_honest, sees_digit, threshold


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_spoiled_the_logits_is_found(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40_000, 10))
    labels = (softmax(logits).cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)


@pytest.fixture
def network() -> MLP:
    """Sure of a class where its pixel is bright, of nothing where all are dark."""
    network = MLP([784, 10], rng=np.random.default_rng(0))
    network.values[:] = 0
    network.dense_layers[0].weight.value[:10] = 8 * np.eye(10)
    return network


def test_an_honest_network_refuses_no_more_than_asked_and_what_it_is_unsure_of(network):
    images = np.zeros((1000, 784), np.float32)
    labels = np.arange(1000) % 10
    images[np.arange(1000), labels] = np.linspace(0.5, 1, 1000)
    labels[::20] += 1  # some are wrong, or no confidence would be too high
    make_honest(network, images, labels % 10, refused=0.01)
    assert (~sees_digit(network, images)).sum() == 10
    assert not sees_digit(network, np.zeros((1, 28, 28), np.float32))[0]


def test_threshold_and_temperature_are_kept_with_the_model(network, tmp_path):
    images = np.zeros((100, 784), np.float32)
    images[np.arange(100), np.arange(100) % 10] = 0.5
    make_honest(network, images, np.arange(100) % 9)
    save_model(network, tmp_path / "net.safetensors")
    again = load_model(tmp_path / "net.safetensors")
    assert again.temperature == network.temperature != 1
    assert threshold(again) == threshold(network) > 0


@pytest.mark.parametrize("value", ["high", None, -1, 2, float("nan")])
def test_a_threshold_that_makes_no_sense_is_none(network, value):
    network.facts[SEES_FROM] = value
    assert threshold(network) == 0
    assert sees_digit(network, np.zeros((2, 784), np.float32)).all()
