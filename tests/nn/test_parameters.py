"""Parameters, and which of them are joined."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp.nn.parameters import Parameter, joined


def parts(values, grads, sizes):
    ends = np.cumsum(sizes)
    return [Parameter(values[end - size : end], grads[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_neighbours_become_one_parameter_over_the_same_memory(sizes):
    values, grads = np.zeros(20 * len(sizes)), np.zeros(20 * len(sizes))
    (whole,) = joined(parts(values, grads, sizes))
    whole.value += 1
    whole.grad += 2
    assert values.sum() == sum(sizes)
    assert grads.sum() == 2 * sum(sizes)


def test_a_gap_an_exchange_and_foreign_memory_keep_parameters_apart():
    values, grads = np.zeros(8), np.zeros(8)
    first, second, third = parts(values, grads, [3, 2, 3])
    assert joined([first, third]) == [first, third]
    assert joined([second, first]) == [second, first]
    assert len(joined([first, second, Parameter(np.zeros(2))])) == 2
    # Values that follow each other are not enough where gradients do not.
    assert len(joined([first, Parameter(values[3:5], np.zeros(2))])) == 2


def test_memory_of_another_type_or_order_is_not_joined():
    values, grads = np.zeros(12), np.zeros(12)
    upright = Parameter(values[:6].reshape(2, 3).T, grads[:6].reshape(2, 3).T)
    assert len(joined([upright, Parameter(values[6:], grads[6:])])) == 2
    other = values.view(np.float32)
    assert len(joined([Parameter(values[:6], grads[:6]), Parameter(other[12:], grads.view(np.float32)[12:])])) == 2


def test_no_parameters_are_no_parameters():
    assert joined([]) == []


def test_a_parameter_makes_its_own_gradient_buffer():
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.grad.shape == (2, 3)
    assert parameter.grad.dtype == np.float32
    assert repr(parameter) == "Parameter(2 × 3, float32)"


@pytest.mark.parametrize("grad", [np.zeros(3, np.float32), np.zeros((3, 1))])
def test_a_gradient_must_fit_its_parameter(grad):
    with pytest.raises(ValueError, match=r"shape and type of its parameter, got .* for \(3,\) float64"):
        Parameter(np.zeros(3), grad)
