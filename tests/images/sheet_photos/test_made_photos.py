"""Synthetic photos of pages follow their protocol, and their digits are found."""

import io

import numpy as np
import pytest
from PIL import Image

from mlp.images.photo import find_sheet
from mlp.images.sheet_photos.found_digits import found_digits
from mlp.images.sheet_photos.ruled_lines import without_ruled_lines
from models.making.styles import STYLES
from tests.benchmarks.sheet_photos import matched
from tests.images.sheet_photos.made_photos import made_photos


@pytest.mark.parametrize("lined", [False, True])
def test_digits_are_found_row_by_row_at_their_places(lined):
    found = written = extra = 0
    for photo in made_photos(4, np.random.default_rng(5), STYLES, lined=lined):
        sheet = find_sheet(np.asarray(Image.open(io.BytesIO(photo.file))))
        digits = [] if sheet is None else list(sheet.digits)
        taken = matched(photo.digits, digits)
        found, written, extra = found + len(taken), written + len(photo.digits), extra + len(digits) - len(taken)
        if len(taken) == len(photo.digits) == len(digits):
            assert [taken[number] for number in range(len(digits))] == list(range(len(digits)))
    assert found >= 0.95 * written
    assert extra <= 1


def test_light_digits_on_a_dark_page_are_found_equally():
    page = np.full((300, 600, 3), 235, np.uint8)
    for left in (100, 250, 400):
        page[100:200, left : left + 8] = 30
    boxes = [digit.box for digit in found_digits(page)]
    assert len(boxes) == 3
    assert [digit.box for digit in found_digits(255 - page)] == boxes


def test_page_of_lines_or_noise_has_no_digits():
    lines = np.full((400, 600, 3), 240, np.uint8)
    lines[40::40] = 150
    assert found_digits(lines) == []
    noise = np.random.default_rng(0).normal(200, 12, (400, 600, 3))
    assert found_digits(np.uint8(np.clip(noise, 0, 255))) == []


def test_ink_that_touches_a_ruled_line_stays_whole():
    page = np.zeros((200, 600))
    page[100:102] = 0.3
    page[60:102, 200:205] = 0.35  # on the line
    page[70:140, 300:305] = 0.35  # crosses it
    ink = without_ruled_lines(page, 0.1)
    assert ink[60:102, 200:205].all()
    assert ink[70:140, 300:305].all()
    assert ink.sum() == 5 * (42 + 70)
