"""Plain layers, used as a student would: each result is right, or an error names the problem."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlp import (
    MLP,
    SGD,
    Adam,
    Dense,
    Dropout,
    ReLU,
    Sequential,
    accuracy,
    softmax_cross_entropy,
    train,
)

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(7)
IMAGES, LABELS = RNG.random((40, 20), dtype=np.float32), RNG.integers(0, 3, 40)
OPTIMIZERS = {
    "sgd": lambda parameters: SGD(parameters, 0.1),
    "momentum": lambda parameters: SGD(parameters, 0.1, momentum=0.9),
    "decay": lambda parameters: SGD(parameters, 0.1, weight_decay=0.01),
    "adam": lambda parameters: Adam(parameters, 0.1),
    "adam, decay": lambda parameters: Adam(parameters, 0.1, weight_decay=0.01),
}


def small(seed=0, sizes=(20, 8, 3), **more):
    return MLP(list(sizes), rng=np.random.default_rng(seed), **more)


def backward(network, images=IMAGES, labels=LABELS):
    """Fill the gradients of a minibatch."""
    network.backward(softmax_cross_entropy(network.forward(images), labels)[1])


def trained(network, optimizer=None, seed=1, epochs=2, labels=LABELS):
    optimizer = optimizer or SGD(network.parameters(), 0.1)
    rng = np.random.default_rng(seed)
    return list(train(network, optimizer, IMAGES, labels, batch_size=10, epochs=epochs, rng=rng))


# Dropout


@pytest.mark.parametrize("make", [lambda rate: small(dropout=rate), lambda rate: listed(rate)], ids=["MLP", "list"])
def test_train_draws_masks_and_removes_them(make):
    network, without = make(0.9), make(0.0)
    trained(network)
    trained(without)
    assert not np.allclose(network.parameters()[0].value, without.parameters()[0].value)
    np.testing.assert_array_equal(network.forward(IMAGES[:5]), network.logits(IMAGES[:5]))


def listed(rate):
    rng = np.random.default_rng(0)
    return Sequential([Dense(20, 8, rng=rng), ReLU(), Dropout(rate), Dense(8, 3, rng=rng)])


@pytest.mark.parametrize("end", ["closed", "dropped", "raised"])
def test_training_that_ends_early_leaves_no_mask(end):
    network = small(dropout=0.5)
    steps = train(
        network, SGD(network.parameters(), 0.1), IMAGES, LABELS, batch_size=10, epochs=9, rng=np.random.default_rng(1)
    )
    next(steps)
    np.testing.assert_array_equal(network.forward(IMAGES[:5]), network.logits(IMAGES[:5]))  # between two steps too
    if end == "closed":
        steps.close()
    elif end == "raised":
        network.dense_layers[1].forward = lambda inputs: 1 / 0
        with pytest.raises(ZeroDivisionError):
            next(steps)
        del network.dense_layers[1].forward
    del steps
    np.testing.assert_array_equal(network.forward(IMAGES[:5]), network.logits(IMAGES[:5]))


# Gradients and values that are assigned


def test_assigned_flat_values_reach_the_layers():
    network = small()
    network.values = np.ones_like(network.values)
    network.grads = np.full_like(network.values, 2)
    assert all((parameter.value == 1).all() for parameter in network.parameters())
    assert all((parameter.grad == 2).all() for parameter in network.parameters())
    with pytest.raises(ValueError, match=r"value must have its shape and type, \(195,\) float32, got \(3,\) float64"):
        network.values = np.ones(3)


def test_gradient_stays_that_of_its_own_forward_and_backward():
    layer = Dense(20, 8, rng=np.random.default_rng(0))
    grad = np.ones((40, 8), np.float32)
    layer.forward(IMAGES)
    layer.backward(grad)
    expected = IMAGES.T @ grad
    layer.forward(2 * IMAGES)
    np.testing.assert_allclose(layer.weight.grad, expected, rtol=1e-6)
    grad[...] = 0
    np.testing.assert_allclose(layer.weight.grad, expected, rtol=1e-6)


# Freezing, sharing, several networks


def test_layer_that_the_optimizer_does_not_know_is_frozen():
    network = small()
    optimizer = SGD(network.layers[2].parameters(), 0.1, momentum=0.9)
    trained(network, optimizer)
    first, _, last = network.layers
    np.testing.assert_array_equal(first.weight.value, small().layers[0].weight.value)
    assert not np.array_equal(last.weight.value, small().layers[2].weight.value)


def test_layers_cannot_be_exchanged_behind_the_checks():
    network = small()
    with pytest.raises(TypeError, match="does not support item assignment"):
        network.layers[0] = Dense(20, 8, rng=np.random.default_rng(0))


def test_two_networks_trained_in_turn_do_not_interfere():
    turns, alone = [small(0), small(1)], [small(0), small(1)]
    runs = [
        train(
            network,
            SGD(network.parameters(), 0.1),
            IMAGES,
            LABELS,
            batch_size=10,
            epochs=2,
            rng=np.random.default_rng(1),
        )
        for network in turns
    ]
    for _ in zip(*runs, strict=True):
        pass
    for network, expected in zip(turns, alone, strict=True):
        trained(expected)
        np.testing.assert_array_equal(network.values, expected.values)


def test_layer_of_two_networks_and_parameters_of_two_optimizers_learn_in_both():
    rng, shared = np.random.default_rng(0), Dense(20, 8, rng=np.random.default_rng(0))
    networks = [Sequential([shared, ReLU(), Dense(8, 3, rng=rng)]) for _ in range(2)]
    for network, make in zip(networks, (OPTIMIZERS["sgd"], OPTIMIZERS["adam"]), strict=True):
        before = shared.weight.value.copy()
        trained(network, make(network.parameters()))
        assert not np.array_equal(shared.weight.value, before)
    assert networks[0].layers[0].weight is networks[1].layers[0].weight


def test_optimizer_of_another_network_is_refused():
    with pytest.raises(ValueError, match=r"must be created for network\.parameters\(\)"):
        trained(small(), SGD(small().parameters(), 0.1))


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (lambda network: network.parameters() * 2, ValueError, "given once, got one of them twice"),
        (lambda network: [network.values], TypeError, "changes Parameters, got ndarray"),
        (lambda network: network.layers, TypeError, "changes Parameters, got Dense"),
        (lambda network: network, TypeError, r"such as network\.parameters\(\), got MLP\(20 → 8 → 3, relu\)"),
    ],
)
def test_optimizer_names_invalid_parameters(parameters, error, message):
    with pytest.raises(error, match=message):
        SGD(parameters(small()), 0.1)


# Constructors, labels


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda rng: Dense(784, 0, rng=rng), ValueError, "at least 1, got 784 -> 0"),
        (lambda rng: Dense(784, 10, rng=42), TypeError, "numpy.random.Generator, got int"),
        (lambda rng: Dense(784, 10, rng=rng, dtype=int), ValueError, "float32 or float64, got int64"),
        (lambda rng: Dense(784, 10, rng=rng, initialization="zero"), ValueError, "xavier, he, gabor, got 'zero'"),
    ],
)
def test_dense_names_invalid_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make(np.random.default_rng(0))


@pytest.mark.parametrize("function", [softmax_cross_entropy, accuracy])
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, -1], ValueError, "labels must be 0 to 2, got -1 to 0"),
        ([0, 3], ValueError, "labels must be 0 to 2, got 0 to 3"),
        ([0.0, 1.0], TypeError, "labels must be integers, got float64"),
        ([True, False], TypeError, "labels must be integers, got bool"),
        ([0], ValueError, r"one label for each, got labels \(1,\) for 2 examples"),
        ([[0], [1]], ValueError, r"one label for each, got labels \(2, 1\) for 2 examples"),
    ],
)
def test_loss_and_accuracy_name_labels_that_are_no_classes(function, labels, error, message):
    with pytest.raises(error, match=message):
        function(np.zeros((2, 3), np.float32), labels)


@pytest.mark.parametrize("function", [softmax_cross_entropy, accuracy])
def test_loss_and_accuracy_need_a_row_of_logits_for_each_example(function):
    with pytest.raises(ValueError, match=r"logits must have the shape \(n, classes\), got \(3,\)"):
        function(np.zeros(3, np.float32), [0])
    with pytest.raises(ValueError, match=r"at least one example, .*, got labels \(0,\) for 0 examples"):
        function(np.zeros((0, 3), np.float32), [])


@pytest.mark.parametrize("kind", [list, lambda labels: labels.astype(np.uint8), lambda labels: labels.astype(np.int8)])
def test_labels_may_be_lists_and_small_integers(kind):
    network, expected = small(), small()
    assert trained(network, labels=kind(LABELS)) == trained(expected)
    np.testing.assert_array_equal(network.values, expected.values)
    logits = network.logits(IMAGES)
    loss, grad = softmax_cross_entropy(logits, kind(LABELS))
    assert (loss, grad.tolist()) == (lambda pair: (pair[0], pair[1].tolist()))(softmax_cross_entropy(logits, LABELS))
    assert accuracy(logits, kind(LABELS)) == accuracy(logits, LABELS)


# float64, threads


def test_two_threads_predict_while_a_third_trains_with_dropout():
    network = small(dropout=0.5)
    frozen = SGD(network.layers[-1].parameters(), 1e-30)  # steps that change nothing
    expected = network.predict_proba(IMAGES)
    with ThreadPoolExecutor(3) as pool:
        training = pool.submit(trained, network, frozen, epochs=30)
        for probabilities in pool.map(network.predict_proba, [IMAGES] * 100):
            np.testing.assert_array_equal(probabilities, expected)
        training.result()


TRAINED = """
import hashlib, sys
import numpy as np
from threadpoolctl import threadpool_limits
from mlp import MLP, SGD, train
rng = np.random.default_rng(0)
images, labels = rng.integers(0, 256, (300, 784), dtype=np.uint8), rng.integers(0, 10, 300)
with threadpool_limits(int(sys.argv[1])):
    network = MLP([784, 600, 10], rng=rng, dropout=0.1)
    for _ in train(network, SGD(network.parameters(), 0.1), images, labels, batch_size=100, epochs=1, rng=rng):
        pass
print(hashlib.sha256(network.values.tobytes()).hexdigest())
"""


def test_train_ends_in_the_same_bits_for_one_and_two_threads():
    digests = {
        subprocess.run(
            [sys.executable, "-c", TRAINED, str(threads)],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": str(threads)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for threads in (1, 2)
    }
    assert len(digests) == 1
