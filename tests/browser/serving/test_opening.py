"""The page opens."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE
from tests.browser.sight import part

WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def test_the_page_opens_with_its_title_and_no_errors_in_the_console(page: Page, console_errors: list[str]):
    expect(page).to_have_title("Inkling")
    expect(page.get_by_role("heading", name="Inkling")).to_be_visible()
    expect(page.get_by_test_id("stMain")).to_have_text(re.compile(r"^\s*Inkling"))  # and nothing stands above it
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert console_errors == []


@pytest.mark.parametrize("screen", [{"viewport": {"width": 1280, "height": 720}}, PHONE], ids=["desk", "phone"])
def test_hardly_anything_moves_while_the_page_opens(open_page: Callable[..., Page], screen: dict[str, Any]):
    page = open_page(before=WATCH_SHIFTS, **screen)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    expect(part(page, "sections")).not_to_be_empty()
    page.wait_for_load_state("networkidle")
    assert 0 < page.evaluate("shifted") <= 0.1
