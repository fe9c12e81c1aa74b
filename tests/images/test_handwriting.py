"""The synthetic digits that come along: which of them a run gets."""

import hashlib

import numpy as np
import pytest

from mlp.images.handwriting import N_SHIPPED, STYLES, shipped_digits, style_names, synthetic_digits

SHIPPED = shipped_digits()


def test_shipped_digits_are_those_that_all_networks_learned():
    """Of seed (0, 2), as every earlier server wrote them: else runs of these settings would get other weights."""
    assert SHIPPED.images.shape == (N_SHIPPED, 784) == (30_000, 784)
    assert [hashlib.sha256(array.tobytes()).hexdigest()[:16] for array in SHIPPED] == [
        "d9968ca6906d7f35",
        "d110630dc7f47f08",
        "a115254718d19e3f",
    ]


def test_all_digits_come_in_the_order_of_their_file():
    digits = synthetic_digits(30_000)
    np.testing.assert_array_equal(digits.images, SHIPPED.images)
    np.testing.assert_array_equal(digits.labels, SHIPPED.labels)
    assert np.bincount(digits.labels).tolist() == [3_000] * 10


def test_fewer_digits_are_the_first_of_each():
    digits = synthetic_digits(25)
    assert np.bincount(digits.labels).tolist() == [3] * 5 + [2] * 5
    for digit in range(10):
        first = SHIPPED.images[SHIPPED.labels == digit][: 3 if digit < 5 else 2]
        np.testing.assert_array_equal(digits.images[digits.labels == digit], first)


def test_digits_of_other_styles_take_the_place_of_styles_left_out():
    names = np.array(style_names())
    digits = synthetic_digits(30_000, ["zero", "zero_open"])
    slashed = SHIPPED.images[names[SHIPPED.styles] == "zero_slashed"]
    zeros = digits.images[digits.labels == 0]
    assert len(zeros) == 3_000 > len(slashed)
    each, times = np.unique(zeros, axis=0, return_counts=True)
    np.testing.assert_array_equal(each, np.unique(slashed, axis=0))
    assert set(times.tolist()) <= {3_000 // len(slashed), 3_000 // len(slashed) + 1}
    np.testing.assert_array_equal(digits.images[digits.labels != 0], SHIPPED.images[SHIPPED.labels != 0])


def test_digit_without_any_style_left_does_not_appear():
    digits = synthetic_digits(30_000, STYLES[6])
    assert np.bincount(digits.labels).tolist() == [3_334] * 3 + [3_333] * 3 + [0] + [3_333] * 3
    with pytest.raises(ValueError, match="at least one style must be left, got none"):
        synthetic_digits(10, style_names())


def test_more_digits_than_there_are_is_an_error_that_names_who_makes_more():
    with pytest.raises(ValueError, match=r"at most the 30,000 .*, got 30,001; python -m models\.making network"):
        synthetic_digits(30_001)
