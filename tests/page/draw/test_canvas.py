"""The canvas: its drawing is the network's input."""

import base64
from collections.abc import Callable
from unittest.mock import Mock

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.images.stroke_link import strokes_to_text
from mlp.page.draw import reading
from mlp.page.live.desk import Desk
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.images.test_photo import png_header
from tests.page.sight import address, draw, picture, put, text, url_of


def test_each_drawn_digit_is_read(page: AppTest):
    assert [text(draw(page, digit), "answer")[:2] for digit in range(10)] == [f"{digit} " for digit in range(10)]


def test_drawing_is_read_once(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    read = Mock(wraps=reading.answers_to)
    monkeypatch.setattr(reading, "answers_to", read)
    assert "Not right? It was a" in [one.label for one in draw(page, 7).pills]
    read.assert_called_once()


def test_blank_canvas_says_so_and_shows_no_digit(page: AppTest):
    draw(page, 3)
    for blank in (None, Image.new("RGB", (280, 280))):
        put(page, blank)
        assert text(page, "answer").startswith("Nothing drawn yet")
        assert "%" not in text(page, "bars")


NO_DIGITS = {
    "a dot": [[(140, 140)]],
    "a star": [[(40, 40), (240, 240)], [(240, 40), (40, 240)], [(140, 20), (140, 260)], [(20, 140), (260, 140)]],
    "a zigzag": [[(30 + 9 * i, 60 + 160 * (i % 2)) for i in range(24)]],
    "an M": [[(60, 240), (60, 40), (130, 180), (200, 40), (200, 240)]],
}


def test_page_reports_a_drawing_without_a_digit(page: AppTest):
    for name, strokes in NO_DIGITS.items():
        put(page, picture(strokes))
        assert not page.exception, name
        assert text(page, "answer").startswith("I don’t know this one. I only know 0 to 9."), name
        assert "%" not in text(page, "bars"), name


def test_removed_drawing_is_given_to_nobody_while_a_browser_still_shows_it():
    old, blank, new = (url_of(picture(strokes)) for strokes in (fit(DIGITS[7]), [], fit(DIGITS[3])))
    desk = Desk()
    desk.draw(old, pen=False)
    assert desk.new_drawing is not None
    desk.put([], None)  # as a room that took it does
    desk.draw(old, pen=False)  # what was asked before the canvas is empty
    desk.report([{"type": "Path", "path": []}], old, is_newest=False)
    assert (desk.drawing is not None, desk.new_drawing) == (True, None)
    for image in (blank, new):
        desk.draw(image, pen=False)
    assert desk.new_drawing is desk.drawing is not None
    desk.put([], None)
    desk.put([{"type": "Path", "path": []}], None)  # by Undo
    assert desk.new_drawing is not None


def test_invalid_canvas_data_counts_as_blank(page: AppTest):
    """A manipulated browser can send anything, which must not break the page, nor fill the server's memory."""
    whole = url_of(picture(fit(DIGITS[3])))
    bomb = whole[:22] + base64.b64encode(png_header(30_000, 30_000)).decode()
    for sent in ["", "nonsense", "data:image/png;base64,!!!!", whole[:200], bomb, 7, ["a"], {"a": 1}]:
        put(page, sent)
        assert not page.exception, sent
        assert "Nothing drawn yet" in text(page, "answer"), sent
    put(page, Image.new("RGB", (6000, 600), (255, 255, 255)))
    assert "Nothing drawn yet" in text(page, "answer")


def test_linked_drawing_is_read_and_leaves_the_address(open_page: Callable[..., AppTest]):
    drawing = strokes_to_text([np.array(stroke) for stroke in fit(DIGITS[4])])
    page = open_page(drawing=drawing, epochs="3")
    assert text(page, "answer").startswith("4 ")
    assert address(page) == {"epochs": ["3"]}
    assert page.slider(key="epochs").value == 3
