"""A link with a drawing puts it on the canvas, and leaves the address."""

from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp.images.stroke_link import strokes_to_text
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.page.sight import address, text


def test_linked_drawing_is_read_and_leaves_the_address(open_page: Callable[..., AppTest]):
    drawing = strokes_to_text([np.array(stroke) for stroke in fit(DIGITS[4])])
    page = open_page(drawing=drawing, epochs="3")
    assert text(page, "answer").startswith("4 ")
    assert address(page) == {"epochs": ["3"]}
    assert page.slider(key="epochs").value == 3


def test_link_with_an_invalid_drawing_is_reported_and_opens(open_page: Callable[..., AppTest]):
    page = open_page(drawing="<b>![x](y)")
    assert "drawing must be strokes" in page.warning[0].value
    assert "Nothing drawn yet" in text(page, "answer")
