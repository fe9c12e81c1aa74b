import gzip
import json

import numpy as np
import pytest

from mlp.images.recorded import Drawing, load_drawings, rasterize, render

ONE = {"label": 1, "writer": 3, "strokes": [[[5, 0], [5, 100]]]}


def write(path, content):
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    return path


def test_recorded_drawings_load_from_gzipped_and_plain_json(tmp_path):
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({"samples": [ONE]}))
    for path in (plain, write(tmp_path / "packed.json.gz", {"meta": {}, "samples": [ONE]})):
        (drawing,) = load_drawings(path)
        assert (drawing.label, drawing.writer) == (1, 3)
        np.testing.assert_array_equal(drawing.strokes[0], [[5, 0], [5, 100]])


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"label": 1}, "sample 1: needs a label and strokes"),
        ([], "sample 1: needs a label and strokes"),
        (ONE | {"label": 10}, "sample 1: label must be a number from 0 to 9, got 10"),
        (ONE | {"label": True}, "label must be a number"),
        (ONE | {"label": "1"}, "label must be a number"),
        (ONE | {"writer": "me"}, "writer must be an integer"),
        (ONE | {"strokes": []}, "at least one stroke"),
        (ONE | {"strokes": None}, "strokes must be lists"),
        (ONE | {"strokes": [[]]}, "at least one"),
        (ONE | {"strokes": [[[1, 2, 3]]]}, r"points \[x, y\].*\(1, 3\)"),
        (ONE | {"strokes": [[[1, 2], [3]]]}, "strokes must be lists"),
        (ONE | {"strokes": [[[1, 10**400]]]}, "strokes must be lists"),
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


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        load_drawings(tmp_path / "nothing.json.gz")


def test_brush_is_round_and_has_the_given_width():
    ink = rasterize([[[140, 60], [140, 220]]], pen_px=20) > 0
    rows, columns = np.nonzero(ink)
    assert np.ptp(columns) + 1 == pytest.approx(20, abs=1)
    assert np.ptp(rows) + 1 == pytest.approx(180, abs=1)
    assert not ink[51, 131]  # the corner that a square end would have


def test_single_point_makes_a_dot():
    ink = rasterize([[[100, 50]]], pen_px=12)
    assert (ink > 0).sum() == pytest.approx(np.pi * 6**2, rel=0.2)
    assert ink[50, 100] == 255


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
    square = Drawing(0, (np.array([[3.0, 3.0], [3.0, 9.0], [9.0, 9.0], [9.0, 3.0], [3.0, 3.0]]),))
    sides = []
    for _ in range(60):
        rows, columns = np.nonzero(render(square, rng))
        sides.append(np.ptp(rows) + 1)
        assert np.ptp(columns) + 1 == pytest.approx(sides[-1], abs=1)  # nothing is cut off
    assert min(sides) >= 0.35 * 280 + 12
    assert max(sides) <= 0.80 * 280 + 26 + 1
    assert max(sides) - min(sides) > 80


def test_equal_generators_draw_equal_pixels():
    drawing = Drawing(1, (np.array([[0.0, 0.0], [1.0, 9.0]]),))
    first, again = (render(drawing, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
