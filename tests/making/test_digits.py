"""The shipped digits are those that the model of handwriting writes, and the picture holds those that it draws."""

import gzip

import numpy as np
import pytest

from mlp.images import handwriting
from mlp.images.handwriting import shipped_digits, style_names
from mlp.images.idx import parse_idx
from mlp.training.data.synthetic_validation import N_DIGITS, synthetic_validation_digits
from models.making.digits import new_digits, write_idx
from models.making.drawn_digits import drawn_digits
from models.making.unseen_styles import UNSEEN_STYLES


def test_shipped_digits_are_those_that_the_generator_writes():
    shipped, written = shipped_digits(), new_digits()
    np.testing.assert_array_equal(shipped.styles, written.styles)
    np.testing.assert_array_equal(shipped.labels, written.labels)
    assert (shipped.images != written.images).mean() < 1e-4  # another machine may round a point to the next cell


def test_digits_are_not_written_under_other_names_of_styles(monkeypatch):
    monkeypatch.setattr(handwriting, "STYLES", {**handwriting.STYLES, 6: ("six", "six_open")})
    with pytest.raises(ValueError, match=r"handwriting\.py must name the styles .*got .*'six_open'"):
        new_digits()


def test_array_is_written_as_mnist_writes_its_own(tmp_path):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    for name in ("first", "second"):
        write_idx(tmp_path / name, array)
    first, second = ((tmp_path / name).read_bytes() for name in ("first", "second"))
    assert first == second
    np.testing.assert_array_equal(parse_idx(gzip.decompress(first)), array)


def test_half_of_the_digits_have_styles_that_no_run_has():
    unseen = [style.__name__ for of_digit in UNSEEN_STYLES.values() for style in of_digit]
    assert list(UNSEEN_STYLES) == list(range(10))
    assert not set(unseen) & set(style_names())
    for half in synthetic_validation_digits():
        assert np.bincount(half.labels).tolist() == [N_DIGITS // 10] * 10
        assert half.images.any(axis=1).all()
        assert len(np.unique(half.images)) > 200  # prepared like drawings, not like digits drawn small


def test_picture_holds_the_digits_that_the_styles_draw():
    pictured = np.stack([half.images for half in synthetic_validation_digits()])
    assert (
        np.abs(drawn_digits() - pictured.astype(float)).mean() < 0.1
    )  # of 255: versions of pillow may differ a little
