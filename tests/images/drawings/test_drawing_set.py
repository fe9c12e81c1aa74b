"""A set of drawings: each change makes another set, and bad input changes nothing, strokes of any kind too."""

import numpy as np
import pytest

from mlp.images.canvas_image import strokes_on_canvas
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, NO_DIGITS, DrawingSet
from mlp.images.recorded import MAX_POINTS
from tests.images.drawings.sample_drawings import letters

STROKE = [[[50, 50], [200, 210]]]


def test_changes_leave_the_previous_set_unchanged():
    before = letters(2)
    after = before.without_name(0).renamed(0, "Beta").with_drawing(1, STROKE).without_examples([0])
    assert (before.names, before.counts) == (("A", "B", "C"), [2, 2, 2])
    assert (after.names, after.counts) == (("Beta", "C"), [1, 3])
    assert [example.image.tobytes() for example in after.examples if example.label == 0] == [before.images[4].tobytes()]
    assert (DrawingSet().n_bytes, NO_DIGITS.n_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("signs", "sentence"),
    [
        (DrawingSet(), "at least 2 signs to tell apart, and there is none"),
        (DrawingSet(("A",)), "at least 2 signs to tell apart, and there is one"),
        (letters(1).with_drawing(1, STROKE), "Draw at least 2 of each sign; A and C need more"),
    ],
)
def test_missing_names_the_unfinished_parts(signs: DrawingSet, sentence: str):
    assert sentence in (signs.missing or "")
    assert letters(2).missing is None


def test_taken_and_eleventh_names_are_refused():
    with pytest.raises(ValueError, match="'B' is taken"):
        letters(1).with_name(" B ")
    with pytest.raises(ValueError, match="'B' is taken"):
        letters(1).renamed(0, "B")
    assert letters(1).renamed(1, "B").names == ("A", "B", "C")
    full = DrawingSet(tuple("abcdefghij"))
    with pytest.raises(ValueError, match="at most 10 signs"):
        full.with_name("k")


@pytest.mark.parametrize(
    ("strokes", "rule"),
    [
        ([], "at least one stroke"),
        ([[[-50, 20]]], "on the canvas"),
        ([[[5, 5]] * (MAX_POINTS + 1)], "at most 600 points"),
    ],
)
def test_bad_strokes_are_refused(strokes: list, rule: str):
    with pytest.raises(ValueError, match=rule):
        letters(1).with_drawing(0, strokes)


def image(number: int) -> np.ndarray:
    pixels = np.zeros(784, np.uint8)
    pixels[:2] = number, 1
    return pixels


def test_number_of_examples_of_a_name_is_limited():
    signs = DrawingSet(("A", "B"))
    for number in range(MAX_EXAMPLES):
        signs = signs.with_example(0, image(number))
    with pytest.raises(ValueError, match="A has 50 drawings, the most that fit"):
        signs.with_example(0, image(MAX_EXAMPLES))
    full = signs.with_example(1, image(MAX_EXAMPLES))
    with pytest.raises(ValueError, match="A has 50 drawings, the most that fit"):
        full.with_example(0, image(MAX_EXAMPLES))
    assert full.with_example(0, image(0)).counts == full.counts == [50, 1]  # it is there already


def test_second_label_of_an_image_corrects_the_first():
    digits = NO_DIGITS.with_example(1, image(1)).with_example(2, image(2)).with_example(7, image(1) / np.float32(255))
    assert digits.labels.tolist() == [7, 2]
    assert digits.place_of(image(2)) == 1
    assert digits.place_of(image(3)) is None
    assert digits.without_examples([0]).labels.tolist() == [2]


def test_all_fitting_examples_of_another_set_are_taken_once():
    one, other = (NO_DIGITS.with_example(label, image(label)) for label in (1, 2))
    assert one.with_all(other).with_all(other).labels.tolist() == [1, 2]
    for number in range(10, 10 + MAX_EXAMPLES):
        one = one.with_example(2, image(number))
    assert len(one.with_all(other)) == len(one)


def canvas_object(**changes):
    path = [["M", 10, 20], ["Q", 12, 22, 14, 24], ["Q", 16, 26, 18, 28], ["L", 20, 30]]
    return {"type": "path", "path": path, "scaleX": 1, "scaleY": 1, "angle": 0, **changes}


def test_canvas_strokes_follow_the_pen():
    (stroke,) = strokes_on_canvas([canvas_object()])
    assert stroke.tolist() == [[10, 20], [12, 22], [16, 26], [20, 30]]


@pytest.mark.parametrize(
    "changes",
    [
        {"scaleX": 2},
        {"angle": 90},
        {"path": None},
        {"path": [{"a": 1}]},
        {"path": [["M", "x", 2]]},
        {"path": [["M", float("inf"), 2]]},
        {"path": [["M", 10**400, 2]]},
    ],
)
def test_unsupported_canvas_object_gives_no_strokes(changes):
    assert len(strokes_on_canvas([canvas_object(), canvas_object(**changes)])) == 0
