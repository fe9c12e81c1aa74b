"""A file of signs: a saved set is restored, and other files get a clear error."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp.images.signs.sign_file import dump_signs, load_signs, parse_signs
from mlp.images.signs.sign_set import SignsError
from tests.images.signs.sample_signs import letters


def test_saved_set_is_restored(tmp_path):
    signs = letters(3).renamed(0, "<b>あ</b>")
    path = tmp_path / "signs.json"
    path.write_text(dump_signs(signs), encoding="utf-8")
    back = load_signs(path)
    assert back.names == ("<b>あ</b>", "B", "C")
    assert np.array_equal(back.images, signs.images)
    assert np.array_equal(back.labels, signs.labels)


CONTENT = json.loads(dump_signs(letters(1)))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be like"),
        (json.dumps({"samples": []}), "it has no names"),
        (json.dumps({**CONTENT, "names": []}), "2 to 10 signs, got 0"),
        (json.dumps({**CONTENT, "names": ["A"]}), "2 to 10 signs, got 1"),
        (json.dumps({**CONTENT, "names": list("abcdefghijk")}), "2 to 10 signs, got 11"),
        (json.dumps({**CONTENT, "names": ["A", "A", "B"]}), "'A' is taken"),
        (json.dumps({**CONTENT, "names": ["A", "\ud800", "B"]}), "control characters"),
        (json.dumps({**CONTENT, "names": ["A", "B", "a long, long name"]}), "1 to 12 characters"),
        (json.dumps({**CONTENT, "samples": [{"label": 3, "strokes": [[[1, 2]]]}]}), "sample 0: label must be"),
        (json.dumps({**CONTENT, "samples": [{"label": True, "strokes": [[[1, 2]]]}]}), "sample 0: label must be"),
        (json.dumps({**CONTENT, "samples": [{"label": 0, "strokes": 7}]}), "sample 0: strokes must be a list"),
        (json.dumps({**CONTENT, "samples": [{"label": 0, "strokes": []}]}), "sample 0: a drawing must have strokes"),
        (json.dumps({**CONTENT, "samples": [7] * 151}), "at most 50 drawings of each sign, got 151"),
    ],
)
def test_bad_file_gets_a_clear_error(data: str, sentence: str):
    with pytest.raises(SignsError, match=sentence):
        parse_signs(data)


def test_bad_file_is_named(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text("{}")
    with pytest.raises(SignsError, match=r"mine\.json: this is not a file of signs"):
        load_signs(path)


@settings(max_examples=40)
@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_other_bytes_raise_only_sign_errors(data):
    with pytest.raises(SignsError):
        parse_signs(data)
