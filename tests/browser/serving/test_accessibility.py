"""Nobody is kept out: no rule of axe-core is broken on any tab, in light on a desk and in dark on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.sight import answer, part, tab, tabs

OPTIONS = {"resultTypes": ["violations"]}


def broken_rules(page: Page, where: str | None = None) -> list[str]:
    """Name what is broken, with the first element that breaks it."""
    found = Axe().run(page, where, OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {rule['nodes'][0]['html'][:160]} {rule['nodes'][0]['any'][0]['message'][:200]}"
        for rule in found
    ]


@pytest.mark.parametrize(
    "screen", [{**DESKTOP, "color_scheme": "light"}, {**PHONE, "color_scheme": "dark"}], ids=["desk", "phone"]
)
def test_no_rule_of_accessibility_is_broken_on_any_tab(open_page: Callable[..., Page], screen: dict[str, Any]):
    page = open_page(**screen)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    draw(page, fit(DIGITS[4]))
    expect(answer(page)).to_contain_text("4\n")
    assert broken_rules(page) == []
    for name in tabs(page)[1:]:
        tab(page, name).click()
        expect(tab(page, name)).to_be_checked()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        expect(page.locator('.st-key-sections [data-stale="true"]')).to_have_count(0)  # which is shown pale
        assert broken_rules(page, ".st-key-sections") == [], name
