"""The live channel in a real browser: parts that move under the pen, and a page that works without it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import CANVAS, fit
from tests.browser.sight import announced, answer, button, clear, eventually, part, step_of, write


def test_answer_and_network_change_while_the_pen_is_down(page: Page):
    eventually(page, lambda: page.evaluate("window.inkling?.open && Object.keys(inkling.parts).length > 0"))
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    scale = box["width"] / 280
    page.evaluate(
        "window.scenes = 0; document.addEventListener('inkling', ({ detail }) => { scenes += Boolean(detail.scene); })"
    )
    (stroke,) = fit(DIGITS[3][:1])
    seen, bars, inputs = set(), set(), set()
    for number, (x, y) in enumerate(stroke):
        asked = page.evaluate("inkling.tookMs = [0, 0], inkling.asked")  # on a slow line, it would not ask
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        if number == 0:
            page.mouse.down()
            continue
        eventually(page, lambda asked=asked: page.evaluate(f"inkling.asked > {asked} && !inkling.waiting"))
        seen.add(answer(page).inner_text())
        bars.add(part(page, "bars").inner_text())
        inputs.add(part(page, "model_input").get_by_role("img").last.get_attribute("src"))
    assert len(seen) > 3
    assert len(bars) > 3
    assert len(inputs) > 3
    assert page.evaluate("scenes") > 3
    expect(answer(page)).to_contain_text("sure")
    expect(announced(page)).to_have_text("")  # until the pen is up
    page.mouse.up()
    expect(announced(page)).to_have_text(re.compile(r"^Reads 3, \d+\.\d% sure\.$"))


WRONG_ADDRESS = """(() => {
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url, ...more) { super(String(url).replace(/live$/, "nowhere"), ...more); }
  };
})()"""
"""Prevents channels from opening, as behind a proxy that upgrades only Streamlit's connection."""

MOVED_BY = """(line) => {
  const top = () => document.querySelector(".st-key-stage").getBoundingClientRect().top, shown = top();
  line.hidden = true;
  return shown - top();
}"""
"""Returns how far a line moves the page down."""


def test_page_works_by_scripts_if_the_channel_fails(open_page: Callable[..., Page], console_errors: list[str]):
    page = open_page("?batch_size=8&epochs=100", prepare=lambda page: page.add_init_script(WRONG_ADDRESS))
    shown = page.get_by_text("The live connection can’t open here")
    expect(shown).to_be_visible()
    assert shown.evaluate(MOVED_BY) == 0
    write(page, 3)
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text("images a second")
    read = part(page, "progress").get_by_role("list", name="What it read").get_by_role("listitem")
    for _ in range(2):
        first, n_read = step_of(page), read.count()
        eventually(page, lambda first=first: step_of(page) > first)
        eventually(page, lambda n_read=n_read: read.count() > n_read)  # bars do not move once it is sure
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text("Resume")
    expect(part(page, "progress")).to_contain_text("paused")
    clear(page)
    console_errors.clear()  # the browser's errors about connections that do not open
