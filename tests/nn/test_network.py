"""The network: inputs, outputs, their memory, and predictions without side effects, and copies."""

import copy
import pickle

import numpy as np
import pytest

from mlp import MLP, Dense, Dropout, Parameter, ReLU, Run, Settings, Sigmoid, softmax
from mlp.nn.layers import ACTIVATIONS
from mlp.nn.reader import Reader
from tests.nn.test_misuse import OPTIMIZERS, backward, listed, small, trained


def new_network(layer_sizes=(6, 5, 3), seed=0, **keywords):
    return MLP(list(layer_sizes), rng=np.random.default_rng(seed), **keywords)


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


def test_network_matches_results_by_hand():
    network = new_network((2, 2, 2))
    numbers = ([[1, -1], [2, 1]], [0, 1], [[1, 0], [2, -1]], [0, 3])
    for parameter, value in zip(network.parameters(), numbers, strict=True):
        parameter.value[...] = value
    x = np.array([[1.0, 0.5]], np.float32)
    # First Dense: 1 + 2 · 0.5 = 2 and −1 + 0.5 + 1 = 0.5, both pass; second: 2 + 2 · 0.5 = 3 and −0.5 + 3 = 2.5.
    shown = [activation.tolist() for activation in network.activations(x)]
    assert shown == [[[1, 0.5]], [[2, 0.5]], [[2, 0.5]], [[3, 2.5]]]
    np.testing.assert_array_equal(network.forward(x), [[3, 2.5]])
    network.backward(np.array([[1.0, 2.0]], np.float32))
    grads = [parameter.grad.tolist() for parameter in network.parameters()]
    # Back through the second Dense: 1 · 1 + 0 · 2 = 1 and 2 · 1 − 1 · 2 = 0.
    assert grads == [[[1, 0], [0.5, 0]], [1, 0], [[2, 4], [0.5, 1]], [1, 2]]


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"layer_sizes": []}, ValueError, "at least two layer sizes, inputs and outputs, got none"),
        ({"layer_sizes": [784]}, ValueError, "at least two layer sizes, inputs and outputs, got 784"),
        ({"layer_sizes": [784, 0, 10]}, ValueError, "must be at least 1, got 784 -> 0 -> 10"),
        ({"layer_sizes": [784, True, 10]}, ValueError, "must be whole numbers, got 784 -> True -> 10"),
        ({"activation": "gelu"}, ValueError, "activation must be one of relu, tanh, sigmoid, got 'gelu'"),
        ({"initialization": "zeros"}, ValueError, "initialization must be one of xavier, he, gabor, got 'zeros'"),
        ({"dtype": np.float16}, ValueError, "dtype must be float32 or float64, got float16"),
        ({"rng": 42}, TypeError, r"rng must be a numpy.random.Generator, got int"),
    ],
)
def test_wrong_arguments_are_named(keywords, error, message):
    with pytest.raises(error, match=message):
        MLP(**{"layer_sizes": [4, 2], "rng": np.random.default_rng(0), **keywords})


@pytest.mark.parametrize("method", ["forward", "predict", "predict_proba", "activations", "logits"])
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.zeros((2, 783), np.uint8), ValueError, r"shape \(n, 784\) or \(n, 28, 28\), got \(2, 783\)"),
        (np.zeros(784, np.uint8), ValueError, r"got \(784,\)"),
        (np.zeros((2, 1, 28, 28)), ValueError, r"got \(2, 1, 28, 28\)"),
        (np.zeros((2, 784), np.int64), TypeError, r"floats in 0..1 or uint8 in 0..255, got int64"),
        (np.full((2, 784), None), TypeError, r"got object"),
        (np.full((2, 784), 249.0), ValueError, r"floats in 0\.\.1 or uint8 in 0\.\.255, got floats up to 249"),
        (np.full((2, 784), np.nan), ValueError, "finite numbers, got NaN or infinity"),
        (np.full((2, 784), np.inf), ValueError, "finite numbers, got NaN or infinity"),
        (np.full((2, 784), -np.inf), ValueError, "finite numbers, got NaN or infinity"),
    ],
)
def test_images_of_another_shape_type_or_range_are_named(method, x, error, message):
    network = new_network((784, 10))
    with pytest.raises(error, match=message):
        getattr(network, method)(x)
    getattr(network, method)(np.linspace(-3, 3, 784)[None])  # as after standardizing


THINGS = {
    "Dense": lambda: Dense(20, 8, rng=np.random.default_rng(0)),
    "ReLU": ReLU,
    "Sigmoid": Sigmoid,
    "Dropout": lambda: Dropout(0.5),
    "Parameter": lambda: Parameter(np.ones(3)),
    "Sequential": lambda: listed(0.5),
    "MLP": small,
    **{name: lambda make=make: make(small().parameters()) for name, make in OPTIMIZERS.items()},
}


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


@pytest.mark.parametrize("make", [lambda: listed(0.5), lambda: Reader(small()), lambda: Run(Settings())])
def test_shallow_copy_shares_no_weights(make):
    thing = make()
    network, twin = (getattr(each, "network", each) for each in (thing, copy.copy(thing)))
    for mine, other in zip(network.parameters(), twin.parameters(), strict=True):
        np.testing.assert_array_equal(mine.value, other.value)
        assert not np.shares_memory(mine.value, other.value)


@pytest.mark.parametrize("twin_of", [copy.deepcopy, pickled])
@pytest.mark.parametrize("name", THINGS)
def test_everything_copies_and_shows_how_it_was_made(name, twin_of):
    thing = THINGS[name]()
    assert repr(twin_of(thing)) == repr(thing)
    assert "object at" not in repr(thing)


@pytest.mark.parametrize("twin_of", [MLP.copy, copy.copy, copy.deepcopy, pickled])
def test_copy_is_equal_and_independent(twin_of):
    network = new_network(activation="tanh")
    twin = twin_of(network)
    assert (twin.layer_sizes, twin.activation) == ([6, 5, 3], "tanh")
    x = np.random.default_rng(1).random((4, 6))
    np.testing.assert_array_equal(twin.logits(x), network.logits(x))
    kept = network.values.copy()
    twin.values += 1
    np.testing.assert_array_equal(network.values, kept)
    twin.forward(x)
    twin.backward(np.ones((4, 3), np.float32))
    assert all(np.shares_memory(parameter.grad, twin.grads) for parameter in twin.parameters())
    assert np.isnan(network.grads).all()


@pytest.mark.parametrize("twin_of", [copy.deepcopy, pickled])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("order", [1, -1])
def test_copied_network_and_optimizer_stay_connected_and_keep_gradients(name, twin_of, order):
    network = small()
    optimizer = OPTIMIZERS[name](network.parameters())
    trained(network, optimizer)
    backward(network)
    twin, twin_optimizer = twin_of((network, optimizer)[::order])[::order]
    for each in (optimizer, twin_optimizer):
        each.step()
    np.testing.assert_array_equal(twin.values, network.values)
    assert trained(twin, twin_optimizer) == trained(network, optimizer)
    np.testing.assert_array_equal(twin.values, network.values)
    for flat, name in ((twin.values, "value"), (twin.grads, "grad")):
        assert all(np.shares_memory(getattr(each, name), flat) for each in twin_optimizer.parameters)
