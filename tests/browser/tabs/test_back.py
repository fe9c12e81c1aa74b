"""*Back* returns to the previous tab or experiment; settings add no steps to the browser's history."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE
from tests.browser.sight import at_rest, button, eventually, open_part, part, tab


def room(page: Page, name: str) -> Any:
    """Return the lab's experiment with this name, in its bar."""
    return part(page, "lab_choice").get_by_role("radio", name=name, exact=True)


def query(page: Page) -> dict[str, str]:
    """Return the values in the address, by name."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def steps(page: Page) -> int:
    """Return the number of steps in the browser's history."""
    return int(page.evaluate("history.length"))


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_back_leads_from_a_room_to_the_one_before_and_forward_again(
    open_page: Callable[..., Page], screen: dict[str, Any]
):
    page = open_page("?lab=wish", **screen)
    expect(room(page, "What it would like to see")).to_be_checked()
    room(page, "Map").click()
    expect(page).to_have_url(re.compile("lab=map"))
    runs = open_part(page, "Runs")
    expect(page).to_have_url(re.compile("tab=Runs"))
    page.go_back()
    expect(room(page, "Map")).to_be_checked()
    page.go_back()
    expect(room(page, "What it would like to see")).to_be_checked()
    expect(part(page, "lab_wish")).to_be_visible()
    assert query(page)["lab"] == "wish"
    page.go_forward()
    expect(room(page, "Map")).to_be_checked()
    page.go_forward()
    expect(runs).to_be_checked()
    expect(page.get_by_text("Several at once")).to_be_visible()


def test_moved_slider_adds_no_history_step_and_stays_on_back(open_page: Callable[..., Page]):
    page = open_page(fresh=True)  # a browser counts at most 50 steps, which a page of earlier tests may have
    expect(part(page, "sections")).to_contain_text("Looking at")
    before = steps(page)
    for _ in range(3):
        page.get_by_role("slider", name="Epochs").press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=28"))
    button(page, "recipe_small").click()
    expect(page).to_have_url(re.compile("recipe=small"))
    assert steps(page) == before
    tab(page, "Mine").click()
    expect(page).to_have_url(re.compile("tab=Runs"))
    assert steps(page) == before + 1
    button(page, "recipe_quick").click()
    expect(page).to_have_url(re.compile("recipe=quick"))
    page.go_back()
    expect(tab(page, "Look inside")).to_be_checked()
    eventually(page, lambda: query(page).get("recipe") == "quick")  # the present positions of the controls
    assert steps(page) == before + 1


COUNT_BARS = """() => {
  window.mostBars = 0;
  const look = () => {
    const bars = [...document.querySelectorAll(".st-key-tab")].filter((bar) => bar.checkVisibility());
    mostBars = Math.max(mostBars, bars.length);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_back_twice_in_quick_succession_leads_to_the_first_place(page: Page):
    expect(part(page, "sections")).to_contain_text("Looking at")
    for name, link in (("Mine", "tab=Runs"), ("Lab", "tab=Lab"), ("Mistakes and data", "tab=Mistakes")):
        tab(page, name).click()
        expect(page).to_have_url(re.compile(link))
    page.evaluate(COUNT_BARS)
    page.evaluate("history.go(-1)")
    page.evaluate("history.go(-1)")
    page.evaluate("history.go(-1)")
    expect(tab(page, "Look inside")).to_be_checked()
    at_rest(page)
    assert page.evaluate("mostBars") == 1
    expect(part(page, "sections")).to_contain_text("Looking at")
    eventually(page, lambda: "tab" not in query(page))
    page.go_forward()
    expect(tab(page, "Mine")).to_be_checked()
