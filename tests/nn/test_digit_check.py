"""The digit check: it rejects an image from its threshold on."""

import numpy as np
import pytest

from mlp import MLP, Reader
from mlp.nn.digit_check import NO_DIGIT, REFUSED_FROM, sees_digit


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
