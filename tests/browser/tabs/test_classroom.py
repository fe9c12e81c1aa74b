"""A room on two devices: the link lets a learner in, who draws and gives, and the holder's page shows it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import answer, button, part


def test_drawing_is_given_by_pointer_and_by_key_and_appears_on_another_page(open_page: Callable[..., Page]):
    holder = open_page("?tab=Room")
    button(holder, "room_open").click()
    button(holder, "room_door").click()
    code = part(holder, "room_code").locator("b").inner_text()
    learner = open_page(f"?room={code}")
    button(learner, "room_join").click()
    row = part(learner, "room_row")
    four = row.get_by_role("button", name="4, 0 of 2 drawn")
    four.click()
    expect(learner.get_by_text("Draw 4 first, then press it.")).to_be_visible()
    for number in (1, 2):
        draw(learner, fit(DIGITS[4], 0.4 + 0.1 * number))
        expect(answer(learner)).to_contain_text("4\n")
        if number == 1:
            four.click()
        else:
            row.get_by_role("button", name="4, 1 of 2 drawn").press("Enter")
        expect(row.get_by_role("button", name=f"4, {number} of 2 drawn").locator("img")).to_have_count(number)
        expect(answer(learner)).to_contain_text("Nothing drawn yet")
        expect(part(holder, "room_wall")).to_contain_text(f"{number} drawing{'s' * (number > 1)}: ")
    expect(learner.get_by_text("Draw 4 first, then press it.")).to_have_count(0)
    for width in (768, 1024, 1199, 1280, 1366):
        learner.set_viewport_size({"width": width, "height": 700})
        learner.evaluate("window.scrollTo(0, 0)")
        expect(row.get_by_role("button", name="9, 0 of 2 drawn")).to_be_in_viewport(ratio=1)
