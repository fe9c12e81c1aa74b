"""Parameters: two arrays that stay the same objects after any assignment."""

import numpy as np
import pytest

from mlp import Parameter


def test_parameter_makes_its_own_gradient_array():
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert parameter.grad.shape == (2, 3)
    assert parameter.grad.dtype == np.float32
    assert repr(parameter) == "Parameter(2 × 3, float32)"


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
        (np.zeros(3), r"\(2, 3\) float32, got \(3,\) float64"),
        (np.zeros((2, 3)), r"\(2, 3\) float32, got \(2, 3\) float64"),
        (np.zeros((3, 2), np.float32), r"got \(3, 2\) float32"),
        (0, r"got \(\) int64"),
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
