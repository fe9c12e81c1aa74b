"""The page on paper: the drawing, the answer, the curves and the open section, one below the other."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sight import at_rest, begin_run, faults, part, write

PAPER = {"width": 718, "height": 1047}
"""A4 less Chromium's margins, in pixels of CSS."""
IN_ORDER = ("canvas", "answer", "bars", "curves", "sections")
TO_PRESS = ("draw_buttons", "train_head", "settings", "recipe", "next_line", "share", "privacy")


@pytest.mark.chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_printed_page_is_in_order_and_ends_without_a_blank_sheet(open_page: Callable[..., Page], scheme: str):
    page = open_page("?tab=Mistakes", color_scheme=scheme)
    write(page, 7)
    begin_run(page)
    expect(part(page, "mistakes_pictures").get_by_role("button").first).to_be_visible()
    at_rest(page)
    page.emulate_media(media="print")
    try:
        page.set_viewport_size(PAPER)
        boxes = {key: part(page, key).bounding_box() for key in IN_ORDER}
        tops = [box["y"] for box in boxes.values() if box is not None]
        assert len(tops) == len(IN_ORDER)
        assert tops == sorted(tops)
        assert not [key for key in TO_PRESS if part(page, key).is_visible()]
        assert faults(page, ".ink-numbers *") == []
        ink, paper = (
            page.evaluate(f"getComputedStyle(document.querySelector('{where}')).{what}")
            for where, what in ((".ink-head h1", "color"), ("body", "backgroundColor"))
        )
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 64
        assert paper == "rgba(0, 0, 0, 0)"  # white, as it is not printed
        assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 2
    finally:
        page.emulate_media(media="null")  # as other tests get the same page
