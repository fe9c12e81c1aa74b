"""Several digits in one drawing are separated, and one digit of several strokes stays whole."""

import numpy as np
import pytest

from mlp.images.recorded import rasterize
from mlp.images.side_by_side import digits_side_by_side

ONE = [[(0, 0), (0, 100)]]
FOUR = [[(30, 0), (0, 60), (60, 60)], [(45, 30), (45, 100)]]
FIVE = [[(5, 0), (0, 45), (40, 50), (40, 90), (0, 100)], [(8, 0), (50, -4)]]
SEVEN = [[(0, 0), (50, 0), (15, 100)], [(5, 50), (45, 50)]]


def drawn(*digits: tuple[list, float, float], scale: float = 1.0, pen_px: float = 12) -> np.ndarray:
    """Draw digits, each with the place of its upper left corner."""
    strokes = [
        np.array([(x + left, y + top) for x, y in stroke], float) * scale
        for digit, left, top in digits
        for stroke in digit
    ]
    return rasterize(strokes, pen_px=pen_px)


@pytest.mark.parametrize("digit", [ONE, FOUR, FIVE, SEVEN])
@pytest.mark.parametrize("scale", [0.6, 1.0, 2.0])
def test_one_digit_stays_whole(digit: list, scale: float):
    ink = drawn((digit, 30, 20), scale=scale)
    (only,) = digits_side_by_side(ink)
    assert only is ink


def test_digits_side_by_side_are_split_from_left_to_right():
    ink = drawn((ONE, 30, 60), (SEVEN, 80, 50), (FIVE, 170, 55))
    found = digits_side_by_side(ink)
    alone = [drawn((ONE, 30, 60)), drawn((SEVEN, 80, 50)), drawn((FIVE, 170, 55))]
    assert len(found) == 3
    for one, expected in zip(found, alone, strict=True):
        np.testing.assert_array_equal(one, expected)


@pytest.mark.parametrize(
    "ink",
    [
        drawn((ONE, 100, 10), (ONE, 100, 150)),  # above each other
        drawn((SEVEN, 30, 60), ([[(0, 0)]], 120, 150)),  # with a dot beside it
        drawn((ONE, 40, 0), (ONE, 120, 110)),  # on a stair
        np.zeros((280, 280), np.uint8),
        np.kron(np.indices((40, 40)).sum(axis=0) % 2, np.ones((7, 7))).astype(np.uint8)[:, :] * 255,
    ],
    ids=["above", "dot", "stair", "blank", "checkerboard"],
)
def test_other_drawings_stay_whole(ink: np.ndarray):
    assert len(digits_side_by_side(ink)) == 1
