"""Measure the page for one visitor in a browser. Print Markdown.

    python -m tests.benchmarks.page

Times are taken in the browser, from the end of a stroke until its bars are on the page.
"""

import argparse
import json
import statistics
import time
from itertools import pairwise

import psutil
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from mlp.language import ENGLISH, LANGUAGES, speak, speaks, tr
from tests.benchmarks.timing import machine, print_table
from tests.browser import chromium
from tests.browser.digits import DIGITS
from tests.browser.pen import CANVAS, CANVAS_PX, Stroke, draw, fit
from tests.browser.screens import DESKTOP
from tests.browser.server import serve_fresh
from tests.browser.sight import button, clear, part

HAND_MS = 16  # between two pointer events of a hand
SETTLE_MS = 1000  # until everything after an answer is done, so that the next measurement starts clean
LONG_RUN = "?epochs=100&batch_size=8"  # is not over before it is measured

# The live channel reports the time of its bars.
WATCH_PEN = """() => {
  let lifted = null;
  document.addEventListener("pointerup", (event) => {
    if (event.composedPath()[0].matches("canvas.upper-canvas")) lifted = event.timeStamp;
  }, { capture: true });
  document.addEventListener("inkling", () => {
    if (lifted === null || window.inkling.answeredAt < lifted) return;
    penUpMs.push(performance.now() - lifted);
    lifted = null;
  });
  window.penUpMs = [];
}"""

# During a stroke: the time from the newest pointer event in an answer until its bars are on the page.
WATCH_EVENTS = """() => {
  window.followed = [];
  let seen = 0;
  document.addEventListener("inkling", ({ detail }) => {
    const { answeredAt } = window.inkling;
    if ("html.bars" in detail && answeredAt !== seen) followed.push(performance.now() - answeredAt);
    seen = answeredAt;
  });
}"""

# The text of the train card on a run, which contains its step.
WATCH_PRESSES = """() => {
  const status = () => document.querySelector(".st-key-progress .ink-status")?.textContent;
  let pressed = null, before = null;
  window.answered = [];
  addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    pressed = performance.now();
    before = status();
  }, { capture: true });
  new MutationObserver(() => {
    if (pressed !== null && status() !== before) { answered.push(performance.now() - pressed); pressed = null; }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


WATCH_OPENING = """(() => {
  const deep = (root, selector) => root.querySelector(selector)
    ?? [...root.querySelectorAll("*")].filter((one) => one.shadowRoot)
      .map((one) => deep(one.shadowRoot, selector)).find(Boolean);
  const seen = (selector) => deep(document, selector)?.getBoundingClientRect().width > 0;
  const look = () => {
    if (SELECTORS.every(seen)) window.usableAt = performance.now();
    else setTimeout(look, 10);
  };
  look();
})()"""


def opening(browser: Browser, url: str) -> float:
    """Return the milliseconds from a new visitor's request until the canvas takes strokes and the answer has its place.

    A script in the page checks this every 10 ms; Playwright would check only every half second after a while.
    """
    page = browser.new_page(**DESKTOP)
    page.add_init_script(WATCH_OPENING.replace("SELECTORS", json.dumps([CANVAS, ".st-key-answer"])))
    page.goto(f"{url}/?lang={speaks()}")
    while (usable_at := page.evaluate("window.usableAt")) is None:
        page.wait_for_timeout(50)
    page.close()
    return float(usable_at)


def pen_up_to_bars(page: Page, strokes: int) -> list[float]:
    """Return the milliseconds for each of ``strokes`` strokes; the canvas is cleared after each."""
    page.evaluate("penUpMs.length = 0")
    for number in range(strokes):
        draw(page, fit(DIGITS[number % 10][:1]))
        page.wait_for_function(f"penUpMs.length > {number}")
        clear(page)
    return page.evaluate("penUpMs")


def draw_by_hand(page: Page, points: Stroke) -> None:
    """Draw a stroke, given in canvas pixels, at a hand's pace."""
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    scale = box["width"] / CANVAS_PX
    steps = [(x + (X - x) * k / 3, y + (Y - y) * k / 3) for (x, y), (X, Y) in pairwise(points) for k in range(3)]
    page.mouse.move(box["x"] + steps[0][0] * scale, box["y"] + steps[0][1] * scale)
    page.mouse.down()
    for x, y in steps[1:]:
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        page.wait_for_timeout(HAND_MS)
    page.mouse.up()


def events_to_bars(page: Page, strokes: int) -> list[float]:
    """Return the milliseconds from a pointer event to bars that include it, while digits are drawn at a hand's pace."""
    page.evaluate("followed.length = 0")
    for number in range(strokes):
        draw_by_hand(page, fit(DIGITS[number % 10][:1])[0])
        page.wait_for_timeout(SETTLE_MS)
        clear(page)
    found: list[float] = page.evaluate("followed")
    return found


