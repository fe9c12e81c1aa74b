"""Synthetic digits, and marks that are none: each style varies, and all depend on the generator only."""

import numpy as np
import pytest

from models.making.chance import Chance
from models.making.curves import line
from models.making.marks import STROKED, marks
from models.making.styles import STYLES
from models.making.writing import write_digits


def test_excluded_style_is_not_written():
    def bowed(chance):
        raise AssertionError("a style that was left out is written")

    def straight(chance):
        return [line((chance.between(0, 0.1), 0), (0.1, 1))]

    def level(chance):
        return [line((0, chance.between(0, 0.1)), (1, 0.1))]

    styles = {1: {straight: 1.0, bowed: 1.0}, 2: {level: 1.0}}
    _, labels, styles_of = write_digits(10, np.random.default_rng(0), styles=styles, without=["bowed"])
    assert np.bincount(labels).tolist() == [0, 5, 5]
    assert np.bincount(styles_of).tolist() == [5, 0, 5]
    everything = [style.__name__ for of_digit in STYLES.values() for style in of_digit]
    with pytest.raises(ValueError, match="at least one style"):
        write_digits(10, np.random.default_rng(0), without=everything)


@pytest.mark.parametrize("kind", STROKED, ids=lambda kind: kind.__name__)
def test_stroked_marks_are_finite_and_vary(kind):
    drawn = []
    for seed in range(20):
        strokes = kind(Chance(np.random.default_rng(seed), 6))
        points = np.concatenate([np.broadcast_to(each, (6, *each.shape[-2:])) for each in strokes], axis=1)
        assert np.isfinite(points).all()
        assert (np.ptp(points, axis=1).max(axis=1) > 0.3).all()
        drawn.append(points)
    assert len({points.tobytes() for points in drawn}) > 10


def test_marks_have_mnist_form_and_depend_only_on_the_generator():
    first, again = (marks(60, np.random.default_rng(2)) for _ in range(2))
    assert first.shape == (60, 784)
    assert first.dtype == np.uint8
    assert first.any(axis=1).all()
    np.testing.assert_array_equal(first, again)
