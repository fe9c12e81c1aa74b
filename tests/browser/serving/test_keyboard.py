"""The page by keyboard, in forced colors, and by touch on small screens."""

import re
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.screens import PHONE
from tests.browser.sight import announced, button, part, tab, write


def colors(element: Locator) -> int:
    """Return the number of colors in an element; with 1, nothing in it is distinguishable."""
    box = element.bounding_box()  # rather than a screenshot of the element, which the next answer may replace
    assert box is not None
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}
    pixels = np.asarray(Image.open(BytesIO(element.page.screenshot(clip=clip))).convert("RGB"))
    return len(np.unique(pixels.reshape(-1, 3), axis=0))


def test_forced_colors_keep_bars_and_sliders_and_choices_visible(open_page: Callable[..., Page]):
    page = open_page("?network=article", forced_colors="active", color_scheme="dark")
    write(page, 4, saved=True)
    bars = part(page, "bars").locator(".ink-bars i")
    assert colors(bars.nth(0)) > 1
    assert colors(bars.nth(4)) > colors(bars.nth(0)), "the full bar has a fill as well as a border"
    system = "(bar) => getComputedStyle(bar, '::before').backgroundColor === getComputedStyle(bar).borderColor"
    assert bars.nth(0).evaluate(system)
    assert colors(part(page, "learning_rate").locator("[role=group] > div").first) > 2
    for group, chosen in (("network", 0), ("tab", 0)):
        radios = part(page, group).get_by_role("radio")
        fills = [radios.nth(at).evaluate("(e) => getComputedStyle(e).backgroundColor") for at in (chosen, chosen + 1)]
        assert fills[0] != fills[1], group


@pytest.mark.parametrize("screen", [(360, 740), (740, 360)])
def test_page_is_as_wide_as_the_screen_and_train_on_the_first_one(
    open_page: Callable[..., Page], screen: tuple[int, int]
):
    page = open_page(**PHONE | {"viewport": {"width": screen[0], "height": screen[1]}})
    for is_drawn in (False, True):
        if is_drawn:
            write(page, 4)
        if screen == (740, 360):
            expect(button(page, "train").first).to_be_in_viewport(ratio=1)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") == 0


FOCUS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}"""


def press_tab_to(page: Page, target: Locator, most: int, key: str = "Tab") -> None:
    """Press Tab until the focus is on the target, at most so many times."""
    for _ in range(most):
        page.keyboard.press(key)
        if target.evaluate(f"(target) => ({FOCUS})() === target"):
            return
    raise AssertionError(f"{target} is not reached by {most} presses, but {page.evaluate_handle(FOCUS)} is")


def test_everything_is_done_by_keyboard(open_page: Callable[..., Page], console_errors: list[str]):
    page = open_page("?images=300&epochs=3&hide=learning-rate")
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    expect(page.get_by_role("slider", name="Epochs")).to_be_visible()
    expect(page.get_by_role("slider", name="Learning rate")).to_have_count(0)  # hidden by the link, from all senses
    press_tab_to(page, page.get_by_role("link", name="Skip to main content"), 1)
    page.keyboard.press("Enter")
    share = part(page, "share").get_by_test_id("stPopoverButton")
    press_tab_to(page, share, 2)
    page.keyboard.press("Enter")
    press_tab_to(page, page.get_by_role("radio", name="This network to try"), 1)
    for key in ["ArrowRight", "ArrowRight", "Space"]:
        page.keyboard.press(key)
    copy = page.get_by_role("button", name="Copy the link")
    expect(copy).to_be_visible()
    press_tab_to(page, copy, 1)
    page.keyboard.press("Enter")
    expect(page.locator(".ink-share .ink-status")).to_have_text(re.compile("^(Copied.|Copy this link:)"))
    page.keyboard.press("Escape")
    expect(share).to_be_focused()

    press_tab_to(page, page.locator("canvas.upper-canvas"), 1)
    for key in ["ArrowUp"] * 8 + ["Space"] + ["ArrowDown"] * 16 + ["Space"]:
        page.keyboard.press(key)
    expect(announced(page)).to_have_text(re.compile(r"^Reads 1, "))
    digits = part(page, "correction").get_by_role("radio")
    expect(digits).to_have_count(10)
    press_tab_to(page, digits.first, 10)
    for key in ["ArrowRight"] * 7 + ["Space"]:
        page.keyboard.press(key)
    # The answer may come with it.
    expect(announced(page)).to_have_text(re.compile(r"Kept as a 7 in Your drawings \(1\)$"))
    expect(digits.nth(7)).to_be_focused()

    press_tab_to(page, button(page, "train").first, 3)
    page.keyboard.press("Enter")
    expect(announced(page)).to_have_text(re.compile("Done: "))
    press_tab_to(page, tab(page, "Look inside"), 32)
    for key in ["ArrowRight"] * 4 + ["Space"]:
        page.keyboard.press(key)
    expect(tab(page, "Mine")).to_be_checked()
    expect(tab(page, "Mine")).to_be_focused()
    link = page.get_by_role("link", name=re.compile("Take it home"))
    expect(link).to_be_attached()
    press_tab_to(page, link, 12)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".html")

    link.evaluate("(link) => { link.href = link.href.replace(/[^/]+$/, 'nothing') }")
    page.keyboard.press("Enter")
    expect(link.locator("xpath=..")).to_contain_text("This file is no longer available. Please open the page again.")
    expect(tab(page, "Mine")).to_be_checked()
    console_errors.clear()  # the file was not found
