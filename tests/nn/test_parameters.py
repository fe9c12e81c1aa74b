"""Parameters: two arrays that stay the same objects after any assignment."""

import copy
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from mlp import MLP, Parameter


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


@pytest.mark.parametrize("name", ["value", "grad"])
def test_changing_in_place_keeps_the_array(name):
    parameter = Parameter(np.ones(3), np.ones(3))
    array = getattr(parameter, name)
    setattr(parameter, name, array.__imul__(2))
    assert getattr(parameter, name) is array
    np.testing.assert_array_equal(array, [2, 2, 2])


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


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda parameter: pickle.loads(pickle.dumps(parameter))])
@pytest.mark.parametrize("grad", [np.arange(3.0), np.zeros(3)])
def test_copy_has_separate_arrays(twin_of, grad):
    parameter = Parameter(np.ones(3), grad.copy())
    twin = twin_of(parameter)
    parameter.value += 1
    parameter.grad += 1
    np.testing.assert_array_equal(twin.value, np.ones(3))
    np.testing.assert_array_equal(twin.grad, grad)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the process's memory in /proc, as on Linux")
def test_unwritten_gradients_take_no_memory():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    network = MLP([2000, 2000], rng=np.random.default_rng(0))
    before = resident()
    twin = network.copy()
    assert resident() - before < 1.5 * network.values.nbytes
    assert not twin.grads.any()
