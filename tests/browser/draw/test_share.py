"""A link holds the experiment, and teaching and comparing work as a visitor would do them."""

import io
import re
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import button, part
from tests.page.sight import description_of

SETTINGS = (
    "?hidden_layers=3&width_1=16&width_2=24&width_3=8&learning_rate=0.03&epochs=2&batch_size=64&optimizer=adam"
    "&schedule=cosine&momentum=0.5&weight_decay=0.0001&activation=tanh&initialization=he&seed=7&images=300&warp=true"
)
COMMAND = (
    "python -m mlp train --layers 16,24,8 --learning-rate 0.03 --epochs 2 --batch-size 64 --optimizer adam --schedule "
    "cosine --momentum 0.5 --weight-decay 0.0001 --activation tanh --initialization he --seed 7 --images 300 "
    "--warp 1.0 --out inkling-run-1.safetensors"
)


def test_copied_link_gives_another_visitor_every_setting(open_page: Callable[..., Page]):
    page = open_page(SETTINGS)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(page, "share").click()
    page.get_by_role("button", name="Copy link to this experiment").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    other = open_page(link[link.index("?") :] + "&tab=Runs")
    other.get_by_role("button", name="Train a new network").click()
    expect(part(other, "sections").get_by_test_id("stCode")).to_contain_text(COMMAND)


def downloaded(page: Page, name: str) -> Image.Image:
    button(page, "share").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return Image.open(io.BytesIO(download.value.path().read_bytes()))


def test_picture_of_a_returning_visitor_still_moves(open_page: Callable[..., Page]):
    page = open_page("?images=300&epochs=1")
    draw(page, fit(DIGITS[4]))
    button(page, "step").click()
    expect(part(page, "progress")).to_contain_text(re.compile("step 1 of .* paused"))
    page.reload()
    picture = downloaded(page, "Download a moving picture")
    assert picture.format == "WEBP"
    assert picture.n_frames > 1
    assert "My own network" in description_of(picture)


def test_digits_on_a_photo_are_read_by_press_and_by_keys(page: Page, tmp_path):
    from tests.page.sight import sheet_photo

    (tmp_path / "page.jpg").write_bytes(sheet_photo()[0])
    page.set_viewport_size({"width": 390, "height": 844})  # where the answer stays visible
    page.get_by_role("button", name="Photo").click()
    page.locator(".st-key-picture_in input[type=file]").set_input_files(tmp_path / "page.jpg")
    answer, numbers = page.locator(".st-key-answer .digit"), page.get_by_role("list", name="Numbers that were read")
    expect(numbers).to_have_text("402583")
    expect(answer).to_have_text("4")
    page.get_by_role("button", name="digit 3: read as 2").click()
    expect(answer).to_have_text("2")
    expect(answer).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="digit 3: read as 2", pressed=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(answer).to_have_text("5")
    expect(page.get_by_role("button", name="digit 4: read as 5", pressed=True)).to_be_focused()
    expect(page.get_by_role("button", name="digit 3: read as 2", pressed=False)).to_be_visible()
