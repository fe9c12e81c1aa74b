"""Safetensors files of strangers: each array and text is what a reader asked for, or an error names the rule."""

import numpy as np
import pytest
import safetensors.numpy

from mlp.files.array_file import ArrayFile

NUMBERS = np.arange(6, dtype=np.float32).reshape(2, 3)


def file(metadata=None, **arrays):
    return ArrayFile(safetensors.numpy.save(arrays, {"format": "numbers-1", **(metadata or {})}), "numbers-1")


def test_array_and_value_are_those_of_the_file():
    read = file({"about": '{"n": [1, 2]}'}, numbers=NUMBERS)
    np.testing.assert_array_equal(read.array("numbers", (2, 3), np.float32), NUMBERS)
    assert read.value("about") == {"n": [1, 2]}
    assert read.value("other", 7) == 7


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_of_any_precision_are_converted(dtype):
    array = file(numbers=NUMBERS.astype(dtype)).array("numbers", (2, 3), np.float32, convert=True)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, NUMBERS)


@pytest.mark.parametrize(
    ("array", "convert", "message"),
    [
        (NUMBERS.T.copy(), False, r"numbers must be float32 of shape \(2, 3\), got float32 \(3, 2\)"),
        (NUMBERS.astype(np.float64), False, r"must be float32 of shape \(2, 3\), got float64 \(2, 3\)"),
        (NUMBERS.astype(np.int32), True, r"must be float32 of shape \(2, 3\), got int32 \(2, 3\)"),
        (NUMBERS * np.float32(np.nan), False, "numbers must hold finite numbers, got NaN or infinity"),
        (NUMBERS.astype(np.float64) * 1e300, True, "numbers must hold finite numbers, got NaN or infinity"),
    ],
)
def test_array_of_another_kind_is_named(array, convert, message):
    with pytest.raises(ValueError, match=message):
        file(numbers=array).array("numbers", (2, 3), np.float32, convert=convert)


def test_text_that_is_not_json_is_named():
    with pytest.raises(ValueError, match="about in its metadata must be JSON of valid text"):
        file({"about": "{"}, numbers=NUMBERS).value("about")


@pytest.mark.parametrize("form", [None, "numbers-2"])
def test_another_format_is_named(form):
    data = safetensors.numpy.save({"numbers": NUMBERS}, {"format": form} if form else None)
    with pytest.raises(ValueError, match=f"its metadata must say format 'numbers-1', got {form!r}"):
        ArrayFile(data, "numbers-1")
