"""Drawing in a real browser: the pen draws, and the drawing is read."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import answer, at_rest, begin_run, button, clear, eventually, part

CORNER = [[(276, 4), (240, 60), (200, 130), (160, 200), (130, 260)]]  # where the canvas has its own toolbar


def test_digits_are_drawn_read_and_cleared_with_the_mouse(page: Page):
    expect(answer(page)).to_contain_text("Nothing drawn yet")
    for digit, share, center in [(4, 0.6, (0.5, 0.5)), (2, 0.3, (0.2, 0.75)), (7, 0.8, (0.5, 0.5))]:
        draw(page, fit(DIGITS[digit], share, center))
        expect(answer(page)).to_contain_text(f"{digit}\n")
        expect(page.locator(".st-key-bars .best")).to_contain_text(f"{digit}")
        clear(page)

    draw(page, CORNER)
    expect(answer(page)).not_to_contain_text("Nothing drawn yet")
    page.keyboard.press("Control+z")
    expect(answer(page)).to_contain_text("Nothing drawn yet")


def test_given_digit_comes_to_the_picture_of_the_network_and_goes(page: Page):
    begin_run(page)  # which is given one
    is_empty = "/^A*=*$/.test(inkling.parts.scene.image)"
    for key, gone in (("clear", True), ("give_one", False), ("clear", True)):
        button(page, key).click()
        eventually(page, lambda gone=gone: page.evaluate(is_empty) == gone)


def test_two_digits_are_read_as_a_number_and_a_press_chooses_one(page: Page):
    draw(page, [*fit(DIGITS[1], 0.5, (0.25, 0.5)), *fit(DIGITS[7], 0.5, (0.7, 0.5))])
    expect(answer(page)).to_contain_text(re.compile(r"^17\s*the 7: .* sure$"))
    expect(page.locator(".st-key-bars .best b")).to_have_text("7")
    at_rest(page)  # a stroke's last question chooses its last digit
    answer(page).get_by_role("button", name="1").click()
    expect(answer(page)).to_contain_text("the 1: ")
    expect(page.locator(".st-key-bars .best b")).to_have_text("1")
    expect(answer(page).get_by_role("button", name="1", pressed=True)).to_be_visible()


def overlap(one: Locator, other: Locator) -> bool:
    """Whether two elements overlap on the screen."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    beside = a["x"] >= b["x"] + b["width"] or b["x"] >= a["x"] + a["width"]
    return not beside and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"]


@pytest.mark.chromium
def test_phone_draws_by_touch_and_fits_its_screen(open_page: Callable[..., Page]):
    page = open_page("?tab=Data", **PHONE)
    draw(page, fit(DIGITS[5]), touch=True)
    expect(answer(page)).to_contain_text("5\n")
    clear(page)
    draw(page, CORNER, touch=True)
    expect(answer(page)).not_to_contain_text("Nothing drawn yet")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    canvas = page.locator("canvas.upper-canvas").bounding_box()
    assert canvas is not None
    assert canvas["x"] >= 0
    assert canvas["x"] + canvas["width"] <= 390

    # The answer stays visible above the curves, and covers none of the buttons.
    for name in ("canvas", "train", "curves"):
        part(page, name).evaluate("element => element.scrollIntoView()")
        expect(part(page, "answer")).to_be_in_viewport(ratio=1)
        assert not overlap(part(page, "answer_side"), part(page, name)), name

    # A tap on a term, which is there once something is trained, shows its sentence, within the screen.
    button(page, "train").tap()
    word, sentence = part(page, "curves").get_by_role("button", name="validation").first, page.get_by_role("note")
    word.tap()
    expect(sentence).to_contain_text("learn from")
    expect(sentence).to_be_in_viewport(ratio=1)
    assert not overlap(sentence, word)
    page.keyboard.press("Escape")
    expect(sentence).to_be_hidden()
