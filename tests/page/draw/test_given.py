"""An image of the data on the canvas: read until the first stroke, named as whose it is, and never the visitor's."""

from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp.page.draw.networks import pretrained
from mlp.page.draw.on_canvas import given_html
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import at_rest, draw, page_of, text, visitor_of


def step(page: AppTest) -> AppTest:
    page.button(key="step").click().run()
    return at_rest(page)


def test_given_digit_is_read_at_once_until_it_is_cleared_or_drawn_over(page: AppTest):
    draw(page, 3)
    page.button(key="give_one").click().run()
    desk = page_of(page).desk
    assert "reading test digit no. " in text(page)
    assert desk.digit.image.tobytes() == desk.read_of
    assert not desk.is_drawn_on  # the earlier drawing is no longer there
    page.button(key="undo").click().run()
    assert "Nothing drawn yet" in text(page, "answer")
    page.button(key="give_one").click().run()
    draw(page, 1)
    assert text(page, "answer").startswith("1 ")
    assert given_html(desk) == ""
    page.button(key="clear").click().run()
    assert "Nothing drawn yet" in text(page, "answer")


def test_run_that_begins_with_an_empty_canvas_gets_a_digit_that_it_misreads(page: AppTest):
    assert "Nothing drawn yet" in text(page, "answer")
    desk = page_of(step(page)).desk
    label, image = desk.given.label, desk.given.image.image[np.newaxis]
    assert visitor_of(page).job.first_network.predict(image)[0] != label
    assert pretrained("pretrained").predict(image)[0] == label
    assert f"V{desk.given.image.name[1:]}. Draw your own." in text(page)
    assert desk.meant == label
    assert "this digit, as it learned" in text(step(page), "progress")


def test_given_image_is_not_the_visitors(open_page: Callable[..., AppTest]):
    page = open_page()
    visitor_of(page).signs.change(letters(1))
    step(page)
    assert page_of(page).desk.given
    assert visitor_of(page).drawing is None
    assert "correction" not in [element.key for element in page.get("button_group")]
    kept = len(visitor_of(page).signs.now)
    page.button(key="your_signs").click().run()
    assert page_of(page).desk.given is None  # a digit is no sign
    page.button(key="sign_0").click().run()
    assert len(visitor_of(page).signs.now) == kept
    assert "Draw the sign A first" in text(page)
    assert "Nothing drawn yet" in text(open_page(visitor=page), "answer")


def test_drawing_stays_when_a_run_begins_and_a_cleared_digit_stays_away(page: AppTest):
    draw(page, 4)
    assert page_of(step(page)).desk.given is None
    page.button(key="clear").click().run()
    assert "Nothing drawn yet" in text(step(page), "answer")
