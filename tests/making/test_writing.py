"""Synthetic digits, and marks that are none: each style varies, and all depend on the generator only."""

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.recorded import CANVAS_PX, PENS_PX, SIZES, place, rasterize
from models.making.chance import Chance
from models.making.curves import curve, line
from models.making.marks import STROKED, dots, grains, marks
from models.making.small_drawing import drawn_small
from models.making.styles import STYLES
from models.making.writing import write_digits

EVERY_STYLE = [pytest.param(style, id=style.__name__) for styles in STYLES.values() for style in styles]


@pytest.mark.parametrize("style", EVERY_STYLE)
def test_style_stays_near_its_box_and_varies(style):
    chance = Chance(np.random.default_rng(0))
    drawn = [style(chance) for _ in range(50)]
    for strokes in drawn:
        points = np.concatenate(strokes)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke) >= 2 for stroke in strokes)
        assert np.isfinite(points).all()
        assert points.min() > -0.8
        assert points.max() < 1.6
        assert np.ptp(points[:, 1]) > 0.7
    assert len({np.concatenate(strokes).tobytes() for strokes in drawn}) == 50


@pytest.mark.parametrize("style", EVERY_STYLE)
def test_style_varies_the_digits_of_a_group(style):
    for seed in range(5):
        strokes = style(Chance(np.random.default_rng(seed), 6))
        assert {stroke.shape[::2] for stroke in strokes} == {(6, 2)}
        assert len({digit.tobytes() for digit in np.concatenate(strokes, axis=1)}) == 6


def test_group_equals_its_digits_one_by_one_which_pass_their_points():
    knots = np.random.default_rng(0).random((3, 4, 2))
    together = curve(*((knots[:, i, 0], knots[:, i, 1]) for i in range(4)), per_piece=5)
    for group, points in zip(together, knots, strict=True):
        alone = curve(*map(tuple, points), per_piece=5)
        np.testing.assert_allclose(alone[::5], points)
        np.testing.assert_allclose(group, alone, rtol=1e-12)


def test_synthetic_digits_have_mnist_form_and_depend_only_on_the_generator():
    (images, labels, _), again = (write_digits(200, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(images, again[0])
    np.testing.assert_array_equal(labels, again[1])
    assert not np.array_equal(write_digits(200, np.random.default_rng(10)).images, images)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [20] * 10
    inked = images.reshape(-1, 28, 28) > 0
    assert (np.maximum(inked.any(axis=2).sum(axis=1), inked.any(axis=1).sum(axis=1)) == 20).all()
    assert images.max(axis=1).min() > 150


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


def test_small_drawing_equals_reduced_canvas_drawing():
    strokes = [line((0.0, 0.0), (0.5, 1.0)), curve((0.1, 0.9), (0.3, 0.7), (0.6, 0.8))]
    small = drawn_small([stroke[None] for stroke in strokes], np.random.default_rng(3))[0]
    rng = np.random.default_rng(3)
    pen, side = rng.uniform(*PENS_PX), rng.uniform(*SIZES) * CANVAS_PX
    large = to_mnist(rasterize(place(strokes, longer_side=side, corner=(30.0, 30.0)), pen_px=pen))
    assert large is not None
    assert np.abs(small - 255 * large.ravel()).mean() < 5
    assert np.abs(small - 255 * np.roll(large, 1, axis=1).ravel()).mean() > 10


@pytest.mark.parametrize("kind", [dots, grains])
def test_marks_fill_the_canvas_and_vary(kind):
    rng = np.random.default_rng(0)
    pictures = [kind(rng) for _ in range(40)]
    assert {picture.shape for picture in pictures} == {(280, 280)}
    assert {picture.dtype for picture in pictures} == {np.dtype(np.uint8)}
    assert len({picture.tobytes() for picture in pictures}) == 40


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
