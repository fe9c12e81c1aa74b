"""The page as one visitor meets it in a browser, and what a frame costs the server. Prints a Markdown table."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.classroom import Meter
from tests.benchmarks.timing import machine, print_table
from tests.browser.chromium import ARGS
from tests.browser.digits import DIGITS
from tests.browser.pen import CANVAS, draw, fit
from tests.browser.server import serve

OPENINGS = 5
ONE_STROKE = [digit for digit, strokes in DIGITS.items() if len(strokes) == 1]
WATCH_S = 10.0
FRAMES = """() => {
  window.frames_seen = 0;
  new MutationObserver(() => { window.frames_seen += 1; }).observe(
    document.querySelector(".st-key-curves"), { subtree: true, attributes: true, attributeFilter: ["src"] });
}"""


def seconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def opened(page: Page, url: str) -> float:
    """Seconds from asking for the page until the canvas takes a stroke."""

    def until_usable() -> None:
        page.goto(url)
        page.locator(CANVAS).wait_for()
        page.locator(".st-key-model_input img").first.wait_for()

    return seconds(until_usable)


def answered(page: Page, digit: int) -> float:
    """Seconds from pen up until the page shows what the network saw of a new drawing, of one stroke."""
    page.locator(".st-key-clear button").click()
    page.locator(".st-key-answer .none").wait_for()
    seen = page.locator(".st-key-model_input img").last
    before = seen.get_attribute("src")
    draw(page, fit(DIGITS[digit]))
    return seconds(
        lambda: page.wait_for_function(
            "before => { const all = document.querySelectorAll('.st-key-model_input img');"
            " return all.length && all[all.length - 1].src !== before"
            " && document.querySelector('.st-key-answer .digit'); }",
            arg=before,
            polling="raf",
        )
    )


def main() -> None:
    """Open the page, draw, train and draw again; print what was measured."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("INKLING_CHROMIUM"), args=ARGS)
        with serve(Path(folder) / "server.log") as server:
            meter = Meter(server)
            first = opened(browser.new_page(), server.url)
            openings = []
            for _ in range(OPENINGS):
                page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
                openings.append(opened(page, server.url))
            idle = [answered(page, digit) for digit in 2 * ONE_STROKE]
            page.locator(".st-key-train button").click()
            page.locator(".st-key-progress [role=progressbar]").wait_for()
            time.sleep(2)
            training = [answered(page, digit) for digit in 2 * ONE_STROKE]
            page.evaluate(FRAMES)
            start, cpu = time.monotonic(), meter.server_cpu()
            time.sleep(WATCH_S)
            took, cpu = time.monotonic() - start, meter.server_cpu() - cpu
            frames = page.evaluate("window.frames_seen") / 2  # two pictures
            browser.close()
    print(f"## The page\n\n{machine('streamlit', 'matplotlib')}. The browser is on the same machine.\n")
    rows = [
        ["first opening after the start, to a usable canvas", f"{first:.2f} s"],
        ["opening, median", f"{statistics.median(openings):.2f} s"],
        ["pen up to answer, nothing trains, median", f"{statistics.median(idle) * 1000:.0f} ms"],
        ["pen up to answer, while it trains, median", f"{statistics.median(training) * 1000:.0f} ms"],
        ["frames a second", f"{frames / took:.1f}"],
        ["server CPU a frame, the answer that follows included", f"{cpu / frames * 1000:.1f} ms"],
    ]
    print_table(["", "measured"], rows)


if __name__ == "__main__":
    main()
