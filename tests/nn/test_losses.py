"""Softmax, cross-entropy and accuracy: by hand, at the extremes, and properties for all logits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mlp import CrossEntropy, accuracy, softmax, softmax_cross_entropy

LOGITS = arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-1e4, 1e4))


def test_cross_entropy_by_hand():
    # Probabilities 1/4, 3/4 and 1/2, 1/2; the right ones are 3/4 and 1/2.
    logits = np.array([[0.0, math.log(3)], [5.0, 5.0]])
    loss, grad_logits = softmax_cross_entropy(logits, np.array([1, 0]))
    assert loss == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    np.testing.assert_allclose(grad_logits, [[0.125, -0.125], [-0.25, 0.25]])
    np.testing.assert_array_equal(logits, [[0.0, math.log(3)], [5.0, 5.0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_loss_stays_finite_and_right_for_huge_logits(dtype):
    logits = np.array([[10_000, -10_000, 0], [-10_000, 10_000, -10_000], [10_000, 10_000, 10_000]], dtype)
    loss, grad_logits = softmax_cross_entropy(logits, np.array([1, 1, 2]))
    assert loss == pytest.approx((20_000 + 0 + math.log(3)) / 3)
    expected = np.array([[1, -1, 0], [0, 0, 0], [1 / 3, 1 / 3, -2 / 3]]) / 3
    np.testing.assert_allclose(grad_logits, expected, rtol=1e-6, atol=1e-7)
    assert grad_logits.dtype == dtype


@given(LOGITS, st.integers(0, 5))
def test_gradient_rows_sum_to_zero_and_loss_is_nonnegative(logits, label):
    labels = np.full(len(logits), min(label, logits.shape[1] - 1))
    loss, grad_logits = softmax_cross_entropy(logits, labels)
    assert math.isfinite(loss)
    assert loss >= -1e-12
    np.testing.assert_allclose(grad_logits.sum(axis=1), 0, atol=1e-12)


@given(LOGITS, st.integers(0, 5), st.sampled_from([0.0, 0.3]))
def test_costs_have_the_mean_of_the_batch(logits, label, smoothing):
    labels = np.full(len(logits), min(label, logits.shape[1] - 1))
    loss = CrossEntropy(smoothing)
    assert loss.costs(logits, labels).mean() == pytest.approx(loss.batch(logits, labels)[0], rel=1e-12, abs=1e-12)


@given(LOGITS, st.floats(-100, 100))
def test_softmax_sums_to_one_and_ignores_shifts(logits, shift):
    probabilities = softmax(logits)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(softmax(logits + shift), probabilities, atol=1e-9)


def test_accuracy_gives_ties_to_the_lower_class():
    logits = np.array([[1, 2, 0], [3, 3, 0], [0, 0, 1], [9, 0, 0]], np.float32)
    assert accuracy(logits, np.array([1, 0, 1, 0])) == 0.75
    assert accuracy(logits, np.array([1, 1, 2, 0])) == 0.75
    assert type(accuracy(logits, np.array([1, 0, 1, 0]))) is float


def test_rows_with_nan_are_never_right():
    nan, inf = np.nan, np.inf
    logits = np.array([[nan, nan], [nan, 1], [1, nan], [2, 1], [-inf, inf]])
    assert accuracy(logits, np.zeros(5, int)) == 1 / 5
    assert accuracy(logits, np.ones(5, int)) == 1 / 5
    assert accuracy(np.full((4, 2), nan), np.zeros(4, int)) == 0


def test_label_smoothing_by_hand():
    loss, grad_logits = softmax_cross_entropy(np.log([[0.8, 0.1, 0.1]]), np.array([0]), 0.3)
    assert loss == pytest.approx(-(0.8 * math.log(0.8) + 0.1 * math.log(0.1) + 0.1 * math.log(0.1)))
    np.testing.assert_allclose(grad_logits, 0, atol=1e-12)  # these logits give exactly the target
    with pytest.raises(ValueError, match="label_smoothing must be at least 0 and less than 1, got 1"):
        softmax_cross_entropy(np.zeros((1, 3)), [0], 1)


def test_loss_takes_logits_from_a_list_but_no_integers():
    loss, grad = softmax_cross_entropy([[3.0, 1.0]], [0], label_smoothing=0.1)
    expected, expected_grad = softmax_cross_entropy(np.array([[3.0, 1.0]]), [0], label_smoothing=0.1)
    assert loss == expected
    np.testing.assert_array_equal(grad, expected_grad)
    with pytest.raises(TypeError, match="logits must be floats, got int64"):
        softmax_cross_entropy(np.array([[3, 1]]), [0])
