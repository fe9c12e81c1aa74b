"""The page opens."""

import re

from playwright.sync_api import Page, expect


def test_the_page_opens_with_its_title_and_no_errors_in_the_console(page: Page, console_errors: list[str]):
    expect(page).to_have_title("Inkling")
    expect(page.get_by_role("heading", name="Inkling")).to_be_visible()
    expect(page.get_by_test_id("stMain")).to_have_text(re.compile(r"^\s*Inkling"))  # and nothing stands above it
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert console_errors == []
