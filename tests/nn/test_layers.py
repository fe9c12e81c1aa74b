"""Every layer: a case worked by hand, its initial weights, the memory of its results, and its parameters."""

import math

import numpy as np
import pytest

from mlp.nn.layers import ACTIVATIONS, Dense, Layer, ReLU, Sigmoid, Tanh
from mlp.nn.network import MLP
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


@pytest.mark.parametrize(
    ("layer", "inputs", "outputs", "grad_outputs", "grad_inputs"),
    [
        (ReLU(), [-1.0, 0.0, 2.0], [0, 0, 2], [5.0, 6.0, 7.0], [0, 0, 7]),
        (Tanh(), [0.0, math.log(2)], [0, 0.6], [3.0, 100.0], [3, 64]),
        (Sigmoid(), [0.0, math.log(4)], [0.5, 0.8], [8.0, 100.0], [2, 16]),
    ],
    ids=repr,
)
def test_activation_by_hand(layer, inputs, outputs, grad_outputs, grad_inputs):
    np.testing.assert_allclose(layer.forward(np.array([inputs])), [outputs], atol=1e-15)
    np.testing.assert_allclose(layer.backward(np.array([grad_outputs])), [grad_inputs])


class Scale(Layer):
    def __init__(self, n):
        self.factor = Parameter(np.ones(n))


@pytest.mark.parametrize(("layer", "name"), [(dense(3, 2), "weight"), (dense(3, 2), "bias"), (Scale(3), "factor")])
def test_parameter_of_a_layer_cannot_be_replaced(layer, name):
    before = getattr(layer, name)
    for other in (Parameter(np.ones(before.value.shape, np.float32)), np.ones(before.value.shape, np.float32)):
        with pytest.raises(AttributeError, match=rf"\) keeps its {name}, .*; assign {name}\.value"):
            setattr(layer, name, other)
    assert getattr(layer, name) is before


def test_misspelled_attribute_of_a_parameter_is_refused():
    with pytest.raises(AttributeError, match="gradient"):
        Parameter(np.zeros(3)).gradient = np.ones(3)


@pytest.mark.parametrize("name", ["value", "grad"])
def test_assigning_copies_into_the_array_that_is_there(name):
    parameter, numbers = Parameter(np.zeros(3)), np.arange(3.0)
    array = getattr(parameter, name)
    setattr(parameter, name, numbers)
    numbers += 1
    assert getattr(parameter, name) is array
    np.testing.assert_array_equal(array, [0, 1, 2])


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        (np.zeros((2, 3)), r"\(2, 3\) float32, got \(2, 3\) float64"),
        (np.zeros((3, 2), np.float32), r"got \(3, 2\) float32"),
        (None, r"got \(\) object"),
    ],
)
@pytest.mark.parametrize("name", ["value", "grad"])
def test_assigning_another_shape_or_type_raises_an_error_naming_both(name, numbers, found):
    with pytest.raises(ValueError, match=f"a parameter's {name} must have its shape and type, .*{found}"):
        setattr(Parameter(np.ones((2, 3), np.float32)), name, numbers)


@pytest.mark.parametrize("grad", [np.zeros(3, np.float32), np.zeros((3, 1))])
def test_gradient_of_another_shape_or_type_is_refused(grad):
    with pytest.raises(ValueError, match=r"its shape and type, \(3,\) float64, got"):
        Parameter(np.zeros(3), grad)


def stroke(row: float, column: float, degrees: float) -> np.ndarray:
    """Return a straight stroke, 8 pixels long and 2 wide, with this center, (28, 28)."""
    down, right = np.mgrid[:28, :28] + 0.5
    down, right = down - row, right - column
    turn = np.deg2rad(degrees)
    along, aside = down * np.sin(turn) + right * np.cos(turn), down * np.cos(turn) - right * np.sin(turn)
    return ((abs(along) < 4) & (abs(aside) < 1)).astype(np.float32)


def test_gabor_drives_few_neurons_by_a_stroke_of_any_direction_and_none_by_gray():
    network = MLP([784, 400, 10], initialization="gabor", rng=np.random.default_rng(5))
    assert abs(network.activations(np.full((1, 784), 0.7, np.float32))[1]).max() < 1e-4
    for row in (8, 14, 20):
        for column in (8, 14, 20):
            for degrees in range(0, 180, 30):
                found = abs(network.activations(stroke(row, column, degrees)[None])[1])
                assert found.max() > 0.8
                assert np.median(found) < 0.1 * found.max()


def test_later_layers_use_he_initialization_with_gabor():
    deep = MLP([784, 300, 200, 10], initialization="gabor", rng=np.random.default_rng(5))
    assert deep.dense_layers[1].weight.value.var() == pytest.approx(2 / 300, rel=0.03)
    assert not any(layer.bias.value.any() for layer in deep.dense_layers)


@pytest.mark.parametrize("n_in", [63, 65, 49, 784 * 2])
def test_inputs_other_than_square_images_are_named(n_in):
    with pytest.raises(ValueError, match=f"square images of at least 8 x 8 pixels, got {n_in} inputs"):
        MLP([n_in, 10], initialization="gabor", rng=np.random.default_rng(0))
