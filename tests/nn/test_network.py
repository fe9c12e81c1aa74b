"""The network: inputs, outputs, their memory, and predictions without side effects."""

import copy
import pickle

import numpy as np
import pytest

from mlp import MLP, SGD, Adam, softmax, softmax_cross_entropy
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.reader import Reader


def new_network(layer_sizes=(6, 5, 3), seed=0, **keywords):
    return MLP(list(layer_sizes), rng=np.random.default_rng(seed), **keywords)


def by_hand():
    """Return a network of two inputs, two hidden ReLUs and two outputs, with small integer weights."""
    network = new_network((2, 2, 2))
    numbers = ([[1, -1], [2, 1]], [0, 1], [[1, 0], [2, -1]], [0, 3])
    for parameter, value in zip(network.parameters(), numbers, strict=True):
        parameter.value[...] = value
    return network


def test_network_matches_results_by_hand():
    network = by_hand()
    x = np.array([[1.0, 0.5]], np.float32)
    # First Dense: 1 + 2 · 0.5 = 2 and −1 + 0.5 + 1 = 0.5, both pass; second: 2 + 2 · 0.5 = 3 and −0.5 + 3 = 2.5.
    np.testing.assert_array_equal(network.forward(x), [[3, 2.5]])
    network.backward(np.array([[1.0, 2.0]], np.float32))
    grads = [parameter.grad.tolist() for parameter in network.parameters()]
    # Back through the second Dense: 1 · 1 + 0 · 2 = 1 and 2 · 1 − 1 · 2 = 0.
    assert grads == [[[1, 0], [0.5, 0]], [1, 0], [[2, 4], [0.5, 1]], [1, 2]]


def test_activations_are_those_of_every_layer_input_first_logits_last():
    network = by_hand()
    x = np.array([[0.5, 0.25]], np.float32)
    shown = [activation.tolist() for activation in network.activations(x)]
    assert shown == [[[0.5, 0.25]], [[1, 0.75]], [[1, 0.75]], [[2.5, 2.25]]]
    np.testing.assert_array_equal(network.activations(x)[-1], network.forward(x))


def test_bytes_floats_and_squares_of_an_image_give_equal_logits():
    network = new_network((784, 20, 10))
    pixels = np.random.default_rng(1).integers(0, 256, (5, 784), dtype=np.uint8)
    logits = network.forward(pixels)
    assert logits.dtype == np.float32
    for same in (pixels.reshape(5, 28, 28), pixels / 255, (pixels / 255).astype(np.float32).reshape(5, 28, 28)):
        np.testing.assert_allclose(network.forward(same), logits, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(network.logits(same), logits, rtol=1e-4, atol=1e-5)


def test_predictions_are_the_likeliest_classes_in_any_number():
    network = new_network((6, 5, 3))
    x = np.random.default_rng(1).random((2345, 6))
    probabilities = network.predict_proba(x)
    assert probabilities.shape == (2345, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(network.predict(x), probabilities.argmax(axis=1))
    np.testing.assert_allclose(network.logits(x), network.forward(x), rtol=1e-4, atol=1e-6)
    assert network.predict(x[:0]).shape == (0,)


def test_temperature_divides_the_logits_and_leaves_answers_alone():
    network = new_network()
    x = np.random.default_rng(1).random((20, 6))
    before = network.predict(x)
    reader = Reader(network, temperature=4.0)
    np.testing.assert_allclose(reader.predict_proba(x), softmax(network.logits(x) / 4), rtol=1e-6)
    np.testing.assert_array_equal(reader.predict(x), before)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predicting_between_forward_and_backward_changes_nothing(activation):
    network = new_network(activation=activation)
    rng = np.random.default_rng(1)
    x, grad_logits = rng.random((4, 6), dtype=np.float32), rng.random((4, 3), dtype=np.float32)
    network.forward(x)
    network.backward(grad_logits)
    expected = network.grads.copy()
    network.grads[...] = 0
    network.forward(x)
    for n in (1, 4, 9):
        others = rng.random((n, 6))
        network.predict(others), network.predict_proba(others), network.activations(others)
    network.backward(grad_logits)
    np.testing.assert_array_equal(network.grads, expected)


@pytest.mark.parametrize("layer_sizes", [(6, 3), (6, 5, 3)])
def test_passes_leave_their_arguments_unchanged(layer_sizes):
    network = new_network(layer_sizes)
    rng = np.random.default_rng(1)
    for x in (rng.random((4, 6), dtype=np.float32), rng.integers(0, 256, (4, 6), dtype=np.uint8)):
        grad_logits = rng.random((4, 3), dtype=np.float32)
        x.flags.writeable = grad_logits.flags.writeable = False
        network.forward(x)
        network.backward(grad_logits)
        network.predict(x), network.activations(x)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1), lambda p: SGD(p, 0.1, momentum=0.9), lambda p: Adam(p)])
