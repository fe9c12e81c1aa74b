"""A run in a real browser: curves and text move over the channel, and scripts run only after a press."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import answer, button, eventually, part, step_of

LONG = "?hidden_layers=4&width_1=512&width_2=512&width_3=512&width_4=512&batch_size=8&epochs=100"

COUNT_SCRIPTS = """
  window.scripts = 0;
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    send(data) { if (this.url.includes("_stcore/stream")) scripts += 1; super.send(data); }
  };
"""
"""Counts the messages that ask Streamlit for a script."""

COUNT_LINES = """() => {
  window.before = inkling.frames;
  window.received = 0;
  const lines = ["lines.loss", "lines.accuracy"];
  document.addEventListener("inkling", ({ detail }) => { received += lines.filter((name) => name in detail).length; });
}"""
"""Counts how often points arrived, and the charts drawn from them."""

CURVE = "document.querySelector('.st-key-loss_curve canvas')?.toDataURL()"


def counted(open_page: Callable[..., Page], query: str, *, still: bool) -> Page:
    """A page with counted scripts, for a visitor with or without reduced motion."""
    count = f"(() => {{ {COUNT_SCRIPTS} }})()"
    page = open_page(query, still=still, prepare=lambda page: page.add_init_script(count))
    eventually(page, lambda: page.evaluate("window.inkling?.open"))
    return page


def scripts(page: Page) -> int:
    """Return the number of requests since the last call."""
    n: int = page.evaluate("scripts")
    page.evaluate("scripts = 0")
    return n


def test_playing_run_needs_no_scripts_and_pauses_with_the_curves_of_its_download(open_page: Callable[..., Page]):
    page = counted(open_page, f"{LONG}&tab=Data", still=False)
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3\n")
    button(page, "train").click()
    expect(button(page, "pause")).to_have_text("Pause")
    expect(page.locator(".ink-moving")).to_have_count(2)
    page.evaluate(f"({COUNT_LINES})()")
    before = -1
    while before != (before := page.evaluate("scripts")):  # the press is drawn once some slices come without a script
        received = page.evaluate("received")
        eventually(page, lambda received=received: page.evaluate("received") > received + 8)
    scripts(page)
    first, curve = step_of(page), page.evaluate(CURVE)
    bars = part(page, "bars").inner_text()
    page.evaluate(f"({COUNT_LINES})()")
    eventually(page, lambda: page.evaluate("received > 20"))
    assert page.evaluate("inkling.frames - before > received")  # several frames for each slice
    assert step_of(page) > first
    assert page.evaluate(CURVE) != curve
    eventually(page, lambda: part(page, "bars").inner_text() != bars)
    assert scripts(page) == 0

    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
    expect(page.locator(".ink-moving")).to_have_count(0)
    for name in ("loss", "accuracy"):
        picture = part(page, f"{name}_curve").get_by_role("img")
        expect(picture).to_have_count(1)
        expect(picture).to_have_attribute("alt", re.compile(f"^{name.capitalize()} of the minibatches (falls|rises)"))
    eventually(page, lambda: page.evaluate("scripts") >= 2)
    page.wait_for_timeout(1000)  # for one that would come later
    assert scripts(page) == 2  # the press, and the redraw after its last slice


def test_open_tab_follows_the_run_at_most_every_two_seconds(open_page: Callable[..., Page]):
    page = counted(open_page, f"{LONG}&tab=Runs", still=True)
    button(page, "train").click()
    expect(button(page, "pause")).to_have_text("Pause")
    table = part(page, "sections").get_by_role("table").first
    before = table.inner_text()
    expect(table).not_to_have_text(before, use_inner_text=True)
    at_first = scripts(page)
    assert at_first >= 2
    page.wait_for_timeout(4100)
    assert 1 <= scripts(page) <= 2
    button(page, "pause").click()  # or it would go on beside the next tests
    expect(button(page, "pause")).to_have_text("Resume")


def test_reduced_motion_shows_the_end_of_each_slice(open_page: Callable[..., Page]):
    page = open_page(f"{LONG}&tab=Data")
    eventually(page, lambda: page.evaluate("window.inkling?.open"))
    button(page, "train").click()
    expect(page.locator(".ink-moving")).to_have_count(2)
    seen = set()
    eventually(page, lambda: seen.add(page.evaluate(CURVE)) or len(seen) > 3)
    page.evaluate(f"({COUNT_LINES})()")
    eventually(page, lambda: page.evaluate("received > 6"))
    assert page.evaluate("inkling.frames - before <= received")
