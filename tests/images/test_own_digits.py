"""A visitor's own digits: a limited set, and a file that restores it."""

import base64
import json

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.own_digits import (
    MAX_FILE_BYTES,
    MAX_OWN,
    OwnDigit,
    OwnDigits,
    OwnDigitsError,
    as_pixels,
    parse_own_digits,
    strokes_on_canvas,
)
from mlp.images.recorded import load_drawings, rasterize

STROKES = (np.array([[50.0, 60.5], [120.0, 200.0]]), np.array([[90.0, 90.0]]))


def image(number):
    pixels = np.zeros(784, np.uint8)
    pixels[:2] = number % 256, 1 + number // 256
    return pixels


def own_of(*digits):
    own = OwnDigits()
    for digit in digits:
        assert own.put(digit)
    return own


def drawn(label=4):
    return OwnDigit(label, as_pixels(to_mnist(rasterize(STROKES, pen_px=18))), STROKES)


def test_second_label_of_an_image_corrects_the_first():
    own = own_of(OwnDigit(1, image(1)), OwnDigit(2, image(2)), OwnDigit(7, image(1)))
    assert own.labels.tolist() == [7, 2]
    assert own.label_of(image(1)) == 7
    assert own.label_of(image(3)) is None
    own.remove(image(1))
    own.remove(image(1))
    assert own.labels.tolist() == [2]
    own.clear()
    assert own.images.shape == (0, 784)


def test_number_of_own_digits_is_limited():
    own = own_of(*(OwnDigit(0, image(number)) for number in range(MAX_OWN)))
    assert not own.put(OwnDigit(0, image(MAX_OWN)))
    assert own.put(OwnDigit(5, image(0)))
    assert len(own) == MAX_OWN


def test_own_digits_are_restored_from_their_file():
    own = own_of(drawn(), OwnDigit(8, image(9)))
    first, second = parse_own_digits(own.dump().encode())
    assert (first.label, second.label) == (4, 8)
    assert np.array_equal(first.image, drawn().image)
    assert all(map(np.array_equal, first.strokes, STROKES))
    assert second.strokes == ()
    assert np.array_equal(second.image, image(9))


def test_own_digits_file_loads_as_recorded_drawings(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(own_of(drawn(), OwnDigit(8, image(9))).dump())
    drawing, photo = load_drawings(path)
    assert drawing.label == 4
    assert len(drawing.strokes) == 2
    assert (photo.label, photo.strokes) == (8, ())
    np.testing.assert_array_equal(photo.image, image(9))


def test_foreign_recorded_drawings_are_redrawn():
    file = {"samples": [{"label": 1, "writer": 3, "strokes": [[[0, 0], [0, 9000]]]}]}
    (digit,) = parse_own_digits(json.dumps(file).encode())
    upright = digit.image.reshape(28, 28)
    assert upright[5:23, 13:15].all()
    assert not upright[:, :10].any()


def changed(**changes):
    whole = json.loads(own_of(drawn()).dump())
    whole["samples"][0].update(changes)
    return json.dumps(whole).encode()


BLANK = base64.b64encode(bytes(784)).decode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x1f\x8b", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be like"),
        (b'{"samples": 3}', "must be like"),
        (b'{"samples": []}', "1 to 500 digits, got 0"),
        (b'{"samples": [], "pictures": {}}', "pictures must be a list"),
        (b'{"samples": [1]}', "sample 0: needs a label and strokes"),
        (b'{"samples": [], "pictures": [7]}', "picture 0: needs a label and an image, got 7"),
        (b'{"samples": [], "pictures": [{"label": 10, "image": ""}]}', "picture 0: label must be a digit"),
        (json.dumps({"samples": [0] * (MAX_OWN + 1)}).encode(), "got 501"),
        (bytes(MAX_FILE_BYTES + 1), "at most 10 MB"),
        (changed(label=10), "label must be a digit"),
        (changed(label=True), "label must be a digit"),
        (changed(strokes=[]), "at least one stroke"),
        (changed(strokes=[[[0, 1, 2]]]), "points"),
        (changed(strokes=[[[0, float("nan")]]]), "finite"),
        (changed(strokes=[[[0, 1e300]]]), "within"),
        (changed(image="AAAA"), "784 bytes in base64"),
        (changed(image="ü"), "784 bytes in base64"),
        (changed(image=[1, 2]), "784 bytes in base64"),
        (changed(image=BLANK), "image is blank"),
    ],
)
def test_invalid_file_of_digits_gets_a_clear_error(data, reason):
    with pytest.raises(OwnDigitsError, match=reason):
        parse_own_digits(data)


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
        {"path": []},
        {"path": [["M"]]},
        {"path": [{"a": 1}]},
        {"path": [["M", "x", 2]]},
        {"path": [["M", float("inf"), 2]]},
        {"path": [["M", 10**400, 2]]},
        {"path": 5},
    ],
)
def test_unsupported_canvas_object_gives_no_strokes(changes):
    assert strokes_on_canvas([canvas_object(), canvas_object(**changes)]) == ()


def test_missing_canvas_object_gives_no_strokes():
    assert strokes_on_canvas([None]) == ()
