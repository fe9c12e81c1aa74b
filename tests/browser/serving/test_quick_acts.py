"""Quick successive actions all count: presses, choices, a moved slider, a file during a stroke."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageOps
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import PATIENCE_MS, answer, button, eventually, part, tab
from tests.page.sight import picture

PRESSES = 6
ROUNDS = 6  # each with a stroke, three presses and a choice
# Presses buttons one after the other, ``apart`` milliseconds apart, whatever the page does meanwhile.
ACTS = """async ([selectors, apart]) => {
  for (const selector of selectors) {
    document.querySelector(selector).click();
    await new Promise((done) => setTimeout(done, apart));
  }
}"""
# Chromium's own profile of a slow network.
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def act(page: Page, *keys: str, apart_ms: int) -> None:
    """Press the buttons with these keys."""
    page.evaluate(ACTS, [[f".st-key-{key} button" for key in keys], apart_ms])


def slow_down(page: Page) -> CDPSession:
    """Slow down the page's network like a phone's with weak reception."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_3G)
    return network


@pytest.mark.parametrize("apart_ms", [60, 150])
def test_presses_in_quick_succession_all_count(open_page: Callable[..., Page], apart_ms: int):
    page = open_page("?epochs=100&batch_size=8")
    button(page, "step").click()
    expect(part(page, "progress")).to_contain_text("step 1 of")
    act(page, *["step"] * PRESSES, apart_ms=apart_ms)
    expect(part(page, "progress")).to_contain_text(f"step {1 + PRESSES} of")
    button(page, "step").click()
    # If an earlier press counted twice, it would be one more.
    expect(part(page, "progress")).to_contain_text(f"step {2 + PRESSES} of")


def test_upload_continues_when_a_press_elsewhere_closes_its_panel(page: Page, tmp_path: Path):
    path = tmp_path / "five.png"
    ImageOps.invert(picture(fit(DIGITS[5]))).save(path)
    network = slow_down(page)
    page.get_by_role("button", name="Photo").click()
    with page.expect_request(lambda request: request.method == "PUT"):
        page.locator(".st-key-picture_in input[type=file]").set_input_files(path)
    tab(page, "Lab").click()
    expect(part(page, "photo_panel")).to_be_hidden()
    network.send("Network.emulateNetworkConditions", FAST)
    expect(page.locator(".st-key-answer .digit")).to_have_text("5")


def test_strokes_and_presses_on_a_slow_line_all_count(page: Page):
    button(page, "step").click()
    expect(part(page, "progress")).to_contain_text("step 1 of")
    network = slow_down(page)
    for round_ in range(ROUNDS):
        draw(page, fit(DIGITS[7]))
        act(page, *["step"] * 3, apart_ms=60)
        tab(page, ("Lab", "Mine")[round_ % 2]).click()
    network.send("Network.emulateNetworkConditions", FAST)
    expect(part(page, "progress")).to_contain_text(f"step {1 + 3 * ROUNDS} of", timeout=3 * PATIENCE_MS)
    eventually(page, lambda: "7" in answer(page).inner_text())
    expect(tab(page, "Mine")).to_be_checked()
    expect(page).to_have_url(re.compile("tab=Runs"))