def test_training_keeps_float32_and_the_same_parameter_arrays(make):
    network = new_network((784, 30, 10))
    optimizer = make(network.parameters())
    rng = np.random.default_rng(1)
    x, labels = rng.integers(0, 256, (32, 784), dtype=np.uint8), rng.integers(0, 10, 32)

    def step():
        _, grad_logits = softmax_cross_entropy(network.forward(x), labels)
        network.backward(grad_logits)
        optimizer.step()

    def arrays():
        for parameter in network.parameters():
            yield from (parameter.value, parameter.grad)
        yield from (network.values, network.grads)
        yield from (kept for kept in vars(optimizer).values() if isinstance(kept, np.ndarray))

    step()
    before = [(id(array), array.ctypes.data) for array in arrays()]
    for _ in range(3):
        step()
    assert [(id(array), array.ctypes.data) for array in arrays()] == before
    assert {array.dtype for array in arrays() if array.size} == {np.dtype(np.float32)}


def test_network_depends_only_on_the_generator():
    assert new_network(seed=3).values.tobytes() == new_network(seed=3).values.tobytes()
    assert not np.array_equal(new_network(seed=3).values, new_network(seed=4).values)


@pytest.mark.parametrize("twin_of", [MLP.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_copy_is_equal_and_independent(twin_of):
    network = new_network(activation="tanh")
    twin = twin_of(network)
    assert (twin.layer_sizes, twin.activation) == ([6, 5, 3], "tanh")
    assert all(np.shares_memory(parameter.value, twin.values) for parameter in twin.parameters())
    assert all(np.shares_memory(parameter.grad, twin.grads) for parameter in twin.parameters())
    x = np.random.default_rng(1).random((4, 6))
    np.testing.assert_array_equal(twin.logits(x), network.logits(x))
    kept = network.values.copy()
    twin.values += 1
    np.testing.assert_array_equal(network.values, kept)
    twin.forward(x)
    twin.backward(np.ones((4, 3), np.float32))
    assert not network.grads.any()


@pytest.mark.parametrize(
    ("layer_sizes", "message"),
    [
        ([], "at least two layer sizes, inputs and outputs, got none"),
        ([784], "at least two layer sizes, inputs and outputs, got 784"),
        ([784, 0, 10], "must be at least 1, got 784 -> 0 -> 10"),
        ([784, -5, 10], "must be at least 1, got 784 -> -5 -> 10"),
        ([784, 1.5, 10], "must be whole numbers, got 784 -> 1.5 -> 10"),
        ([784, True, 10], "must be whole numbers, got 784 -> True -> 10"),
        ([784, "5", 10], "must be whole numbers, got 784 -> 5 -> 10"),
    ],
)
def test_wrong_layer_sizes_are_named(layer_sizes, message):
    with pytest.raises(ValueError, match=message):
        new_network(layer_sizes)


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"activation": "gelu"}, ValueError, "activation must be one of relu, tanh, sigmoid, got 'gelu'"),
        ({"initialization": "zeros"}, ValueError, "initialization must be one of xavier, he, gabor, got 'zeros'"),
        ({"dtype": np.float16}, ValueError, "dtype must be float32 or float64, got float16"),
        ({"dtype": np.int64}, ValueError, "dtype must be float32 or float64, got int64"),
    ],
)
def test_wrong_arguments_are_named(keywords, error, message):
    with pytest.raises(error, match=message):
        new_network(**keywords)


def test_randomness_has_to_be_a_generator():
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got int"):
        MLP([4, 2], rng=42)


@pytest.mark.parametrize("method", ["forward", "predict", "predict_proba", "activations", "logits"])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.zeros((2, 783), np.uint8), ValueError, r"shape \(n, 784\) or \(n, 28, 28\), got \(2, 783\)"),
        (np.zeros(784, np.uint8), ValueError, r"got \(784,\)"),
        (np.zeros((2, 28, 27)), ValueError, r"got \(2, 28, 27\)"),
        (np.zeros((2, 1, 28, 28)), ValueError, r"got \(2, 1, 28, 28\)"),
        (np.zeros((2, 784), np.int64), TypeError, r"floats in 0..1 or uint8 in 0..255, got int64"),
        (np.zeros((2, 784), bool), TypeError, r"got bool"),
        (np.full((2, 784), None), TypeError, r"got object"),
    ],
)
def test_images_of_another_shape_or_type_are_named(method, x, error, message):
    with pytest.raises(error, match=message):
        getattr(new_network((784, 10)), method)(x)


def test_square_images_need_a_square_number_of_inputs():
    with pytest.raises(ValueError, match=r"shape \(n, 6\), got"):
        new_network().predict(np.zeros((2, 5)))
