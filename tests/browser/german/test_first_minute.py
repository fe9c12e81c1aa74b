"""The first minute in German: a drawing, a run with its curves, a problem with its remedy, and refusals."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sight import TRAINED_MS, announced, answer, button, part, write

BLANK = "\u00a0"
"""What German sets between a number and its percent sign: no line ends there."""


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """The page with a short run, in a German browser; the link names no language."""
    return open_page("?epochs=2", locale="de-DE")


def test_drawing_is_read_and_a_run_is_watched_to_its_end(page: Page):
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(answer(page)).to_contain_text("Noch nichts gezeichnet. Zeichne eine Ziffer.")
    write(page, 7)
    expect(answer(page)).to_contain_text(re.compile(rf"^7\s*\d+,\d{BLANK}% sicher$"))
    shares = part(page, "bars").get_by_role("list", name="Wahrscheinlichkeit jeder Antwort").locator("span")
    expect(shares).to_have_text([re.compile(rf"^\d+,\d{BLANK}%$")] * 10)
    expect(announced(page)).to_contain_text(re.compile(rf"^Liest 7, \d+,\d{BLANK}% sicher\.$"))

    expect(button(page, "next_step")).to_contain_text("Trainiere dein eigenes Netz")
    button(page, "next_step").click()
    expect(part(page, "answer_by")).to_contain_text("Es liest das Netz 1 · ")
    expect(part(page, "progress")).to_contain_text("fertig nach", timeout=TRAINED_MS)
    expect(part(page, "progress")).to_contain_text("Epoche 2 von 2 · Schritt 250 von 250")
    for quantity, moves in (("loss", r"Verlust .* fällt von \d,\d auf 0,\d+"), ("accuracy", r"Genauigkeit .* steigt")):
        curve = part(page, f"{quantity}_curve").get_by_role("img")
        expect(curve).to_have_accessible_name(re.compile(f"^{moves}.* in 2 Epochen$"))
    expect(part(page, "accuracy_head")).to_contain_text(re.compile(rf"\d\d,\d\d{BLANK}% bei Schritt 250"))
    expect(button(page, "next_step")).to_contain_text("Mach es kaputt: Lernrate 1")


def test_bad_link_and_bad_file_are_refused_with_their_rules(open_page: Callable[..., Page], tmp_path: Path):
    page = open_page("?epochs=0", locale="de-DE")
    expect(page.get_by_role("alert")).to_contain_text("Epochen: eine ganze Zahl von 1 bis 100 (im Link: 0)")
    (tmp_path / "ziffer.png").write_text("keine Ziffer")
    page.get_by_role("button", name="Foto").click()
    part(page, "picture_in").locator("input[type=file]").set_input_files(tmp_path / "ziffer.png")
    refused = page.get_by_text("ziffer.png: diese Datei ist kein lesbares Bild; nimm eins dieser Formate:")
    expect(refused).to_be_visible()
    write(page, 4)
