"""What a visitor has is there again after a reload, and nobody else has it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit


def test_a_reload_brings_the_run_its_network_and_the_drawing_back(page: Page, open_page: Callable[..., Page]):
    draw(page, fit(DIGITS[3]))
    expect(page.locator(".st-key-answer")).to_contain_text("3")
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-progress")).to_contain_text(re.compile(r"step [1-9]"))
    page.locator(".st-key-pause button").click()
    expect(page.locator(".st-key-progress")).to_contain_text("paused")
    progress = page.locator(".st-key-progress").inner_text()
    status = page.locator(".st-key-answer").get_by_role("status")  # the digit: how sure it is may still follow the run
    answer = status.inner_text()
    curves = page.locator(".st-key-curves img").first

    page.reload()

    expect(page.locator(".st-key-progress")).to_have_text(progress, use_inner_text=True)
    expect(status).to_have_text(answer, use_inner_text=True)
    expect(page.get_by_text("Reading with your run")).to_be_visible()
    expect(curves).to_be_visible()

    stranger = open_page()
    expect(stranger.locator(".st-key-progress")).to_contain_text("Nothing trained yet")
    expect(stranger.locator(".st-key-answer")).to_contain_text("Nothing drawn yet")
