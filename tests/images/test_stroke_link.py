"""Drawings in links: short, restored as they looked, and refused if invalid."""

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.recorded import rasterize
from mlp.images.stroke_link import MAX_CHARACTERS, strokes_from_text, strokes_to_text
from tests.browser.digits import DIGITS
from tests.browser.pen import fit


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
