"""Sets of drawings in files: restored as they were, and bad ones get a clear error."""

import base64
import json
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from mlp.images.drawings.drawing_file import MAX_SAMPLES, check_length, dump_drawings, load_set, parse_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.images.recorded import MAX_POINTS, in_base64, load_drawings
from tests.images.drawings.sample_drawings import letters

STROKES = (np.array([[50.0, 60.5], [120.0, 200.0]]), np.array([[90.0, 90.0]]))
IMAGE = np.arange(784, dtype=np.uint8)


def test_saved_set_is_restored(tmp_path):
    signs = letters(3).renamed(0, "<b>あ</b>")
    path = tmp_path / "signs.json"
    path.write_text(dump_drawings(signs), encoding="utf-8")
    back = load_set(path)
    assert back.names == ("<b>あ</b>", "B", "C")
    assert np.array_equal(back.images, signs.images)
    assert np.array_equal(back.labels, signs.labels)


def test_drawing_and_photo_are_restored_in_order(tmp_path):
    digits = NO_DIGITS.with_example(8, IMAGE).with_example(4, IMAGE[::-1], STROKES)
    path = tmp_path / "mine.json"
    path.write_text(dump_drawings(digits))
    for photo, drawing in (load_set(path).examples, load_drawings(path)):  # as a set, and as recorded drawings
        assert (photo.label, len(photo.strokes), drawing.label) == (8, 0, 4)
        assert np.array_equal(photo.image, IMAGE)
        assert np.array_equal(drawing.image, IMAGE[::-1])
        assert all(map(np.array_equal, drawing.strokes, STROKES))
    assert load_set(path).are_digits


def test_recorded_drawings_without_names_are_digits_and_redrawn():
    drawings = parse_drawings(json.dumps({"samples": [{"label": 1, "writer": 3, "strokes": [[[0, 0], [0, 9000]]]}]}))
    assert drawings.are_digits
    upright = drawings.images.reshape(28, 28)
    assert upright[5:23, 13:15].all()
    assert not upright[:, :10].any()


CONTENT = json.loads(dump_drawings(letters(1)))
BLANK = base64.b64encode(bytes(784)).decode()
FAINT = base64.b64encode(bytes([1]) * 784).decode()


def with_sample(**values):
    return json.dumps({**CONTENT, "samples": [{**CONTENT["samples"][0], **values}]})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "not JSON"),
        (b"\x1f\x8b", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"samples": 3}', "must be like"),
        (json.dumps({**CONTENT, "names": "AB"}), "names must be a list of 1 to 10, got 'AB'"),
        (json.dumps({**CONTENT, "names": ["A", "A", "B"]}), "'A' is taken"),
        (json.dumps({**CONTENT, "names": ["A", "A\u200b", "B"]}), "is taken"),
        (json.dumps({**CONTENT, "samples": [7]}), "sample 0: needs a label and strokes, got 7"),
        (with_sample(label=3), "sample 0: label must be a number from 0 to 2, got 3"),
        (with_sample(strokes=[[[1, 2]] * 601]), "sample 0: a drawing may have at most 600 points"),
        (with_sample(image="AAAA"), "784 bytes in base64"),
        (with_sample(image=BLANK), "an image must have a pixel of at least 3 of 255, got at most 0"),
        (with_sample(image=FAINT), "an image must have a pixel of at least 3 of 255, got at most 1"),
        (json.dumps({**CONTENT, "samples": [7] * 151}), "3 names may hold at most 150 drawings, got 151"),
    ],
)
def test_bad_file_gets_a_clear_error(data: str | bytes, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        parse_drawings(data)


def test_largest_file_can_be_kept_and_read_again(tmp_path, monkeypatch):
    """Whole numbers are kept with a decimal, and drawings with their images."""
    drawn = np.random.default_rng(0).integers(100, 280, (9, 600, 2)).tolist()
    path = tmp_path / "largest.json"
    path.write_text(json.dumps({"samples": [{"label": 0, "strokes": [stroke]} for stroke in drawn]}))
    monkeypatch.setattr("mlp.images.drawings.drawing_file.MAX_FILE_BYTES", path.stat().st_size)
    drawings = load_set(path)
    assert len(parse_drawings(dump_drawings(drawings))) == len(drawings) == 9
    path.write_text(dump_drawings(drawings), encoding="utf-8")
    with pytest.raises(ValueError, match="a file of drawings may have at most"):
        load_set(path)


def test_file_of_ten_megabytes_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "large.json").write_bytes(b"[" * 10_000_000)
    with pytest.raises(ValueError, match=r"large\.json: .*at most 5 MB"):
        load_set(tmp_path / "large.json")
    check_length(b"[" * 5_000_000)


