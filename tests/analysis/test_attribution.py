"""The inputs that an answer depends on, against central differences and cases worked by hand."""

import numpy as np
import pytest

from mlp import MLP
from mlp.analysis.attribution import gradient_times_input, mean_logits, occlusion, pull_back
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.reader import Reader
from tests.nn.test_gradients import TOLERANCE, central_differences, relative_error


def network_of(sizes, activation="relu", seed=3):
    return MLP(sizes, activation=activation, rng=np.random.default_rng(seed), dtype=np.float64, dropout=0.5)


@pytest.mark.parametrize(("layer", "place", "n"), [(-1, -1, 3), (1, 3, 7)], ids=["logits", "hidden"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_a_sum_agrees_with_central_differences(activation, layer, place, n):
    network = network_of([9, 8, 7, 3], activation)
    plain, image = network.copy(dropout=0), np.random.default_rng(4).random(9)
    found = pull_back(network, network.activations(image[None]), np.eye(n), layer=layer)
    for neuron in range(n):
        expected = central_differences(lambda k=neuron: float(plain.activations(image[None])[place][0, k]), image)
        assert relative_error(found[neuron], expected) < TOLERANCE


def test_asking_between_forward_and_backward_changes_no_gradient():
    network = network_of([16, 8, 7, 3], "tanh")
    images = np.random.default_rng(6).random((5, 16))
    grad_logits = np.random.default_rng(7).standard_normal((5, 3))
    network.forward(images)
    network.backward(grad_logits)
    expected = network.grads.copy()
    network.forward(images)
    pull_back(network, network.activations(images[:1]), np.eye(3))
    occlusion(Reader(network), images[0].reshape(4, 4), np.eye(3)[0])
    network.backward(grad_logits)
    np.testing.assert_array_equal(network.grads, expected)


def test_occlusion_gives_each_pixel_the_mean_drop_of_its_squares():
    network = network_of([36, 1])
    weight = network.dense_layers[0].weight.value
    weight[...] = 0
    weight[0] = 8  # only the top left pixel counts
    found = occlusion(Reader(network), np.ones((6, 6)), np.ones(1))
    # Only the first of four squares covers that pixel: a corner has one square, an edge two, and the inside four.
    share = [1, 1, 0.5, 0.5, 0, 0]
    np.testing.assert_allclose(found, 8 * np.outer(share, share))


def drawn_image():
    """Return ink in the middle, as in every digit: none is lost at the edge when the image is shifted."""
    image = np.zeros((28, 28))
    image[6:22, 8:20] = np.random.default_rng(8).random((16, 12))
    return image


@pytest.mark.parametrize("augmented", [False, True])
@pytest.mark.parametrize("sizes", [[784, 10], [784, 20, 10], [784, 20, 15, 12, 10]], ids=len)
def test_pixels_add_up_to_the_logit_of_relus_without_biases(sizes, augmented):
    reader = Reader(network_of(sizes), test_time_augmentation=augmented)
    logits = mean_logits(reader, drawn_image().reshape(1, -1))[0]
    for digit in (0, 7):
        added = gradient_times_input(reader, drawn_image(), np.eye(10)[digit])
        assert added.shape == (28, 28)
        assert added.sum() == pytest.approx(logits[digit], rel=1e-9)
