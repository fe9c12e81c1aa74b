"""The page with words half as long again: nothing lies over anything else, is cut, or leaves the window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.digits import STAR
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import TRAINED_MS, at_rest, button, clear, faults, part, places, press, train_to_end, write

SIZES = (
    {"width": 1366, "height": 768},
    {"width": 1366, "height": 625},
    {"width": 820, "height": 1180},
    {"width": 390, "height": 844},
)


class Look(dict[str, str]):
    """Faults of a page at each size, with the state in which each was seen first."""

    def at(self, page: Page, state: str) -> None:
        """Add the faults of the page in this state."""
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            at_rest(page)
            for fault in faults(page, ".nothing"):
                self.setdefault(f"{size['width']} × {size['height']}: {fault}", state)

    def __str__(self) -> str:
        """Return them, one a line."""
        return "\n".join(f"{state}, {fault}" for fault, state in self.items())


@pytest.mark.chromium
def test_longer_words_have_room_on_the_first_screen(open_page: Callable[..., Page], longer_words: str):
    page, look = open_page(f"?epochs=1&lang={longer_words}", viewport=SIZES[0]), Look()
    look.at(page, "opening")
    write(page, 1, saved=True)
    look.at(page, "drawn")
    part(page, "correction").get_by_text("7", exact=True).click()
    expect(button(page, "teach_now")).to_be_visible()
    look.at(page, "corrected")
    train_to_end(page)
    look.at(page, "done")
    button(page, "guess_first").first.click()
    expect(button(page, "lab_guess_end")).to_be_visible()
    look.at(page, "guess")
    button(page, "lab_guess_end").click()
    button(page, "recipe_too_fast").click()
    expect(page.locator("[class*=st-key-hint_]")).to_be_visible(timeout=TRAINED_MS)
    look.at(page, "hint")
    press(button(page, "open_lessons"))
    look.at(page, "hint beside a lesson")
    clear(page)
    draw(page, fit(STAR))
    page.locator(".ink-door").click()
    expect(button(page, "signs_begin")).to_be_visible()
    look.at(page, "names of signs")
    button(page, "signs_begin").click()
    expect(button(page, "sign_0")).to_be_visible()
    look.at(page, "signs")
    assert not look, str(look)


@pytest.mark.chromium
def test_longer_words_have_room_in_each_place(open_page: Callable[..., Page], longer_words: str):
    steps = "epochs=2&batch_size=8"  # their number has four figures, as those of MNIST
    page, look = open_page(f"?{steps}&lang={longer_words}", **PHONE), Look()
    train_to_end(page)
    write(page, 1)
    for place in places(page, with_views=True):
        look.at(page, place)
    assert not look, str(look)


@pytest.mark.chromium
def test_longer_words_have_room_in_a_room(open_page: Callable[..., Page], longer_words: str):
    page, look = open_page(f"?tab=Room&lang={longer_words}", viewport=SIZES[0]), Look()
    press(button(page, "room_open"))
    expect(part(page, "room_row")).to_be_visible()
    look.at(page, "empty room")
    write(page, 7)
    press(button(page, "strip_say"))
    look.at(page, "what to say")
    assert not look, str(look)
