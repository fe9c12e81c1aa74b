"""Every place of the page, wide and on a phone: nothing lies over anything else, is cut, or leaves the window."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mlp.page.tabs.inside.inside_section import INSIDE
from mlp.page.tabs.lab.lab_section import LAB
from tests.browser.digits import STAR
from tests.browser.pen import CANVAS, draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import TRAINED_MS, button, clear, faults, part, places, write

WIDE = {"width": 1280, "height": 720}
NARROW = {"width": 390, "height": 844}
PHONE_AT_200 = {"width": 195, "height": 422}
TABLETS = ({"width": 820, "height": 1180}, {"width": 844, "height": 390})
ALL_SIZES = (WIDE, NARROW, {"width": 320, "height": 640}, PHONE_AT_200)
IS_SAME = "(canvas) => canvas.isConnected"
"""Whether the page still shows a canvas: made anew while it loads a photo, the package's old one raises an error."""
LESSON_SIZES = ({"width": 1280, "height": 1000}, {"width": 1024, "height": 768}, NARROW, {"width": 844, "height": 390})
SIGN_SIZES = (NARROW, {"width": 320, "height": 640}, *TABLETS, WIDE)


def looked_at(page: Page, place: str, sizes: Sequence[Any]) -> list[str]:
    """Return the faults of the open place at these sizes, the present one first, as each new one takes time."""
    found = []
    for size in sorted(sizes, key=lambda size: size != page.viewport_size):
        page.set_viewport_size(size)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        pans = ".st-key-canvas *" if size == PHONE_AT_200 else ".nothing"
        found += [f"{place} at {size['width']}: {each}" for each in faults(page, pans)]
    return found


@pytest.mark.chromium
@pytest.mark.parametrize("taught", [False, True], ids=["idle", "after teaching"])
def test_no_place_has_text_over_text_or_is_cut_or_too_wide(open_page: Callable[..., Page], taught: bool):
    page = open_page("?epochs=1", **PHONE if taught else {})
    canvas = page.locator(CANVAS).element_handle()
    page.set_viewport_size(WIDE)
    found = []
    if taught:
        write(page, 7)
        part(page, "correction").get_by_text("1", exact=True).click()
        expect(button(page, "teach_now")).to_be_visible()
        found += looked_at(page, "corrected", (WIDE, NARROW, *TABLETS))
        button(page, "teach_now").click()
        expect(part(page, "correction_row")).to_contain_text("it cost", timeout=TRAINED_MS)
    for place in places(page, with_views=taught):
        found += looked_at(page, place, ALL_SIZES if place in (INSIDE.name, LAB.name) else (WIDE, NARROW))
    if taught:
        clear(page)
        found += looked_at(page, "cleared", (WIDE, NARROW))
    assert not found, "\n".join(found)
    assert canvas.evaluate(IS_SAME)


@pytest.mark.chromium
def test_lesson_with_a_guess_has_room_for_its_words(open_page: Callable[..., Page]):
    page = open_page("?lesson=learning-rate&epochs=1")
    canvas = page.locator(CANVAS).element_handle()
    write(page, 3)
    found = looked_at(page, "lesson", LESSON_SIZES)
    button(page, "guess_learning_rate").click()
    expect(button(page, "lab_guess_end")).to_be_visible()
    found += looked_at(page, "lesson with a guess", LESSON_SIZES)
    page.get_by_role("button", name="Run all").click()
    expect(part(page, "note").get_by_role("list", name="Colors of the curves")).to_be_visible()
    found += looked_at(page, "lesson with runs", LESSON_SIZES)
    assert not found, "\n".join(found)
    assert canvas.evaluate(IS_SAME)


@pytest.mark.chromium
def test_signs_and_hints_have_room_for_their_words(open_page: Callable[..., Page]):
    page = open_page("?epochs=1", **PHONE)
    draw(page, fit(STAR))
    page.locator(".ink-door").click()
    expect(button(page, "signs_begin")).to_be_visible()
    found = looked_at(page, "names of signs", SIGN_SIZES)
    button(page, "signs_begin").click()
    expect(button(page, "sign_0")).to_be_visible()
    found += looked_at(page, "signs", SIGN_SIZES)
    button(page, "recipe_too_fast").click()
    expect(page.locator("[class*=st-key-hint_]")).to_be_visible(timeout=TRAINED_MS)
    found += looked_at(page, "hint", SIGN_SIZES)
    assert not found, "\n".join(found)