def frames_per_s(page: Page, seconds: float) -> float:
    """Return the frames of the curves per second in the browser."""
    page.wait_for_function("inkling.frames > 4")
    began, seen = time.perf_counter(), page.evaluate("inkling.frames")
    time.sleep(seconds)
    return float(page.evaluate("inkling.frames") - seen) / 2 / (time.perf_counter() - began)  # each has two pictures


def press(page: Page, pressed: Locator) -> float:
    """Return the milliseconds from a press until the text of the train card changes."""
    page.evaluate("answered.length = 0")
    pressed.click()
    page.wait_for_function("answered.length > 0")
    return float(page.evaluate("answered[0]"))


def presses(browser: Browser, url: str, times: int) -> list[list[str]]:
    """Return two rows: the times of single steps, and of starting a lesson's experiments one after the other."""
    page = browser.new_page(**DESKTOP, bypass_csp=True)
    page.goto(
        f"{url}/?tab=Lessons&speed=Slow&lang={speaks()}"
    )  # on the sample, a run would be over before it is paused
    rows = part(page, "experiment_buttons").get_by_role("button")
    expect(rows).not_to_have_count(0)
    page.evaluate(WATCH_PRESSES)
    steps, begun = [], []
    for _ in range(times + 1):
        steps.append(press(page, button(page, "step")))
        page.wait_for_timeout(SETTLE_MS)
    for number in range(times + 1):
        begun.append(press(page, rows.nth(1 + number % (rows.count() - 1))))  # the first one runs them all
        button(page, "pause").click()
        expect(part(page, "progress")).to_contain_text(tr("paused"))
        page.wait_for_timeout(SETTLE_MS)
    page.close()
    return [row_of("One step, press to its number", steps[1:]), row_of("a lesson's row, press to its run", begun[1:])]


def measure(page: Page, server: psutil.Process, strokes: int, seconds: float) -> list[list[str]]:
    """Return a row for each figure of a page whose run plays."""
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    page.wait_for_function("window.inkling?.open")
    page.evaluate(WATCH_PEN)
    page.evaluate(WATCH_EVENTS)
    button(page, "train").click()
    expect(page.locator(".ink-reader")).to_contain_text(tr("own settings"))
    page.get_by_role("radio", name=tr("Pretrained")).click()
    expect(page.locator(".ink-reader")).to_contain_text(tr("Pretrained"))
    events = events_to_bars(page, strokes)
    return [
        row_of("pointer event to bars, during a run", events),
        ["the same, 95th percentile", f"{statistics.quantiles(events, n=20)[-1]:.0f} ms", f"{len(events)} answers"],
        row_of("pen up to bars, during a run", pen_up_to_bars(page, strokes)),
        ["frames a second, during a run", f"{frames_per_s(page, seconds):.1f}", ""],
        ["memory of the page and its workers", f"{memory_mb(server):.0f} MB", ""],
    ]


def memory_mb(server: psutil.Process) -> float:
    """Return the memory of the server and its workers, with shared memory counted once (PSS)."""
    return sum(process.memory_full_info().pss for process in (server, *server.children(recursive=True))) / 1e6


def row_of(label: str, times_ms: list[float]) -> list[str]:
    """Return a row for times in milliseconds."""
    return [label, f"{statistics.median(times_ms):.0f} ms", f"{min(times_ms):.0f} to {max(times_ms):.0f} ms"]


def main() -> None:
    """Serve the page, open it, measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--openings", type=int, default=5, help="openings whose median is taken")
    parser.add_argument("--strokes", type=int, default=8, help="strokes whose median is taken")
    parser.add_argument("--presses", type=int, default=3, help="presses of a kind whose median is taken")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long frames are counted")
    parser.add_argument("--language", default=ENGLISH, choices=LANGUAGES, help="the language of the page")
    options = parser.parse_args()
    speak(options.language)
    path = chromium.ensure()
    print(f"## The page\n\n{machine('streamlit', 'streamlit-drawable-canvas', 'matplotlib')}.\n")
    with (
        serve_fresh() as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=chromium.ARGS) as browser,
    ):
        expect.set_options(timeout=60_000)
        rows = [row_of("first opening after the start, up to a usable canvas", [opening(browser, server.url)])]
        page = browser.new_page(**DESKTOP, bypass_csp=True)  # its policy prevents counting frames inside it
        page.goto(f"{server.url}/{LONG_RUN}&lang={speaks()}")
        rows += measure(page, psutil.Process(server.process.pid), options.strokes, options.seconds)
        button(page, "pause").click()
        page.close()
        rows.append(row_of("opening", [opening(browser, server.url) for _ in range(options.openings)]))
        rows += presses(browser, server.url, options.presses)
    print_table(["", "median or mean", "range"], rows)


if __name__ == "__main__":
    main()
