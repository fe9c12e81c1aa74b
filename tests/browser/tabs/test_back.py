"""*Back* returns to the previous tab or experiment; settings add no steps to the browser's history."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.sight import button, eventually, open_part, part


def choice(page: Page, name: str) -> Any:
    """Return the lab's experiment with this name, in its bar."""
    return part(page, "lab_choice").get_by_role("radio", name=name, exact=True)


def query(page: Page) -> dict[str, str]:
    """Return the values in the address, by name."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def steps(page: Page) -> int:
    """Return the number of steps in the browser's history."""
    return int(page.evaluate("history.length"))


def test_back_leads_from_a_room_to_the_one_before_and_forward_again(open_page: Callable[..., Page]):
    page = open_page("?lab=wish", fresh=True)  # a browser counts at most 50 steps, also those of earlier tests
    expect(choice(page, "What it would like to see")).to_be_checked()
    before = steps(page)
    page.get_by_role("slider", name="Epochs").press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=26"))
    button(page, "recipe_small").click()
    expect(page).to_have_url(re.compile("recipe=small"))
    assert steps(page) == before
    choice(page, "Map").click()
    expect(page).to_have_url(re.compile("lab=map"))
    runs = open_part(page, "Runs")
    expect(page).to_have_url(re.compile("tab=Runs"))
    assert steps(page) == before + 2
    button(page, "recipe_quick").click()
    expect(page).to_have_url(re.compile("recipe=quick"))
    page.go_back()
    expect(choice(page, "Map")).to_be_checked()
    page.go_back()
    expect(choice(page, "What it would like to see")).to_be_checked()
    expect(part(page, "lab_wish")).to_be_visible()
    # The present positions of the controls.
    eventually(page, lambda: {"lab": "wish", "recipe": "quick"}.items() <= query(page).items())
    page.go_forward()
    expect(choice(page, "Map")).to_be_checked()
    page.go_forward()
    expect(runs).to_be_checked()
    expect(page.get_by_text("Several at once")).to_be_visible()
