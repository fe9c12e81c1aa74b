"""A room whose holder speaks German, with a learner who speaks Spanish: each reads their own, of the same drawings."""

import io
from base64 import b64decode
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from mlp.language import speaking, tr
from mlp.page.tabs.classroom.learner import ANIMALS, by_itself, called
from mlp.page.tabs.classroom.rooms import ENDED
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import answer, button, part

SHADE = 16
"""Levels of gray in each of the shades of a learner's wall."""


def animal_in(place: Locator) -> str:
    """Return the animal that an element names in the language of this place, by its English name."""
    named = place.inner_text()
    return next(name for name in ANIMALS if by_itself(name) == named)


def give(page: Page, digit: int) -> None:
    """Draw a digit for the room, on a page in the language of this place."""
    draw(page, fit(DIGITS[digit]))
    expect(answer(page)).to_contain_text(f"{digit}\n")
    name = tr("{name}, {n} of {all} drawn", name=digit, n=0, all=2)
    part(page, "room_row").get_by_role("button", name=name).click()
    expect(answer(page)).to_contain_text(tr("Nothing drawn yet."))


def shades(picture: Locator) -> list[list[int]]:
    """Return the pixels of a picture in 16 shades."""
    data = b64decode((picture.get_attribute("src") or "").partition("base64,")[2])
    shown: list[list[int]] = (np.asarray(Image.open(io.BytesIO(data)).convert("L")) // SHADE).tolist()
    return shown


def test_room_speaks_to_each_in_their_own_language(open_page: Callable[..., Page]):
    holder = open_page("?tab=Room", locale="de-DE")
    button(holder, "room_open").click()
    code = part(holder, "room_code").locator("b").inner_text().replace(" ", "")
    learner = open_page(f"?room={code}", locale="es-ES")
    button(learner, "room_join").click()
    with speaking("es"):
        expect(part(learner, "room_waits")).to_contain_text("Espera a que tu docente te deje entrar.")
        animal = animal_in(part(learner, "room_waits").locator("b"))
    expect(part(holder, "strip")).to_contain_text(f"{called(animal, first=True)} wartet.")
    button(holder, "strip_let_in").click()

    with speaking("es"):
        expect(part(learner, "room_row")).to_be_visible()
        give(learner, 3)
        expect(part(learner, "room_wall")).to_contain_text(f"1 dibujo: {tr(animal)} 1")
        seen = part(learner, "room_wall").get_by_role("img", name="1 de 1 persona")
    expect(part(holder, "room_wall")).to_contain_text(f"1 Zeichnung: {tr(animal)} 1")
    given = part(holder, "room_held_wall").get_by_role("button", name=f"3 von {called(animal)}")
    assert shades(given.locator("img")) == shades(seen)

    give(holder, 4)
    with speaking("es"):
        expect(part(learner, "room_wall")).to_contain_text("2 dibujos: ")
    with learner.expect_download() as download:
        part(learner, "room_sheet").get_by_role("link").click()
    sheet = download.value.path().read_text(encoding="utf-8")
    with speaking("es"):
        assert f"Tu clase: eras {tr(animal)}" in sheet
    assert "<figcaption>3: 3</figcaption>" in sheet
    holder.get_by_role("button", name="Raum herunterladen oder schließen").click()
    button(holder, "room_close_anyway").click()
    with speaking("es"):
        expect(part(learner, "correction_row")).to_contain_text(tr(ENDED, code=code))
    expect(holder.locator("html")).to_have_attribute("lang", "de")
    expect(learner.locator("html")).to_have_attribute("lang", "es")
