"""Every gradient against central differences in float64."""

import numpy as np
import pytest

from mlp import MLP, softmax_cross_entropy
from mlp.nn.layers import ACTIVATIONS, Dense

EPSILON = 1e-5
TOLERANCE = 1e-6


def central_differences(function, array):
    """Return the derivative of a scalar function by each entry of ``array``, which is moved in place and restored."""
    grad = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + EPSILON
        above = function()
        array[index] = kept - EPSILON
        below = function()
        array[index] = kept
        grad[index] = (above - below) / (2 * EPSILON)
    return grad


def relative_error(one, other):
    return np.linalg.norm(one - other) / max(np.linalg.norm(one) + np.linalg.norm(other), 1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_has_the_gradient_of_its_outputs(name):
    rng = np.random.default_rng(1)
    inputs, weights = rng.standard_normal((2, 4, 5))  # no entry is near the ReLU's kink for this seed
    layer = ACTIVATIONS[name]()
    layer.forward(inputs)
    grad_inputs = layer.backward(weights)
    expected = central_differences(lambda: float((layer.forward(inputs) * weights).sum()), inputs)
    assert relative_error(grad_inputs, expected) < TOLERANCE


def test_dense_has_the_gradients_of_its_outputs():
    rng = np.random.default_rng(2)
    layer = Dense(3, 4, rng=rng, dtype=np.float64)
    layer.bias.value = rng.standard_normal(4)
    inputs, weights = rng.standard_normal((5, 3)), rng.standard_normal((5, 4))
    layer.forward(inputs)
    grad_inputs = layer.backward(weights)

    def weighted_sum():
        return float((layer.forward(inputs) * weights).sum())

    assert relative_error(grad_inputs, central_differences(weighted_sum, inputs)) < TOLERANCE
    for parameter in layer.parameters():
        assert relative_error(parameter.grad, central_differences(weighted_sum, parameter.value)) < TOLERANCE


@pytest.mark.parametrize("smoothing", [0.0, 0.25])
def test_cross_entropy_has_the_gradient_of_its_loss(smoothing):
    rng = np.random.default_rng(3)
    logits, labels = 3 * rng.standard_normal((6, 10)), rng.integers(0, 10, 6)
    _, grad_logits = softmax_cross_entropy(logits, labels, smoothing)
    expected = central_differences(lambda: softmax_cross_entropy(logits, labels, smoothing)[0], logits)
    assert relative_error(grad_logits, expected) < TOLERANCE


@pytest.mark.parametrize(("dropout", "smoothing"), [(0.0, 0.0), (0.4, 0.0), (0.4, 0.3)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_whole_network_has_the_gradients_of_its_loss_for_a_fixed_mask(name, dropout, smoothing):
    rng = np.random.default_rng(4)
    network = MLP([6, 5, 4, 3], activation=name, rng=rng, dtype=np.float64, dropout=dropout)
    for dense in network.dense_layers:  # away from the kink, also where all inputs are dropped
        dense.bias.value[...] = rng.standard_normal(dense.n_out)
    images, labels = rng.random((7, 6)), rng.integers(0, 3, 7)

    def logits():
        return network.forward(images, np.random.default_rng(7))  # each time the same masks

    def loss():
        return softmax_cross_entropy(logits(), labels, smoothing)[0]

    network.backward(softmax_cross_entropy(logits(), labels, smoothing)[1])
    grads = [parameter.grad.copy() for parameter in network.parameters()]
    for parameter, grad in zip(network.parameters(), grads, strict=True):
        assert relative_error(grad, central_differences(loss, parameter.value)) < TOLERANCE
