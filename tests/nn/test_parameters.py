"""Parameters, which of them are merged, and gradients that are products until somebody asks for them."""

import os
from pathlib import Path

import numpy as np
import pytest

from mlp import MLP, SGD, softmax_cross_entropy
from mlp.nn.parameters import Flat, Parameter, merged


def test_neighbours_become_one_long_parameter_over_the_same_memory():
    flat = Flat(np.arange(12.0))
    (whole,) = merged([flat.part(0, (2, 3)), flat.part(6, (2,)), flat.part(8, (4,))])
    whole.value += 1
    whole.grad += 2
    np.testing.assert_array_equal(flat.values, np.arange(1.0, 13.0))
    np.testing.assert_array_equal(flat.grads, np.full(12, 2.0))


def test_only_neighbours_in_the_same_array_and_in_their_order_are_joined():
    flat, other = Flat(np.zeros(6)), Flat(np.zeros(6))
    first, second, third = flat.part(0, (2,)), flat.part(2, (2,)), flat.part(4, (2,))
    assert merged([first, third]) == [first, third]
    assert merged([second, first]) == [second, first]
    assert len(merged([first, second, Parameter(np.zeros(2))])) == 2
    assert len(merged([first, other.part(2, (2,))])) == 2
    assert merged([]) == []


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the process's memory in /proc, as on Linux")
def test_gradients_that_nobody_writes_take_no_memory():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    values = np.ones(4_000_000)
    before = resident()
    flat = Flat(values)
    assert resident() - before < values.nbytes / 2
    assert not flat.grads.any()


def test_a_parameter_makes_its_own_gradient_buffer():
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.grad.shape == (2, 3)
    assert parameter.grad.dtype == np.float32
    assert repr(parameter) == "Parameter(2 × 3, float32)"


@pytest.mark.parametrize("grad", [np.zeros(3, np.float32), np.zeros((3, 1))])
def test_a_gradient_must_fit_its_parameter(grad):
    with pytest.raises(ValueError, match=r"shape and type of its parameter, got .* for \(3,\) float64"):
        Parameter(np.zeros(3), grad)


def stepped(look=lambda network: None, *, dtype=np.float32, images=784):
    """A network after one step of plain SGD; ``look`` is called before the update."""
    network = MLP([images, 100, 10], rng=np.random.default_rng(3), dtype=dtype)
    rng = np.random.default_rng(4)
    inputs, labels = rng.integers(0, 256, (32, images)).astype(np.uint8), rng.integers(0, 10, 32)
    network.backward(softmax_cross_entropy(network.forward(inputs), labels)[1])
    look(network)
    SGD(network.parameters(), 0.1).step()
    return network


def test_plain_sgd_makes_the_same_step_whether_or_not_the_gradient_was_written_down():
    taken, seen = stepped(dtype=np.float64), stepped(lambda network: network.grads, dtype=np.float64)
    np.testing.assert_allclose(taken.values, seen.values, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(taken.grads, seen.grads, rtol=1e-12, atol=1e-15)


def test_a_changed_gradient_is_the_one_that_counts():
    def clip(network):
        for parameter in network.parameters():
            parameter.grad *= 0

    network = stepped(clip)
    np.testing.assert_array_equal(network.values, MLP([784, 100, 10], rng=np.random.default_rng(3)).values)


def test_the_gradient_stays_that_of_the_last_backward_until_it_is_forgotten():
    network = stepped()
    expected = stepped().grads.copy()
    assert expected.any()
    network.forward(np.full((7, 784), 0.5, np.float32))
    np.testing.assert_array_equal(network.grads, expected)
    forgetful = stepped()
    forgetful.forget_grads()
    assert not forgetful.dense_layers[0].weight.grad.any()
