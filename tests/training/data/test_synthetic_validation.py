"""Synthetic digits for measurements."""

import numpy as np

import mlp
from mlp.images.handwriting.styles import style_names
from mlp.images.handwriting.unseen_styles import UNSEEN_STYLES
from mlp.training.data.synthetic_validation import (
    N_DIGITS,
    drawn_digits,
    synthetic_score,
    synthetic_validation_digits,
)


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


def test_pretrained_network_reads_more_than_the_articles():
    shipped, plain = (
        synthetic_score(mlp.load_model(mlp.DEFAULT_MODEL.with_name(f"{name}.safetensors")))
        for name in ("inkling", "article")
    )
    assert shipped.known > 0.97
    assert shipped.unseen > 0.97
    assert plain.all < shipped.all - 0.02
    assert shipped.all == (shipped.known + shipped.unseen) / 2
