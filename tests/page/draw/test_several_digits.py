"""Several digits in one drawing: all are read, and the chosen one has its bars, its picture and its correction."""

import re
from collections.abc import Sequence

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp.images.drawing import to_mnist
from mlp.images.drawings.drawing_set import as_pixels
from mlp.page.live.protocol import Ask
from tests.browser.digits import DIGITS
from tests.browser.pen import Stroke, fit
from tests.page.sight import page_of, picture, put, url_of, visitor_of

ONE, SEVEN = fit(DIGITS[1], 0.5, (0.25, 0.5)), fit(DIGITS[7], 0.5, (0.7, 0.5))


def ask(page: AppTest, strokes: Sequence[Stroke], *, pen: bool = False) -> dict:
    """The channel's messages after a question about these strokes."""
    page_of(page).ask(Ask(1, url_of(picture(strokes)), pen))
    return page_of(page).parts(["reading", "scene"])


def pressed(parts: dict) -> list[str]:
    """Whether each digit of an answer is the chosen one."""
    return re.findall(r'aria-pressed="(\w+)"', parts["html.answer"])


def test_end_of_a_stroke_keeps_a_digit_that_was_chosen_before_it_arrived(page: AppTest):
    page_of(page).desk.begin_stroke()
    ask(page, [*ONE, *SEVEN], pen=True)
    page_of(page).desk.chosen = 0
    for pen in (True, False):
        assert pressed(ask(page, [*ONE, *SEVEN], pen=pen)) == ["true", "false"]


def test_answer_never_says_no_digit_while_a_second_one_is_drawn(page: AppTest):
    points = SEVEN[0]
    for n in range(1, len(points) + 1):
        parts = ask(page, [*ONE, points[:n]], pen=True)
        assert "I don’t know this one" not in parts["html.answer"]
        assert "?" not in parts["html.answer"]
    assert len(pressed(parts)) == 2


def test_correction_is_of_the_chosen_digit(page: AppTest):
    put(page, picture([*ONE, *SEVEN]))
    page_of(page).desk.chosen = 0
    page.run()
    page.pills(key="corrected").set_value(4).run()
    (own,) = visitor_of(page).digits.now.examples
    assert own.label == 4
    assert np.array_equal(own.image, as_pixels(to_mnist(np.asarray(picture(ONE))[:, :, 0])))
    page_of(page).desk.chosen = 1
    page.run()
    assert page.pills(key="corrected").value is None
