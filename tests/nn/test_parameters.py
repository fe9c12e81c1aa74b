"""Parameters, and which of them are merged."""

import numpy as np
import pytest

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


def test_a_parameter_makes_its_own_gradient_buffer():
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.grad.shape == (2, 3)
    assert parameter.grad.dtype == np.float32
    assert repr(parameter) == "Parameter(2 × 3, float32)"


@pytest.mark.parametrize("grad", [np.zeros(3, np.float32), np.zeros((3, 1))])
def test_a_gradient_must_fit_its_parameter(grad):
    with pytest.raises(ValueError, match=r"shape and type of its parameter, got .* for \(3,\) float64"):
        Parameter(np.zeros(3), grad)
