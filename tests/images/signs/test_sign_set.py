"""A set of signs: each change makes another set, and bad input changes nothing."""

import numpy as np
import pytest

from mlp.images.signs.sign_set import MAX_DRAWINGS, MAX_POINTS, SignsError, SignSet
from tests.images.signs.sample_signs import letters

STROKE = [[[50, 50], [200, 210]]]


def test_drawings_have_input_form_and_their_label():
    signs = letters(2)
    assert signs.images.shape == (6, 784)
    assert signs.images.dtype == np.uint8
    assert signs.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert signs.counts == [2, 2, 2]


def test_changes_leave_the_previous_set_unchanged():
    before = letters(2)
    after = before.without_name(0).renamed(0, "Beta").with_drawing(1, STROKE).without_drawing(0)
    assert (before.names, before.counts) == (("A", "B", "C"), [2, 2, 2])
    assert (after.names, after.counts) == (("Beta", "C"), [1, 3])


def test_drawings_keep_their_sign_when_another_is_removed():
    signs = letters(1)
    image = signs.images[2].tobytes()
    left = signs.without_name(1)
    assert left.names == ("A", "C")
    assert [drawing.image.tobytes() for drawing in left.drawings if drawing.label == 1] == [image]


def test_first_takes_drawings_of_each_sign_in_order():
    signs = letters(4)
    assert signs.first(2).counts == [2, 2, 2]
    assert np.array_equal(signs.first(2).images, signs.images[:6])


@pytest.mark.parametrize(
    ("signs", "sentence"),
    [
        (SignSet(), "at least 2 signs to tell apart, and there is none"),
        (SignSet(("A",)), "at least 2 signs to tell apart, and there is one"),
        (letters(1).with_drawing(1, STROKE), "Draw at least 2 of each sign; A and C need more"),
    ],
)
def test_missing_names_the_unfinished_parts(signs: SignSet, sentence: str):
    assert sentence in (signs.missing or "")
    assert letters(2).missing is None


def test_taken_and_eleventh_names_are_refused():
    with pytest.raises(SignsError, match="'B' is taken"):
        letters(1).with_name(" B ")
    with pytest.raises(SignsError, match="'B' is taken"):
        letters(1).renamed(0, "B")
    assert letters(1).renamed(1, "B").names == ("A", "B", "C")
    full = SignSet(tuple("abcdefghij"))
    with pytest.raises(SignsError, match="at most 10 signs"):
        full.with_name("k")


@pytest.mark.parametrize(
    ("strokes", "rule"),
    [
        ([], "at least one of each"),
        ([[]], "at least one of each"),
        ([[[1, 2, 3]]], "points"),
        ([[["a", 2]]], "points"),
        ([[[1, 2], [3]]], "points"),
        ([[[float("nan"), 2]]], "within"),
        ([[[1e300, 2]]], "within"),
        ([[[-50, 20]]], "on the canvas"),
        ([[[5, 5]] * (MAX_POINTS + 1)], "at most 600 points"),
    ],
)
def test_bad_strokes_are_refused(strokes: list, rule: str):
    with pytest.raises(SignsError, match=rule):
        letters(1).with_drawing(0, strokes)


def test_number_of_drawings_of_a_sign_is_limited():
    signs = SignSet(("A", "B"))
    for _ in range(MAX_DRAWINGS):
        signs = signs.with_drawing(0, STROKE)
    with pytest.raises(SignsError, match="at most 50 drawings"):
        signs.with_drawing(0, STROKE)
    assert signs.with_drawing(1, STROKE).counts == [50, 1]
