"""A drawing in MNIST's form, merely shrunk, and as an input beside photos and data."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from mlp.images.drawing import stages, to_mnist
from mlp.images.input_image import from_data, from_drawing, from_picture
from mlp.images.mnist import Dataset, Split
from mlp.images.picture import Picture
from mlp.images.plain_shrink import moved, shrunk


@pytest.fixture
def seven() -> np.ndarray:
    ink = np.zeros((280, 280), np.uint8)
    ink[40:60, 120:220] = 255
    for step in range(120):
        ink[60 + step, 200 - step // 2 : 220 - step // 2] = 255
    return ink


@pytest.mark.parametrize("shape", [(1, 1), (280, 280), (3, 500), (500, 3), (19, 7)])
def test_drawing_without_ink_gives_none(shape):
    assert to_mnist(np.zeros(shape, np.uint8)) is None
    assert stages(np.zeros(shape, np.uint8)) is None


def test_strided_and_read_only_drawings_are_accepted(seven):
    expected = to_mnist(seven)
    seven.flags.writeable = False
    np.testing.assert_array_equal(to_mnist(seven), expected)
    np.testing.assert_array_equal(to_mnist(np.ascontiguousarray(seven.T).T), expected)
    np.testing.assert_array_equal(to_mnist(np.stack([seven] * 4, axis=2)[:, :, 0]), expected)


def boxes_and_dots(n: int) -> Iterator[np.ndarray]:
    """Symmetric drawings, in which many values are exactly between two pixels."""
    rng = np.random.default_rng(3)
    for _ in range(n):
        ink = np.zeros((60, 60), np.uint8)
        for _ in range(rng.integers(1, 4)):
            top, left, height, width = rng.integers(0, 40, 4)
            ink[top : top + 1 + height, left : left + 1 + width] = rng.choice([0, 255, 128])
        ink[tuple(rng.integers(0, 60, 2))] = 255
        yield ink
    for height, width in rng.integers(1, 40, (n, 2)):
        yield np.full((height, width), rng.integers(1, 256), np.uint8)


def by_the_rule(ink: np.ndarray, noise: np.random.Generator) -> np.ndarray:
    """Follow the docstring of `to_mnist` with exact sums, but for moments that are a ten-millionth wrong."""
    rows, columns = np.nonzero(ink)
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = cut.shape
    new_height, new_width = (max(1, math.floor(20 * side / max(cut.shape) + 1 / 2)) for side in cut.shape)
    # Each pixel is cut into equal parts, of which each new pixel covers as many as the drawing has pixels.
    parts = cut.astype(int).repeat(new_height, axis=0).repeat(new_width, axis=1)
    covered = parts.reshape(new_height, height, new_width, width).sum(axis=(1, 3))
    top, left = (20 - new_height) // 2, (20 - new_width) // 2
    fitted = np.zeros((20, 20), np.float32)
    fitted[top : top + new_height, left : left + new_width] = covered / (255 * height * width)

    def place(profile: np.ndarray) -> int:
        middle = profile @ np.arange(20) / profile.sum() * (1 + noise.uniform(-1e-7, 1e-7))
        return min(max(math.ceil(13.5 - 0.0001 - middle), 0), 8)

    top, left = place(fitted.sum(axis=1, dtype=float)), place(fitted.sum(axis=0, dtype=float))
    image = np.zeros((28, 28), np.float32)
    image[top : top + 20, left : left + 20] = fitted
    return image


def test_documented_rule_gives_the_same_bits_despite_rounding_errors():
    noise = np.random.default_rng(4)
    for ink in boxes_and_dots(150):
        np.testing.assert_array_equal(stages(ink).centered, by_the_rule(ink, noise))


@pytest.mark.parametrize(
    ("drawing", "error", "message"),
    [
        ([[0, 255]], TypeError, "numpy array, got list"),
        (None, TypeError, "got NoneType"),
        (np.zeros((28, 28)), TypeError, "uint8.*got float64"),
        (np.zeros((28, 28), bool), TypeError, "got bool"),
        (np.zeros((28, 28, 4), np.uint8), ValueError, r"two dimensions.*\(28, 28, 4\)"),
        (np.zeros(784, np.uint8), ValueError, r"two dimensions.*\(784,\)"),
        (np.zeros((0, 28), np.uint8), ValueError, r"at least one pixel.*\(0, 28\)"),
        (np.eye(28, dtype=np.uint8), ValueError, r"must be in 0\.\.255, got none above 1; multiply them by 255"),
    ],
)
def test_invalid_drawing_is_refused_with_the_rule(drawing, error, message):
    with pytest.raises(error, match=message):
        to_mnist(drawing)


def blob():
    ink = np.zeros((280, 280), np.uint8)
    ink[40:140, 60:120] = np.random.default_rng(0).integers(1, 256, (100, 60))
    return ink


def test_shrinking_averages_squares_of_the_canvas():
    ink = blob()
    expected = ink.reshape(28, 10, 28, 10).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(shrunk(ink), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("right", "down", "top", "left"),
    [(0, 0, 40, 60), (1, 0, 40, 220), (-1, 0, 40, 0), (0, 1, 180, 60), (0, -1, 0, 60), (-0.5, 0.5, 110, 30)],
)
def test_drawing_is_shifted_as_a_whole(right, down, top, left):
    ink = blob()
    pushed = moved(ink, right, down)
    np.testing.assert_array_equal(pushed[top : top + 100, left : left + 60], ink[40:140, 60:120])
    assert np.count_nonzero(pushed) == np.count_nonzero(ink)


INK = np.zeros((120, 90), np.uint8)
INK[20:100, 40:52] = 255
THUMBNAIL = np.full((40, 30, 3), 200, np.uint8)
SPLIT = Split(np.arange(2 * 784, dtype=np.uint8).reshape(2, 784), np.array([8, 3]))
DATA = Dataset("two digits", SPLIT, SPLIT, Split(SPLIT.images, SPLIT.labels))


def test_data_digit_is_shown_unchanged():
    digit = from_data(DATA, 1, "validation")
    assert (digit.kind, digit.name, digit.stages) == ("validation", "validation digit no. 1, a 3", None)
    np.testing.assert_allclose(digit.image.ravel(), SPLIT.images[1] / 255, rtol=1e-6)


def test_input_without_ink_is_none():
    assert from_drawing(np.zeros((280, 280), np.uint8)) is None
    assert from_picture(Picture(np.zeros((50, 50), np.uint8), THUMBNAIL)) is None
