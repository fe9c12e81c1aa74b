import numpy as np
import pytest

from mlp.images.handwriting.marks import SIGNS, STROKED, dots, grains, mark, marks, small_letter


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.__name__) for kind in STROKED])
def test_every_kind_of_drawn_mark_has_strokes(kind):
    rng = np.random.default_rng(0)
    for _ in range(60):
        strokes = kind(rng)
        assert strokes
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 and np.isfinite(stroke).all() for stroke in strokes)


@pytest.mark.parametrize("kind", [dots, grains, mark])
def test_marks_fill_the_canvas_and_vary(kind):
    rng = np.random.default_rng(0)
    pictures = [kind(rng) for _ in range(40)]
    assert {picture.shape for picture in pictures} == {(280, 280)}
    assert {picture.dtype for picture in pictures} == {np.dtype(np.uint8)}
    assert len({picture.tobytes() for picture in pictures}) == 40


def test_no_sign_looks_like_a_digit():
    assert not set("BDGILOPQSTYZ0123456789") & set(SIGNS)


def test_small_letters_come_in_several_kinds():
    rng = np.random.default_rng(0)
    assert len({len(small_letter(rng)) for _ in range(100)}) >= 3


def test_marks_have_mnist_form_and_depend_only_on_the_generator():
    first, again = (marks(60, np.random.default_rng(2)) for _ in range(2))
    assert first.shape == (60, 784)
    assert first.dtype == np.uint8
    assert first.any(axis=1).all()
    np.testing.assert_array_equal(first, again)
