"""The first screen unfolds: what can do nothing yet is hidden, nothing moves, and what is next is always in view."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS, STAR
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import TRAINED_MS, answer, at_rest, button, eventually, part, write

LAPTOP = {"viewport": {"width": 1366, "height": 768}}
LOW = {"viewport": {"width": 1366, "height": 625}}
PROJECTOR = {"viewport": {"width": 1280, "height": 720}}
HIDDEN_AT_FIRST = (
    "undo",
    "clear",
    "give_one",
    "network",
    "way_line",
    "pause",
    "step",
    "speed",
    "guess_first",
    "number",
)
# Controls that somebody sees: in the window, and not transparent.
IN_VIEW = """() => [...document.querySelectorAll("button, a[href], input, summary, select")].filter((one) => {
  const { left, right, top, bottom, width } = one.getBoundingClientRect();
  const inside = width > 1 && bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  let seen = inside && one.checkVisibility({ visibilityProperty: true });
  for (let each = one; seen && each; each = each.parentElement) seen = getComputedStyle(each).opacity !== "0";
  return seen;
}).length"""
FOCUSED = """() => [...(document.activeElement.closest("[class*=st-key-]")?.classList ?? [])]"""
WATCH = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      const places = sources.map(({ node }) => node?.parentElement?.className ?? "");
      if (!hadRecentInput) moved.push([value, ...places]);
    }
  }).observe({ type: "layout-shift" });
}"""


def is_filled(page: Page, key: str) -> bool:
    """Whether the button with this key has a background of its own."""
    shade = "(one) => getComputedStyle(one).backgroundColor"
    page.mouse.move(0, 0)
    return bool(button(page, key).first.evaluate(shade) != "rgba(0, 0, 0, 0)")


@pytest.mark.chromium
@pytest.mark.parametrize(("screen", "most"), [(LAPTOP, 26), (PHONE, 8)], ids=["laptop", "phone"])
def test_few_controls_are_in_view_at_opening(open_page: Callable[..., Page], screen: dict[str, Any], most: int):
    page = open_page(**screen)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    assert page.evaluate(IN_VIEW) <= most
    write(page, 4)
    eventually(page, lambda: page.evaluate(IN_VIEW) > most)  # otherwise nothing was counted


@pytest.mark.chromium
def test_hidden_controls_are_not_reached_by_tab_and_appear_with_what_they_do(open_page: Callable[..., Page]):
    page = open_page(**LAPTOP)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    reached: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.update(page.evaluate(FOCUSED))
    assert "st-key-train" in reached
    assert reached.isdisjoint(f"st-key-{key}" for key in HIDDEN_AT_FIRST)
    write(page, 4)
    for key in ("undo", "clear", "give_one", "network", "way_line"):
        expect(part(page, key)).to_be_visible()
    button(page, "train").click()
    for key in ("pause", "step", "speed"):
        expect(part(page, key)).to_be_visible()


@pytest.mark.chromium
@pytest.mark.parametrize("screen", [LOW, PROJECTOR], ids=["low", "projector"])
def test_next_thing_stays_in_view_and_nothing_moves(open_page: Callable[..., Page], screen: dict[str, Any]):
    page = open_page("?epochs=100&batch_size=16", **screen)  # long enough to be seen while it plays
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    page.evaluate(WATCH)
    expect(button(page, "next_step")).to_be_in_viewport(ratio=1)
    write(page, 4)
    expect(button(page, "next_step")).to_contain_text("Train your own network")
    expect(button(page, "next_step")).to_be_in_viewport(ratio=1)
    assert is_filled(page, "next_step")
    assert not is_filled(page, "train")
    button(page, "next_step").click()
    expect(part(page, "progress")).to_contain_text("step")
    eventually(page, lambda: not is_filled(page, "next_step"))  # the step comes by another way than the thread
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
    expect(button(page, "next_step")).to_be_in_viewport(ratio=1)
    moved = page.evaluate("moved")
    assert sum(value for value, *_ in moved) <= 0.002, moved
    part(page, "tab").get_by_role("radio", name="Lab", exact=True).click()
    row = "document.querySelector('.st-key-tab_row').getBoundingClientRect().top"
    eventually(page, lambda: abs(page.evaluate(row)) < 2)
    expect(button(page, "next_step")).to_be_in_viewport(ratio=1)
    expect(page).to_have_url(re.compile("tab=Lab"))
    page.go_back()
    eventually(page, lambda: page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0)


@pytest.mark.chromium
def test_drawing_that_is_no_digit_opens_the_door_to_a_sign(open_page: Callable[..., Page]):
    page = open_page("?hide=your-signs", **LOW)
    draw(page, fit(STAR, share=0.8))
    expect(answer(page)).to_contain_text("I don’t know this one.")
    door = answer(page).get_by_role("button", name="Teach me!")
    expect(door).to_be_in_viewport(ratio=1)
    door.click()
    expect(part(page, "correction_row")).to_contain_text("Name it, and a second one")
    part(page, "correction_row").get_by_role("textbox").fill("star, heart")
    button(page, "signs_begin").click()
    expect(button(page, "sign_0")).to_contain_text("star · 1")
    foot = "Draw star, then press its name: 2 of star and 3 of heart to go."
    expect(part(page, "collect_foot")).to_contain_text(foot)
    button(page, "your_signs").click()  # which the link hides but for the way back
    expect(button(page, "next_step")).to_be_visible()
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3")


def test_chart_below_the_cards_is_drawn_before_anything_was_trained(open_page: Callable[..., Page]):
    page = open_page("?tab=Step+by+step", **LAPTOP)
    part(page, "slow_stage").get_by_role("radio", name="Update").click()
    chart = part(page, "downhill_chart").locator(".ink-plot")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_have_css("background-image", "none")
    expect(part(page, "loss_curve").locator("canvas")).to_be_hidden()
