"""Training in a real browser: it starts, is watched, paused and stepped, and survives a reload."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.sight import LONG_RUN, answer, at_rest, button, eventually, part, step_of, write


def test_run_is_watched_paused_restored_and_stepped(open_page: Callable[..., Page]):
    page = open_page(LONG_RUN)
    write(page, 3)
    button(page, "train").click()
    expect(page.locator(".ink-reader")).to_contain_text("Reading with your run")

    eventually(page, lambda: step_of(page) > 0)
    first = step_of(page)
    expect(part(page, "progress")).to_contain_text("images a second")

    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
    expect(button(page, "pause")).to_have_text("Resume")
    at_rest(page)  # its last slice is back
    held = step_of(page)
    assert page.locator(".ink-plot").first.evaluate("(place) => place.plot.plot.at[1]") == held
    assert held > first

    url = page.url
    assert "width_4=512" in url
    read = answer(page).locator(".digit")
    digit = read.inner_text()
    page.reload()
    expect(part(page, "progress")).to_contain_text(re.compile(rf"step {held:,} of .* paused"))
    expect(page.locator(".ink-reader")).to_contain_text("Reading with your run")
    expect(read).to_have_text(digit, use_inner_text=True)
    expect(answer(page)).to_contain_text("sure")
    expect(part(page, "curves").get_by_role("img").first).to_be_visible()
    assert page.url == url
    expect(page.get_by_role("slider", name="Width of layer 4")).to_have_value("512")
    stranger = open_page()
    expect(part(stranger, "progress")).to_contain_text("Nothing trained yet")
    expect(answer(stranger)).to_contain_text("Nothing drawn yet")

    button(page, "step").click()
    expect(part(page, "progress")).to_contain_text(re.compile(rf"step {held + 1:,} of .* paused"))
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text("Pause")
    expect(part(page, "progress")).not_to_contain_text(f"step {held + 1:,} of")
    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
