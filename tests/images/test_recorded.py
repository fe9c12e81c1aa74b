"""Recorded drawings and those in links: restored as they looked, or refused with the rule."""

import gzip
import json

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.recorded import load_drawings, rasterize, render
from mlp.images.stroke_link import MAX_CHARACTERS, strokes_from_text, strokes_to_text
from tests.browser.digits import DIGITS
from tests.browser.pen import fit

ONE = {"label": 1, "writer": 3, "strokes": [[[5, 0], [5, 100]]]}


def write(path, content):
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    return path


def test_recorded_drawings_load_from_gzipped_and_plain_json(tmp_path):
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({"samples": [ONE]}))
    for path in (plain, write(tmp_path / "packed.json.gz", {"meta": {}, "samples": [ONE]})):
        (drawing,) = load_drawings(path)
        assert drawing.label == 1
        np.testing.assert_array_equal(drawing.strokes[0], [[5, 0], [5, 100]])


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"label": 1}, "sample 1: needs a label and strokes"),
        (ONE | {"label": 10}, "sample 1: label must be a number from 0 to 9, got 10"),
        (ONE | {"label": True}, "label must be a number"),
        (ONE | {"strokes": []}, "at least one stroke"),
        (ONE | {"strokes": None}, "each a list of points"),
        (ONE | {"strokes": [[[1, 2, 3]]]}, r"points \[x, y\], got \[\[\[1, 2, 3\]\]\]"),
        (ONE | {"strokes": [[[1, 10**400]]]}, "each a list of points"),
        (ONE | {"strokes": [[[1, float("nan")]]]}, "within ±1,000,000, got nan"),
    ],
)
def test_faulty_sample_is_named(tmp_path, sample, message):
    path = write(tmp_path / "drawings.json.gz", {"samples": [ONE, sample]})
    with pytest.raises(ValueError, match=message):
        load_drawings(path)


@pytest.mark.parametrize(
    "content", [b"", b"no json", b"[1]", b'{"samples": 3}', b"\x1f\x8bbroken", gzip.compress(b"{", mtime=0)]
)
def test_non_drawings_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "drawings.json.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"drawings\.json\.gz: recorded drawings must be JSON"):
        load_drawings(path)


@pytest.mark.parametrize(
    ("strokes", "pen_px", "message"),
    [
        ([[[0, 0]]], 0, "at least 1 pixel wide, got 0"),
        ([[[0, float("inf")]]], 12, "within ±1,000,000, got inf"),
        ([], 12, "stroke"),
    ],
)
def test_invalid_strokes_are_refused(strokes, pen_px, message):
    with pytest.raises(ValueError, match=message):
        rasterize(strokes, pen_px=pen_px)


def test_rendered_drawing_is_whole_at_every_size():
    rng = np.random.default_rng(0)
    square = [np.array([[3.0, 3.0], [3.0, 9.0], [9.0, 9.0], [9.0, 3.0], [3.0, 3.0]])]
    sides = []
    for _ in range(60):
        rows, columns = np.nonzero(render(square, rng))
        sides.append(np.ptp(rows) + 1)
        assert np.ptp(columns) + 1 == pytest.approx(sides[-1], abs=1)  # nothing is cut off
    assert min(sides) >= 0.35 * 280 + 12
    assert max(sides) <= 0.80 * 280 + 26 + 1
    assert max(sides) - min(sides) > 80


@pytest.mark.parametrize("digit", range(10))
def test_drawing_survives_a_link(digit: int):
    strokes = [np.array(stroke) for stroke in fit(DIGITS[digit])]
    text = strokes_to_text(strokes)
    assert text is not None
    assert len(text) < 300
    seen = [to_mnist(rasterize(each, pen_px=18)) for each in (strokes, strokes_from_text(text))]
    assert np.abs(seen[0] - seen[1]).mean() < 0.01


def test_scribble_too_long_for_a_link_gets_none():
    rng = np.random.default_rng(0)
    assert strokes_to_text([rng.uniform(0, 280, (200, 2)) for _ in range(9)]) is None
    assert strokes_to_text([]) is None


@pytest.mark.parametrize("text", ["", "nonsense!", "AgAA", "AA==", "\u0664", "A" * 7])
def test_invalid_link_drawing_is_refused_with_the_rule(text: str):
    with pytest.raises(ValueError, match="drawing must be strokes in the form that this page writes, got"):
        strokes_from_text(text)


def test_overlong_link_text_is_refused_unread():
    with pytest.raises(ValueError, match="at most 1,500 characters, got 1,501"):
        strokes_from_text("A" * (MAX_CHARACTERS + 1))
