"""A photo of a page of digits: each is read, by press and by keys."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pen import CANVAS
from tests.page.sight import sheet_photo


def test_digits_on_a_photo_are_read_by_press_and_by_keys(page: Page, tmp_path: Path):
    (tmp_path / "page.jpg").write_bytes(sheet_photo()[0])
    page.set_viewport_size({"width": 390, "height": 844})  # where the answer stays visible
    page.get_by_role("button", name="Photo").click()
    page.locator(".st-key-picture_in input[type=file]").set_input_files(tmp_path / "page.jpg")
    answer, numbers = page.locator(".st-key-answer .digit"), page.get_by_role("list", name="Numbers that were read")
    expect(numbers).to_have_text("402583")
    canvas = page.locator(CANVAS).element_handle()
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
    assert canvas.evaluate("(canvas) => canvas.isConnected")
