"""Quick successive actions on a slow line all count: strokes, presses, choices."""

import re

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import PATIENCE_MS, answer, begin_run, eventually, part, tab

ROUNDS = 6  # each with a stroke, three presses and a choice
# Presses *One step* three times, whatever the page does meanwhile.
THREE_STEPS = """async () => {
  for (let n = 0; n < 3; n += 1) {
    document.querySelector(".st-key-step button").click();
    await new Promise((done) => setTimeout(done, 60));
  }
}"""
# Chromium's own profile of a slow network.
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def test_strokes_and_presses_on_a_slow_line_all_count(page: Page):
    held = begin_run(page)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_3G)
    for round_ in range(ROUNDS):
        draw(page, fit(DIGITS[7]))
        page.evaluate(THREE_STEPS)
        tab(page, ("Lab", "Mine")[round_ % 2]).click()
    network.send("Network.emulateNetworkConditions", FAST)
    expect(part(page, "progress")).to_contain_text(f"step {held + 3 * ROUNDS:,} of", timeout=3 * PATIENCE_MS)
    eventually(page, lambda: "7" in answer(page).inner_text())
    expect(tab(page, "Mine")).to_be_checked()
    expect(page).to_have_url(re.compile("tab=Runs"))
