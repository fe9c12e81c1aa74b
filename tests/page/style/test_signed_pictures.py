"""Images of signed numbers."""

import base64
import io

import numpy as np
from PIL import Image

from mlp.page.style.signed_pictures import Sheet, signed_url
from mlp.page.style.theme import DARK, LIGHT


def pixels(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(image.convert("RGB"))


def color(text):
    return [int(text[start : start + 2], 16) for start in (1, 3, 5)]


def test_ends_and_the_middle_have_the_themes_colors():
    for colors in (LIGHT, DARK):
        shown = pixels(signed_url(np.array([[-1.0, 0.0, 1.0, -7.0, 7.0]]), colors))[0].tolist()
        against, paper, supporting = color(colors["second"]), color(colors["paper"]), color(colors["accent"])
        assert shown == [against, paper, supporting, against, supporting]


def test_nan_is_drawn_as_paper():
    assert pixels(signed_url(np.array([[np.nan]]), LIGHT))[0, 0].tolist() == color(LIGHT["paper"])


def test_sheet_holds_every_image_at_its_place():
    pictures = np.linspace(-1, 1, 5)[:, np.newaxis] * np.ones(784)
    sheet = Sheet(pictures, LIGHT)
    whole = pixels(sheet.style.partition("url(")[2].partition(")")[0])
    assert whole.shape == (2 * 28, 3 * 28, 3)
    for number in range(5):
        across, down = (float(part.rstrip("%")) / 100 for part in sheet.place(number).split(":")[1].split())
        left, top = round(across * 2) * 28, round(down) * 28
        expected = pixels(signed_url(pictures[number].reshape(28, 28), LIGHT))
        np.testing.assert_array_equal(whole[top : top + 28, left : left + 28], expected)
