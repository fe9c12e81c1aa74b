"""What Streamlit writes itself, in German."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.digits import STAR
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import at_rest, button, part, write

GERMAN: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "locale": "de-DE"}


def test_upload_is_named_in_german(open_page: Callable[..., Page]):
    page = open_page("?tab=Runs", **GERMAN)
    uploads = part(page, "weights_in")
    expect(uploads.get_by_role("button", name="Hochladen", exact=True)).to_be_visible()
    expect(uploads.get_by_text("Upload", exact=True)).not_to_be_visible()
    expect(uploads.get_by_text("per file")).not_to_be_visible()
    limit = "(zone) => getComputedStyle(zone, '::after').content"
    assert uploads.get_by_test_id("stFileUploaderDropzone").evaluate(limit) == '"höchstens 10 MB"'


def test_field_for_names_has_no_english_words(open_page: Callable[..., Page]):
    page = open_page(**GERMAN)
    draw(page, fit(STAR))
    page.locator(".ink-door").click()
    expect(button(page, "signs_begin")).to_have_text("Zeichnen")
    expect(page.get_by_test_id("InputInstructions")).not_to_be_visible()


@pytest.mark.parametrize("language", ["de", "fr"])
def test_question_of_a_correction_stands_in_one_line(open_page: Callable[..., Page], language: str):
    page = open_page(f"?lang={language}", **GERMAN)
    write(page, 7)
    asked = part(page, "correction").get_by_test_id("stWidgetLabel").locator("p")
    for size in (GERMAN["viewport"], {"width": 1920, "height": 1080}):
        page.set_viewport_size(size)
        at_rest(page)
        assert asked.evaluate("(asked) => asked.offsetHeight / parseFloat(getComputedStyle(asked).lineHeight)") < 1.5


def test_word_for_undo_stands_in_one_line_on_a_phone(open_page: Callable[..., Page]):
    page = open_page(**PHONE, locale="de-DE")
    write(page, 7)
    word = part(page, "undo").get_by_text("Rückgängig").first
    assert word.evaluate("(word) => word.offsetHeight / parseFloat(getComputedStyle(word).lineHeight)") < 1.5


def test_slider_writes_a_comma_in_an_english_browser(open_page: Callable[..., Page]):
    page = open_page("?tab=Lab&lang=de", viewport=GERMAN["viewport"], locale="en-US")
    write(page, 7)
    expect(part(page, "lab_size")).to_contain_text("0,1")
