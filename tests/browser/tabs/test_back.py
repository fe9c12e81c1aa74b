"""*Back* returns to the previous tab or experiment; settings add no steps to the browser's history."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE
from tests.browser.sight import button, eventually, part, tab


def room(page: Page, name: str) -> Any:
    """Return the lab's experiment with this name, in its bar."""
    return part(page, "lab_choice").get_by_role("radio", name=name, exact=True)


def query(page: Page) -> dict[str, str]:
    """Return the values in the address, by name."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def steps(page: Page) -> int:
    """Return the number of steps in the browser's history."""
    return int(page.evaluate("history.length"))


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_back_leads_from_a_room_to_the_one_before_and_forward_again(
    open_page: Callable[..., Page], screen: dict[str, Any]
):
    page = open_page("?lab=fool", **screen)
    expect(room(page, "Fool it")).to_be_checked()
    room(page, "Map").click()
    expect(page).to_have_url(re.compile("lab=map"))
    tab(page, "Runs").click()
    expect(page).to_have_url(re.compile("tab=Runs"))
    page.go_back()
    expect(room(page, "Map")).to_be_checked()
    page.go_back()
    expect(room(page, "Fool it")).to_be_checked()
    expect(part(page, "lab_fool")).to_be_visible()
    assert query(page)["lab"] == "fool"
    page.go_forward()
    expect(room(page, "Map")).to_be_checked()
    page.go_forward()
    expect(tab(page, "Runs")).to_be_checked()
    expect(page.get_by_text("Several at once")).to_be_visible()


def test_moved_slider_adds_no_history_step_and_stays_on_back(page: Page):
    expect(part(page, "sections")).to_contain_text("Looking at")
    before = steps(page)
    for _ in range(3):
        page.get_by_role("slider", name="Epochs").press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=28"))
    button(page, "recipe_small").click()
    expect(page).to_have_url(re.compile("recipe=small"))
    assert steps(page) == before
    tab(page, "Data").click()
    expect(page).to_have_url(re.compile("tab=Data"))
    assert steps(page) == before + 1
    button(page, "recipe_quick").click()
    expect(page).to_have_url(re.compile("recipe=quick"))
    page.go_back()
    expect(tab(page, "Look inside")).to_be_checked()
    eventually(page, lambda: query(page).get("recipe") == "quick")  # what the controls are at, not what they were
    assert steps(page) == before + 1


def test_back_twice_in_quick_succession_leads_to_the_first_place(page: Page):
    expect(part(page, "sections")).to_contain_text("Looking at")
    for name in ("Data", "Lessons", "Runs"):
        tab(page, name).click()
        expect(page).to_have_url(re.compile(f"tab={name}"))
    page.evaluate("history.go(-1)")
    page.evaluate("history.go(-1)")
    page.evaluate("history.go(-1)")
    expect(tab(page, "Look inside")).to_be_checked()
    expect(part(page, "sections")).to_contain_text("Looking at")
    eventually(page, lambda: "tab" not in query(page))
    page.go_forward()
    expect(tab(page, "Data")).to_be_checked()


def test_a_lesson_is_a_step(open_page: Callable[..., Page]):
    page = open_page("?lesson=overfitting")
    expect(page.get_by_role("heading", name="Overfitting on little data")).to_be_visible()
    part(page, "lesson_choice").get_by_role("radio").first.click()
    expect(page).to_have_url(re.compile("lesson=learning-rate"))
    page.go_back()
    expect(page.get_by_role("heading", name="Overfitting on little data")).to_be_visible()


def test_the_address_follows_at_once_and_a_reload_opens_the_same(page: Page):
    expect(part(page, "sections")).to_contain_text("Looking at")
    tab(page, "Mistakes").click()
    expect(page.get_by_text("Test data", exact=True)).to_be_visible()
    page.get_by_text("Test data", exact=True).click()
    expect(page).to_have_url(re.compile(r"mistakes_on=Test\+data"))
    page.reload()
    expect(tab(page, "Mistakes")).to_be_checked()
    expect(page.get_by_role("radio", name="Test data")).to_be_checked()
    part(page, "speed").get_by_text("Slow").click()
    expect(page).to_have_url(re.compile("speed=Slow"))
