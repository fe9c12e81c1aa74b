"""Training in a real browser: it starts, is watched, paused and stepped, and survives a reload."""

import re
from collections.abc import Callable
from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.browser.sight import LONG_RUN, answer, at_rest, begin_run, button, eventually, part, step_of, write

PAINTED = """({ plot }, x) => {
  const painted = [], pen = plot.canvas.getContext("2d");
  pen.fillText = (text, x) => {
    const { actualBoundingBoxLeft, actualBoundingBoxRight } = pen.measureText(text);
    painted.push([text, x - actualBoundingBoxLeft, x + actualBoundingBoxRight]);
  };
  Object.assign(plot.plot, { y: [0.99, 1.004], x, unit: "a longer word for epoch" });
  plot.draw();
  return painted;
}"""
"""Draws the axes of a network that is nearly always right; they end a little above 100%, and have this range below.

Returns each text's ends.
"""


def test_run_is_watched_paused_restored_and_stepped(open_page: Callable[..., Page]):
    page = open_page(LONG_RUN)
    write(page, 3)
    button(page, "train").click()
    expect(page.locator(".ink-reader")).to_contain_text("Reading with 1 · ")

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
    expect(page.locator(".ink-reader")).to_contain_text("Reading with 1 · ")
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


def test_axes_of_an_accuracy_end_at_100_percent_and_have_room_for_their_words(page: Page):
    begin_run(page)
    painted = part(page, "accuracy_curve").locator(".ink-plot").evaluate(PAINTED, [0, 25])
    shares = [float(text[:-1]) for text, *_ in painted if text.endswith("%")]
    assert shares[0] == 99
    assert max(shares) == 100
    below = [ends for text, *ends in painted if not text.endswith("%")]
    assert len(below) > 2
    assert all(end < begin for (_, end), (begin, _) in pairwise(below))


def test_unit_stands_before_the_first_number_of_an_axis_that_begins_below_0(page: Page):
    begin_run(page)
    painted = part(page, "accuracy_curve").locator(".ink-plot").evaluate(PAINTED, [-90, 90])
    below = [text for text, *_ in painted if not text.endswith("%")]
    assert below[0].startswith("a longer word for epoch -")
    assert "0" in below
