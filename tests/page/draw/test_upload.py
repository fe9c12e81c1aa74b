"""A photo is read in place of a drawing, until the visitor draws or clears."""

import base64
import io

import numpy as np
from PIL import Image, ImageOps
from streamlit.testing.v1 import AppTest

from mlp import DEFAULT_MODEL
from mlp.images.drawing import to_mnist
from mlp.nn.weights import load_model
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.page.sight import draw, page_of, picture, text, visitor_of


def file_of(digit: int) -> tuple[str, bytes, str]:
    """Return a photo of a digit, dark on light."""
    out = io.BytesIO()
    ImageOps.invert(picture(fit(DIGITS[digit]))).resize((500, 500)).save(out, "JPEG")
    return "digit.jpg", out.getvalue(), "image/jpeg"


def upload(page: AppTest, file: tuple[str, bytes, str] | None) -> AppTest:
    page.file_uploader(key="picture_in").set_value(file).run()
    assert not page.exception
    return page


def test_picture_is_read_and_its_stages_are_shown(page: AppTest):
    assert "The network, reading your drawing" in text(draw(page, 3))
    upload(page, file_of(2))
    assert text(page, "answer").startswith("2 ")
    assert text(page, "model_input") == "as uploaded → its ink → 20 × 20 → 28 × 28"
    assert "The network, reading your photo" in text(page)


def test_ink_of_a_picture_is_put_on_the_canvas_until_it_is_cleared(page: AppTest):
    upload(page, file_of(5))
    (on_canvas,) = page_of(page).desk.on_canvas["objects"]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(on_canvas["src"].partition(",")[2]))))
    assert shown.shape == (280, 280)
    assert to_mnist(shown) is not None
    assert load_model(DEFAULT_MODEL).predict(to_mnist(shown)[None]) == [5]
    page.run()
    assert visitor_of(page).picture is not None
    page.button(key="clear").click().run()
    assert page_of(page).desk.on_canvas["objects"] == []
    assert visitor_of(page).picture is None