def dots(n: int, n_strokes: int = MAX_POINTS) -> str:
    """Return a file of drawings that each have as many strokes of one point as fit."""
    points = np.random.default_rng(0).integers(40, 240, (n, n_strokes, 1, 2)).tolist()
    return json.dumps({"samples": [{"label": k % 10, "strokes": strokes} for k, strokes in enumerate(points)]})


def traced(make: Callable[[], DrawingSet]) -> tuple[DrawingSet, int]:
    """Return a set, and the bytes that it takes; other tests have left threads."""
    ours = tracemalloc.Filter(True, "*/mlp/images/*", all_frames=True)
    tracemalloc.start(8)
    try:
        made = make()
        return made, sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([ours]).traces)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packed", [False, True])
def test_strokes_of_one_point_take_the_memory_that_is_counted(packed):
    text = dump_drawings(parse_drawings(dots(40)), packed=packed)
    drawings, taken = traced(lambda: parse_drawings(text))
    assert 0.7 * drawings.n_bytes < taken < 1.1 * drawings.n_bytes < 400_000


def test_packed_set_is_restored():
    digits = NO_DIGITS.with_example(8, IMAGE).with_example(4, IMAGE[::-1], STROKES)
    for drawings in (digits, letters(3).renamed(0, "<b>あ</b>"), NO_DIGITS, parse_drawings(dots(3))):
        back = parse_drawings(dump_drawings(drawings, packed=True))
        assert back.names == drawings.names
        assert dump_drawings(back) == dump_drawings(drawings)


@pytest.mark.parametrize(
    ("points", "lengths", "rule"),
    [
        ([[1, 2]], [], "at least one stroke"),
        ([[1, 2]], [0, 1], "a list of points"),
        ([[1, 2]], [2], "a list of points"),
        ([1, 2, 3], [1], "a list of points"),
        ([[1, np.nan]], [1], "within ±1,000,000, got nan"),
        ([[1, 2]] * 601, [601], "at most 600 points"),
    ],
)
def test_bad_packed_strokes_are_refused(points, lengths, rule):
    strokes = {"points": in_base64(np.array(points, np.float32)), "lengths": in_base64(np.array(lengths, np.uint16))}
    for bad in (strokes, strokes | {"points": "A"}, strokes | {"lengths": 3}, {"points": strokes["points"]}):
        with pytest.raises(ValueError, match=rule if bad is strokes else "a list of points"):
            parse_drawings(with_sample(strokes=bad))


def test_no_call_writes_more_than_one_drawing_as_text(monkeypatch):
    """All other threads wait for such a call."""
    drawings, dumps, sizes = parse_drawings(dots(9)), json.dumps, list[int]()
    monkeypatch.setattr(
        json, "dumps", lambda *content, **more: sizes.append(len(text := dumps(*content, **more))) or text
    )
    assert len(dump_drawings(drawings)) > 8 * max(sizes)
    sizes.clear()
    assert len(dump_drawings(drawings, packed=True)) > 8 * max(sizes)


def samples(n):
    """Return a file with a digit for each of ``n`` different images."""
    images = (np.full(784, 3 + number % 252, np.uint8) + (np.arange(784) == number // 252) for number in range(n))
    each = [{"label": 0, "strokes": [], "image": base64.b64encode(one.tobytes()).decode()} for one in images]
    return json.dumps({"samples": each})


def test_file_of_a_class_is_counted_before_its_drawings_are_read():
    assert len(parse_drawings(samples(MAX_SAMPLES), most=MAX_SAMPLES)) == MAX_SAMPLES
    with pytest.raises(ValueError, match="10 names may hold at most 2,000 drawings, got 2,001"):
        parse_drawings(json.dumps({"samples": [7] * (MAX_SAMPLES + 1)}), most=MAX_SAMPLES)
