import numpy as np
import pytest

from mlp.images.handwriting.curves import arc, curve, joined
from mlp.images.handwriting.styles import STYLES
from mlp.images.handwriting.writing import by_hand, write, written_digits

EVERY_STYLE = [pytest.param(style, id=style.__name__) for styles in STYLES.values() for style in styles]


def test_a_curve_goes_through_its_points():
    points = [(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (4.0, 4.0)]
    stroke = curve(*points, per_piece=5)
    np.testing.assert_allclose(stroke[::5], points)


def test_an_arc_begins_and_ends_at_its_angles():
    quarter = arc((1, 1), (2, 1), 0, 90)
    np.testing.assert_allclose(quarter[[0, -1]], [(3, 1), (1, 2)], atol=1e-12)
    widened = arc((0, 0), (1, 1), 0, 180, drift=0.5)
    np.testing.assert_allclose(widened[-1], (-1.5, 0), atol=1e-12)


def test_joined_parts_are_one_stroke():
    assert joined(curve((0, 0), (1, 0)), curve((1, 0), (1, 1))).shape == (4, 2)


def test_there_are_styles_for_every_digit():
    assert list(STYLES) == list(range(10))
    assert all(weight > 0 for styles in STYLES.values() for weight in styles.values())


@pytest.mark.parametrize("style", EVERY_STYLE)
def test_a_style_stays_near_its_box_and_varies(style):
    rng = np.random.default_rng(0)
    drawn = [style(rng) for _ in range(50)]
    for strokes in drawn:
        points = np.concatenate(strokes)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke) >= 2 for stroke in strokes)
        assert np.isfinite(points).all()
        assert points.min() > -0.8
        assert points.max() < 1.6
        assert np.ptp(points[:, 1]) > 0.7
    assert len({np.concatenate(strokes).tobytes() for strokes in drawn}) == 50


def test_a_hand_keeps_the_strokes_and_their_number_of_points():
    strokes = [curve((0, 0), (0.3, 1)), curve((0.1, 0.5), (0.3, 0.4), (0.5, 0.5))]
    written = by_hand(strokes, np.random.default_rng(0))
    assert [len(stroke) for stroke in written] == [len(stroke) for stroke in strokes]
    assert not np.allclose(written[0], strokes[0])


def test_written_digits_have_mnists_form():
    images, labels = written_digits(100, np.random.default_rng(0))
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [10] * 10
    rows, columns = (
        images.reshape(-1, 28, 28).any(axis=2).sum(axis=1),
        images.reshape(-1, 28, 28).any(axis=1).sum(axis=1),
    )
    assert (np.maximum(rows, columns) == 20).all()
    assert images.max(axis=1).min() > 150


def test_the_same_generator_writes_the_same_digit():
    first, again = (write(4, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(np.concatenate(first.strokes), np.concatenate(again.strokes))
