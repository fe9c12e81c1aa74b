"""Every layer: a case worked by hand, its initial weights, and the memory of its results."""

import math

import numpy as np
import pytest

from mlp.nn.layers import ACTIVATIONS, Dense, Layer, ReLU, Sigmoid, Tanh
from mlp.nn.parameters import Parameter


def dense(n_in, n_out, dtype=np.float32):
    return Dense(n_in, n_out, rng=np.random.default_rng(0), dtype=dtype)


def test_dense_by_hand():
    layer = dense(2, 2, np.float64)
    layer.weight.value, layer.bias.value = [[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5]
    outputs = layer.forward(np.array([[1.0, 1.0], [2.0, 0.0]]))
    np.testing.assert_array_equal(outputs, [[4.5, 5.5], [2.5, 3.5]])
    grad_inputs = layer.backward(np.array([[1.0, 0.0], [10.0, 1.0]]))
    np.testing.assert_array_equal(grad_inputs, [[1, 3], [12, 34]])
    np.testing.assert_array_equal(layer.weight.grad, [[21, 2], [1, 0]])
    np.testing.assert_array_equal(layer.bias.grad, [11, 1])


def test_dense_overwrites_its_gradients_instead_of_adding_to_them():
    layer = dense(3, 2)
    for _ in range(2):
        layer.forward(np.ones((4, 3), np.float32))
        layer.backward(np.ones((4, 2), np.float32))
    np.testing.assert_array_equal(layer.weight.grad, np.full((3, 2), 4))
    np.testing.assert_array_equal(layer.bias.grad, [4, 4])


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_parameter_of_a_layer_cannot_be_replaced(name):
    layer = dense(3, 2)
    before = getattr(layer, name)
    for other in (Parameter(np.ones(before.value.shape, np.float32)), np.ones(before.value.shape, np.float32)):
        with pytest.raises(AttributeError, match=rf"Dense\(3, 2\) keeps its {name}, .*; assign {name}\.value"):
            setattr(layer, name, other)
    assert getattr(layer, name) is before


class Scale(Layer):
    def __init__(self, n):
        self.factor = Parameter(np.ones(n))


def test_parameter_of_a_custom_layer_cannot_be_replaced():
    with pytest.raises(AttributeError, match=r"Scale\(\) keeps its factor"):
        Scale(3).factor = Parameter(np.ones(3))


def test_relu_by_hand():
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(np.array([[-1.0, 0.0, 2.0]])), [[0, 0, 2]])
    np.testing.assert_array_equal(layer.backward(np.array([[5.0, 6.0, 7.0]])), [[0, 0, 7]])


def test_tanh_by_hand():
    layer = Tanh()
    np.testing.assert_allclose(layer.forward(np.array([[0.0, math.log(2)]])), [[0, 0.6]], atol=1e-15)
    np.testing.assert_allclose(layer.backward(np.array([[3.0, 100.0]])), [[3, 64]])


def test_sigmoid_by_hand():
    layer = Sigmoid()
    np.testing.assert_allclose(layer.forward(np.array([[0.0, math.log(4)]])), [[0.5, 0.8]])
    np.testing.assert_allclose(layer.backward(np.array([[8.0, 100.0]])), [[2, 16]])


def test_sigmoid_of_large_numbers_is_0_or_1_without_overflow():
    outputs = Sigmoid().forward(np.array([[-10_000.0, 10_000.0]], np.float32))
    np.testing.assert_array_equal(outputs, [[0, 1]])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_keeps_float32_and_its_inputs(name):
    inputs = np.linspace(-2, 2, 12, dtype=np.float32).reshape(3, 4)
    grad_outputs = np.ones_like(inputs)
    inputs.flags.writeable = grad_outputs.flags.writeable = False
    layer = ACTIVATIONS[name]()
    outputs = layer.forward(inputs)
    assert outputs.dtype == layer.backward(grad_outputs).dtype == np.float32
    in_place = inputs.copy()
    assert layer.function(in_place, out=in_place) is in_place
    np.testing.assert_array_equal(in_place, outputs)


@pytest.mark.parametrize(("initialization", "variance"), [("xavier", 2 / (300 + 500)), ("he", 2 / 300)])
def test_first_weights_have_the_variance_of_their_initialization(initialization, variance):
    layer = dense(300, 500)
    layer.bias.value[...] = 7
    layer.initialize(np.random.default_rng(0), initialization)
    weights = layer.weight.value
    assert weights.var() == pytest.approx(variance, rel=0.01)  # 150,000 draws: standard error 0.4%
    assert abs(weights.mean()) < 4 * math.sqrt(variance / weights.size)
    within_one_deviation = (abs(weights) < math.sqrt(variance)).mean()
    assert within_one_deviation == pytest.approx(0.6827, abs=0.005)  # normal, not uniform
    np.testing.assert_array_equal(layer.bias.value, 0)
    assert weights.dtype == np.float32


def test_unknown_initialization_is_named():
    with pytest.raises(ValueError, match="initialization must be one of xavier, he, gabor, got 'zeros'"):
        dense(2, 2).initialize(np.random.default_rng(0), "zeros")
