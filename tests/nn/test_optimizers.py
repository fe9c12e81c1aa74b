"""Every optimizer: steps worked by hand, preserved types, its state, and invalid arguments."""

import copy
import math

import numpy as np
import pytest

from mlp import MLP, SGD, Adam, softmax_cross_entropy, train
from mlp.nn.parameters import Parameter
from tests.nn.test_misuse import IMAGES, LABELS, OPTIMIZERS, small


def one(value, grad, dtype=np.float64):
    return Parameter(np.array([value], dtype), np.array([grad], dtype))


@pytest.mark.parametrize(("value", "sign"), [(2, 1), (-2, -1), (0, 0)])
def test_l1_penalty_matches_results_by_hand(value, sign):
    weight = one(value, 0.5)
    SGD([weight], 0.1, weight_decay=0.25, l1=0.125).step()
    assert weight.value[0] == pytest.approx(value - 0.1 * (0.5 + 0.25 * value + 0.125 * sign))
    with pytest.raises(ValueError, match="l1 must be at least 0 and finite, got -1"):
        SGD([weight], 0.1, l1=-1)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("learning_rate", "fast"),
        ("weight_decay", -0.1),
        ("l1", np.inf),
        ("momentum", 1),
    ],
)
def test_number_that_is_changed_later_is_checked(name, wrong):
    optimizer = SGD([one(1, 1)], 0.1, momentum=0.5)
    before = repr(optimizer)
    with pytest.raises(ValueError, match=f"{name} must be .*, got {wrong!r}"):
        setattr(optimizer, name, wrong)
    assert repr(optimizer) == before
    setattr(optimizer, name, 0.25)
    assert getattr(optimizer, name) == 0.25


def test_momentum_after_a_start_without_it_is_refused():
    weight = one(1, 1)
    optimizer = SGD([weight], 0.1)
    optimizer.momentum = 0.9
    with pytest.raises(ValueError, match=r"momentum must stay 0 in an optimizer made without it, got 0\.9"):
        optimizer.step()
    optimizer.momentum = 0.0
    optimizer.step()
    assert weight.value[0] == pytest.approx(0.9)


def test_momentum_with_weight_decay_by_hand():
    weight = one(1, 1)
    optimizer = SGD([weight], 0.1, momentum=0.5, weight_decay=0.5)
    optimizer.step()  # gradient 1 + 0.5 · 1, velocity 1.5
    assert weight.value[0] == pytest.approx(0.85)
    weight.grad[0] = 0
    optimizer.step()  # gradient 0.5 · 0.85, velocity 0.75 + 0.425
    assert weight.value[0] == pytest.approx(0.85 - 0.1175)


def test_adam_matches_two_steps_by_hand():
    weight = one(1, 2)
    optimizer = Adam([weight], 0.1, betas=(0.5, 0.75), epsilon=1e-8)
    optimizer.step()  # m 1, v 1; corrected 2 and 4: a step of 0.1 · 2 / 2
    assert weight.value[0] == pytest.approx(0.9, abs=1e-8)
    weight.grad[0] = -1
    optimizer.step()  # m 0.5 · 1 − 0.5 = 0; no step at all
    assert weight.value[0] == pytest.approx(0.9, abs=1e-8)
    weight.grad[0] = 4
    optimizer.step()  # m 2, v ((0.75 + 0.25) · 0.75 + 4) = 4.75; corrected by 7/8 and 37/64
    assert weight.value[0] == pytest.approx(0.9 - 0.1 * (2 / (7 / 8)) / math.sqrt(4.75 / (37 / 64)), abs=1e-8)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("array", [np.arange(6.0).reshape(3, 2).T, np.arange(12.0).reshape(2, 6)[:, ::2]])
def test_step_changes_values_in_any_memory_order_alike_and_no_gradient(name, array):
    found, expected = Parameter(array, np.ones(array.shape)), Parameter(array.copy("C"), np.ones(array.shape))
    for parameter in (found, expected):
        optimizer = OPTIMIZERS[name]([parameter])
        for _ in range(2):
            optimizer.step()
            np.testing.assert_array_equal(parameter.grad, 1)
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-14)


def test_step_without_gradients_after_train_is_refused_until_there_are_some():
    network, rng = MLP([784, 10], rng=np.random.default_rng(0)), np.random.default_rng(1)
    images, labels = rng.integers(0, 256, (10, 784), dtype=np.uint8), np.arange(10)
    optimizer = SGD(network.parameters(), 0.1)
    list(train(network, optimizer, images, labels, batch_size=5, epochs=1, rng=rng))
    trained = network.values.copy()
    for one in (optimizer, Adam(network.parameters())):
        with pytest.raises(RuntimeError, match=r"got NaN, as .* after train\(\), which stores none; call backward"):
            one.step()
    np.testing.assert_array_equal(network.values, trained)
    network.backward(softmax_cross_entropy(network.forward(images), labels)[1])
    optimizer.step()
    assert not np.array_equal(network.values, trained)
    assert np.isfinite(network.values).all()
    network.grads[...] = np.nan  # now those of a loss that is not finite
    optimizer.step()
    assert np.isnan(network.values).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_step_before_any_backward_is_refused(name):
    network = small()
    optimizer = OPTIMIZERS[name](network.parameters())
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"got NaN, as before the first backward .* call backward before step"):
            optimizer.step()
        assert np.isnan(network.grads).all()  # to look at them makes none
    np.testing.assert_array_equal(network.values, small().values)
    network.backward(softmax_cross_entropy(network.forward(IMAGES), LABELS)[1])
    optimizer.step()
    assert np.isfinite(network.values).all()


