"""What leaves the page of a German browser: the sheet of a lesson, a run's report, and the page to take home."""

import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import AT_HOME, draw, fit
from tests.browser.sight import TRAINED_MS, button, part

PAPER = {"width": 718, "height": 1047}
"""A4 less Chromium's margins, in pixels of CSS."""
SHARE = "\\d+,\\d\u00a0%"


def taken_away(page: Page, key: str, folder: Path) -> Page:
    """Press a download, and return its page, opened from the disk; it must say that it is German."""
    with page.expect_download() as download:
        part(page, key).get_by_role("link").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    opened = page.context.new_page()
    opened.set_viewport_size(PAPER)
    opened.goto(file.as_uri())
    expect(opened.locator("html")).to_have_attribute("lang", "de")
    return opened


@pytest.mark.chromium
def test_sheet_of_a_lesson_has_results_and_answers_in_german(open_page: Callable[..., Page], tmp_path: Path):
    page = open_page("?lesson=width-and-depth", locale="de-DE")
    button(page, "try_width_and_depth_0").click()
    answer = part(page, "lessons").get_by_role("textbox", name="Deine Antwort")
    answer.fill("In der ersten Schicht: ein Gewicht für jedes Pixel.")
    answer.blur()
    row = part(page, "lessons").get_by_role("row", name=re.compile("^Eine Schicht von 8 "))
    expect(row).to_contain_text("5 von 5", timeout=TRAINED_MS)
    sheet = taken_away(page, "sheet_out", tmp_path)
    expect(sheet.get_by_role("heading", name="Lektionen mit Inkling")).to_be_visible()
    expect(sheet.get_by_role("heading", name="Breite und Tiefe")).to_be_visible()
    heads, results = sheet.get_by_role("row").all()
    expect(heads.get_by_role("columnheader")).to_have_text(["Experiment", "Epochen", "Training", "Validierung"])
    expect(results).to_have_text(re.compile(f"^Eine Schicht von 8 ?5 von 5 ?{SHARE} ?{SHARE}$"))
    expect(sheet.get_by_text("In der ersten Schicht: ein Gewicht für jedes Pixel.")).to_be_visible()


def test_page_taken_home_is_drawn_on_and_taught_in_german(open_page: Callable[..., Page], tmp_path: Path):
    page = open_page("?epochs=2&tab=Runs", locale="de-DE")
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text("fertig nach", timeout=TRAINED_MS)
    report = taken_away(page, "report_out", tmp_path)
    expect(report.get_by_role("heading", name="Lauf 1")).to_be_visible()
    curves = b64decode((report.get_by_role("img").first.get_attribute("src") or "").partition("base64,")[2]).decode()
    assert ">0,5</text>" in curves
    assert not re.search(r">\d+\.\d+</text>", curves)
    home = taken_away(page, "home_out", tmp_path)
    expect(home.locator("dt:text('Sekunden') + dd")).to_have_text(re.compile(r"^\d+(,\d+)?$"))
    home.set_viewport_size({"width": 1280, "height": 900})
    status = home.get_by_role("status")
    expect(status).to_have_text("Noch nichts gezeichnet")
    draw(home, fit(DIGITS[7]), on=AT_HOME)
    expect(status).to_have_text(re.compile(rf"^\d, {SHARE} sicher$"))
    home.get_by_role("button", name="7", exact=True).click()
    expect(home.locator("#learned")).to_contain_text("24 Schritte, 1 Zeichnung von dir.")
    home.get_by_role("button", name="Leeren").click()
    expect(status).to_have_text("Noch nichts gezeichnet")
