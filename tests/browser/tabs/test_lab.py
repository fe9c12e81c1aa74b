"""The lab: experiments opened by link and by choice, and a guess drawn by hand."""

import math
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.sight import begin_run, button, part


def test_map_dot_is_picked_by_key_and_by_pointer(open_page: Callable[..., Page]):
    page = open_page("?lab=map", viewport={"width": 1280, "height": 720})
    dots = part(page, "lab_dots")
    dots.get_by_role("button").first.focus()
    page.keyboard.press("ArrowDown")
    area = dots.locator("button:focus")
    number = re.match(r"no\. [\d,]+", area.get_attribute("aria-label") or "")
    assert number
    page.keyboard.press("Enter")
    expect(part(page, "lab_map").get_by_text(f"Test digit {number[0]}")).to_be_visible()
    expect(area).to_be_focused()

    box = dots.locator("img").bounding_box()
    assert box is not None
    aim = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*aim)
    expect(part(page, "lab_map").get_by_text(f"Test digit {number[0]}")).to_have_count(0)
    expect(dots.locator(".chosen")).to_be_visible()
    ring, box = dots.locator(".chosen").bounding_box(), dots.locator("img").bounding_box()  # the page may have scrolled
    assert ring is not None
    assert box is not None
    away = (
        ring[side] + ring[length] / 2 - box[side] - box[length] / 2
        for side, length in (("x", "width"), ("y", "height"))
    )
    assert math.hypot(*away) < 24, "the nearest of 1,000 dots"


def test_guess_is_drawn_and_the_real_curve_grows_over_it(open_page: Callable[..., Page]):
    page = open_page("?epochs=16", viewport={"width": 1280, "height": 720})
    begin_run(page)
    button(page, "guess_first").click()
    expect(part(page, "lab_guess")).to_be_in_viewport(ratio=1)
    expect(part(page, "accuracy_curve")).not_to_contain_text("share read right")
    axes = part(page, "curves").get_by_role("group", name="An empty chart for your guess")
    expect(axes).to_be_in_viewport()
    box = axes.locator("rect").bounding_box()  # from 0 to 100%
    assert box is not None
    for number, (across, down) in enumerate([(0.1, 0.7), (0.25, 0.3), (0.9, 0.12)]):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=4)
        if not number:
            page.mouse.down()
    page.mouse.up()
    drawn = part(page, "curves").get_by_role("group", name="Your guess: ")
    expect(drawn).to_be_visible()
    expect(button(page, "lab_guess_again")).to_be_enabled()
    end = drawn.get_by_role("slider", name="Accuracy at epoch 16", exact=True)
    expect(end).to_have_attribute("aria-valuetext", "88% right")
    end.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowUp")
    expect(part(page, "curves").get_by_role("group", name="79% at the end")).to_be_visible()
    button(page, "train").click()
    expect(part(page, "lab_guess").get_by_text("points off")).to_be_in_viewport(ratio=1)
    expect(part(page, "curves").get_by_role("img", name="Accuracy of the minibatches")).to_be_visible()
    button(page, "lab_guess_again").click()
    expect(axes).to_be_visible()
    button(page, "lab_guess_end").click()
    expect(axes).to_have_count(0)
    expect(button(page, "guess_first")).to_be_visible()