@pytest.mark.parametrize(("name", "wrong"), [("sgd", "lr"), ("adam", "lr"), ("adam", "momentum")])
def test_number_that_no_optimizer_has_is_refused(name, wrong):
    optimizer = OPTIMIZERS[name](small().parameters())
    for one in (optimizer, copy.deepcopy(optimizer)):
        with pytest.raises(AttributeError, match=f"has no {wrong}, and would ignore it; it has .*learning_rate, "):
            setattr(one, wrong, 0.01)
        one.learning_rate = 0.01
        assert one.learning_rate == 0.01


def test_optimizer_of_your_own_has_attributes_of_its_own():
    class Counting(SGD):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.n = 0

    optimizer = Counting(small().parameters(), 0.1)
    optimizer.n += 1
    assert optimizer.n == 1


ADAMW_GRADS = ([0.25, -1.0], [-0.5, 0.75], [0.125, 2.0])
ADAMW_VALUES = [0.4935457706309512, -1.4896847675536526]
"""[0.5, -1.5] after these gradients by ``torch.optim.AdamW([p], lr=0.01, weight_decay=0.1)`` of torch 2.13.0."""


def test_weight_decay_of_adam_is_that_of_torchs_adamw():
    weight = Parameter(np.array([0.5, -1.5]))
    optimizer = Adam([weight], 0.01, weight_decay=0.1)
    for grad in ADAMW_GRADS:
        weight.grad = np.array(grad)
        optimizer.step()
    np.testing.assert_allclose(weight.value, ADAMW_VALUES, rtol=1e-14)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_separate_and_joined_parameters_change_equally(name):
    rng = np.random.default_rng(0)
    network = MLP([7, 5, 3], rng=rng)
    apart = [Parameter(parameter.value.copy()) for parameter in network.parameters()]
    together, separate = OPTIMIZERS[name](network.parameters()), OPTIMIZERS[name](apart)
    for _ in range(3):
        network.grads[...] = rng.standard_normal(network.grads.shape)
        for parameter, twin in zip(network.parameters(), apart, strict=True):
            twin.grad[...] = parameter.grad
        together.step()
        separate.step()
    for parameter, twin in zip(network.parameters(), apart, strict=True):
        np.testing.assert_allclose(parameter.value, twin.value, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: SGD(p, 0), "learning_rate must be greater than 0 and finite, got 0"),
        (lambda p: SGD(p, math.nan), "learning_rate must be greater than 0 and finite, got nan"),
        (lambda p: SGD(p, True), "learning_rate must be greater than 0 and finite, got True"),
        (lambda p: SGD(p, 10**400), "learning_rate must be greater than 0 and finite, got 1"),
        (lambda p: SGD(p, 0.1, momentum=1), "momentum must be at least 0 and less than 1, got 1"),
        (lambda p: SGD(p, 0.1, weight_decay=-1), "weight_decay must be at least 0 and finite, got -1"),
        (lambda p: Adam(p, betas=(0.9, 1)), "a beta must be at least 0 and less than 1, got 1"),
        (lambda p: Adam(p, epsilon=0), "epsilon must be greater than 0 and finite, got 0"),
        (lambda p: SGD([], 0.1), "needs at least one parameter, got none"),
    ],
)
def test_number_out_of_range_is_named_with_its_rule(make, message):
    with pytest.raises(ValueError, match=message):
        make([one(1, 1)])


def read_only(array):
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ([read_only(np.ones(3))], "can be written, got Parameter\\(3, float64\\), which is read-only"),
        ([np.ones(3, int)], "all float32 or all float64, got int64"),
        ([np.ones(3, np.float16)], "all float32 or all float64, got float16"),
        ([np.ones(3), np.ones(3, np.float32)], "got float32 and float64"),
    ],
)
@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_arrays_that_cannot_be_changed_in_place_are_refused(optimizer, arrays, message):
    with pytest.raises(ValueError, match=message):
        optimizer([Parameter(array, np.ones_like(array)) for array in arrays], 0.1)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_keeps_the_type_and_the_memory_of_all_arrays(name, dtype):
    network = MLP([784, 30, 10], rng=np.random.default_rng(0), dtype=dtype)
    optimizer, rng = OPTIMIZERS[name](network.parameters()), np.random.default_rng(1)
    x, labels = rng.integers(0, 256, (32, 784), dtype=np.uint8), rng.integers(0, 10, 32)

    def step():
        network.backward(softmax_cross_entropy(network.forward(x), labels)[1])
        optimizer.step()

    def arrays():
        for parameter in network.parameters():
            yield from (parameter.value, parameter.grad)
        yield from (network.values, network.grads)
        for kept in vars(optimizer).values():
            yield from (
                array for array in (kept if isinstance(kept, list) else [kept]) if isinstance(array, np.ndarray)
            )

    step()  # some arrays are made by the first one
    before = [(id(array), array.ctypes.data) for array in arrays()]
    for _ in range(3):
        step()
    assert [(id(array), array.ctypes.data) for array in arrays()] == before
    assert {array.dtype for array in arrays() if array.size} == {np.dtype(dtype)}
