"""Each lesson in turn, with its guess, and a plan: the console of the browser stays empty, as `open_page` checks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mlp.page.tabs.lessons.lessons import LESSONS
from tests.browser.sight import at_rest, button, part

NO_WIDTH = ".st-key-accuracy_curve, .st-key-accuracy_curve * { width: 0 !important; min-width: 0; padding: 0; }"
"""What a chart can have for a moment while its part of the page is laid out."""


@pytest.mark.parametrize("has_width", [True, False])
def test_lessons_leave_the_console_empty(has_width: bool, open_page: Callable[..., Page]):
    page = open_page(f"?lesson={next(iter(LESSONS))}")
    if not has_width:
        page.add_style_tag(content=NO_WIDTH)
    for name, lesson in LESSONS.items():
        part(page, "lesson_choice").get_by_role("radio", name=lesson.title).click()
        expect(page.get_by_role("heading", name=lesson.title)).to_be_visible()
        if lesson.guess is not None:
            button(page, f"guess_{name}".replace("-", "_")).click()
            expect(part(page, "lab_guess")).to_contain_text("Draw your guess in the empty chart")
        at_rest(page)


def test_plan_begins_below_the_page_and_its_steps_open_their_places(open_page: Callable[..., Page]):
    page = open_page("?lesson=writers", viewport={"width": 1366, "height": 625})
    page.evaluate("window.isSamePage = true")
    part(page, "for_teachers").locator("summary").click()
    part(page, "plan").get_by_role("radio", name="Signs of our own").click()
    button(page, "plan_begin").click()
    button(page, "strip_next").click()
    expect(part(page, "strip")).to_contain_text("1 of 8 · Name your signs")
    expect(part(page, "drawings").get_by_role("radio", name="Signs")).to_be_checked()
    expect(part(page, "drawings")).to_be_in_viewport()
    expect(part(page, "strip")).to_be_in_viewport(ratio=1)
    button(page, "strip_say").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_text("What usually comes out:")).to_be_in_viewport()
    assert page.evaluate("window.isSamePage")
