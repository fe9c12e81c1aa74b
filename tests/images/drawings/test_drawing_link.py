"""Signs in a link: small sets survive nearly unchanged, large ones have no link, and bad links get an error."""

import base64
import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp.images.drawings.drawing_link import MAX_CHARACTERS, signs_from_text, signs_to_text
from mlp.images.drawings.drawing_set import DrawingSet
from tests.images.drawings.sample_drawings import letters


def test_small_set_survives_a_link():
    signs = letters(5).renamed(0, "あ<b>")
    text = signs_to_text(signs)
    assert text is not None
    assert len(text) <= MAX_CHARACTERS
    back = signs_from_text(text)
    assert back.names == signs.names
    assert back.labels.tolist() == sorted(signs.labels.tolist())
    order = np.argsort(signs.labels, kind="stable")
    assert np.abs(back.images.astype(int) - signs.images[order]).mean() < 12


def test_set_that_does_not_fit_has_no_link():
    assert signs_to_text(letters(50)) is None
    assert signs_to_text(letters(2).with_example(0, np.ones(784, np.uint8))) is None  # a photo


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "at least one sign"),
        ("ü", "must have the form that this page writes"),
        ("AUE", "must have the form that this page writes"),
        ("A" * (MAX_CHARACTERS + 1), "at most 4,096 characters"),
        (base64.urlsafe_b64encode(b"\x01A\x00\x01A\x00").decode(), "'A' is taken"),
        (base64.urlsafe_b64encode(b"\x01A\x01\x00").decode(), "at least one"),
        (base64.urlsafe_b64encode(b"\x01A\x01\x01\x00").decode(), "at least one"),
        (base64.urlsafe_b64encode(b"\x02\xff\xff\x00").decode(), "must have the form that this page writes"),
        (base64.urlsafe_b64encode(b"\x01\n\x00").decode(), "control characters"),
        (base64.urlsafe_b64encode(b"".join(bytes([1, 65 + n, 0]) for n in range(11))).decode(), "at most 10 signs"),
    ],
)
def test_bad_links_get_a_clear_error(text: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        signs_from_text(text)


@given(st.binary(max_size=60))
def test_other_bytes_raise_no_other_error(data: bytes):
    text = base64.urlsafe_b64encode(data).decode()
    with contextlib.suppress(ValueError):
        assert isinstance(signs_from_text(text), DrawingSet)
