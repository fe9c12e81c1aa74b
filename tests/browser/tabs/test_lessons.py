"""Each lesson in turn, with its guess: the console of the browser stays empty, as `open_page` checks."""

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
