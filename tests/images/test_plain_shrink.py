"""A drawing that is only reduced, or shifted on its canvas."""

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.plain_shrink import moved, shrunk


def blob():
    ink = np.zeros((280, 280), np.uint8)
    ink[40:140, 60:120] = np.random.default_rng(0).integers(1, 256, (100, 60))
    return ink


def test_shrinking_averages_squares_of_the_canvas():
    ink = blob()
    expected = ink.reshape(28, 10, 28, 10).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(shrunk(ink), expected, atol=1e-6)


def test_odd_size_still_gives_28_by_28():
    small = shrunk(np.full((33, 57), 255, np.uint8))
    assert small.shape == (28, 28)
    assert small.dtype == np.float32
    assert small.min() == 1


@pytest.mark.parametrize(
    ("right", "down", "top", "left"),
    [(0, 0, 40, 60), (1, 0, 40, 220), (-1, 0, 40, 0), (0, 1, 180, 60), (0, -1, 0, 60), (-0.5, 0.5, 110, 30)],
)
def test_drawing_is_shifted_as_a_whole(right, down, top, left):
    ink = blob()
    pushed = moved(ink, right, down)
    np.testing.assert_array_equal(pushed[top : top + 100, left : left + 60], ink[40:140, 60:120])
    assert np.count_nonzero(pushed) == np.count_nonzero(ink)


def test_shifting_changes_the_plain_image_but_not_mnist_form():
    ink = blob()
    pushed = moved(ink, 0.9, -0.4)
    np.testing.assert_array_equal(to_mnist(ink), to_mnist(pushed))
    assert not np.array_equal(shrunk(ink), shrunk(pushed))


def test_blank_canvas_stays_blank():
    assert not moved(np.zeros((9, 9), np.uint8), 1, 1).any()
