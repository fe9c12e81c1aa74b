"""Measure the page on a slow line, in a browser: bytes and seconds of an opening, a stroke, a run and a press.

    python -m tests.benchmarks.slow_line

Prints Markdown. The line passes on 400 kbit a second each way, takes 400 ms there and back, and counts all bytes.
"""

import time
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.benchmarks.page import LONG_RUN, WATCH_OPENING, WATCH_PEN, draw_by_hand
from tests.benchmarks.timing import machine, print_table
from tests.browser import chromium
from tests.browser.digits import DIGITS
from tests.browser.line import Line, slow_line
from tests.browser.pen import fit
from tests.browser.screens import PHONE
from tests.browser.server import serve_fresh
from tests.browser.sight import button, clear, part

PATIENCE_MS = 180_000
SILENT_S, NEARLY_SILENT_BYTES = 3.0, 1500  # per second: what shows that the connection is alive
RUN_S = 10
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
PROGRESS = "(document.querySelector('.st-key-progress')?.textContent ?? '')"


def wait_for_silence(line: Line) -> float:
    """Return the time at which the line fell silent, once it has been so for some seconds."""
    since, seen = time.monotonic(), line.bytes
    while time.monotonic() - since < SILENT_S:
        time.sleep(0.5)
        if line.bytes - seen > NEARLY_SILENT_BYTES * 0.5:
            since = time.monotonic()
        seen = line.bytes
    return since


def opening(context: BrowserContext, line: Line, query: str) -> tuple[Page, list[str]]:
    """Open the page, and return it with the figures of a row."""
    page = context.new_page()
    page.add_init_script(WATCH_OPENING.replace("SELECTORS", '["canvas.upper-canvas", ".st-key-answer"]'))
    before, began = line.bytes, time.monotonic()
    page.goto(f"{line.url}/{query}", wait_until="commit")
    page.wait_for_function("window.usableAt", timeout=PATIENCE_MS, polling=100)
    to_canvas = line.bytes - before
    whole = wait_for_silence(line) - began
    paint, came = page.evaluate(FIRST_PAINT), page.evaluate("usableAt")
    return page, [
        f"{kilobytes(to_canvas)} ({kilobytes(line.bytes - before)} in all)",
        f"{paint / 1000:.1f} s our first page, {came / 1000:.1f} s the canvas, {whole:.1f} s all",
    ]


def stroke(page: Page, line: Line) -> list[str]:
    """Draw a digit of one stroke, and return its figures; the canvas is clear before and after it."""
    wait_for_silence(line)
    before = line.bytes
    seconds = pen_up_to_bars(page)
    wait_for_silence(line)
    row = [kilobytes(line.bytes - before), f"{seconds:.2f} s pen up to bars"]
    clear(page)
    return row


def pen_up_to_bars(page: Page) -> float:
    """Draw a stroke, and return the seconds from its end to its bars."""
    page.evaluate("penUpMs.length = 0")
    draw_by_hand(page, fit(DIGITS[7])[0])
    page.wait_for_function("penUpMs.length > 0", polling=50)
    return float(page.evaluate("penUpMs[0]")) / 1000


def run(page: Page, line: Line) -> Iterator[list[str]]:
    """Start a run, and yield the figures of ten seconds of it, of a stroke meanwhile, and of a press of Pause."""
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text("images a second")
    page.wait_for_timeout(1000 * RUN_S / 2)  # for what its start sends
    before = line.bytes
    page.wait_for_timeout(1000 * RUN_S)
    size = line.bytes - before
    yield ["ten seconds of a run", kilobytes(size), f"{size / RUN_S / 1000:.1f} kB/s"]
    yield ["a stroke during a run", "", f"{pen_up_to_bars(page):.2f} s pen up to bars"]
    page.wait_for_timeout(1000 * RUN_S / 2)
    began = time.monotonic()
    button(page, "pause").click()
    page.wait_for_function(f"{PROGRESS}.includes('paus')", polling=20)
    yield ["a press of *Pause* during a run", "", f"{time.monotonic() - began:.2f} s until the page says so"]


def kilobytes(size: int) -> str:
    """Return a number of bytes in thousands."""
    return f"{size / 1000:,.0f} kB" if size >= 100_000 else f"{size / 1000:.1f} kB"


def measure(browser: Browser, line: Line) -> Iterator[list[str]]:
    """Go through everything as a visitor would; one row a figure."""
    context = browser.new_context(**PHONE, bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    query = f"{LONG_RUN}&speed=Full"
    page, row = opening(context, line, query)
    yield ["opening", *row]
    page.close()
    page, row = opening(context, line, query)
    yield ["opening again", *row]
    page.evaluate(WATCH_PEN)
    stroke(page, line)  # the first one loads the buttons to correct it
    yield ["a stroke", *stroke(page, line)]
    yield from run(page, line)


def main() -> None:
    """Serve the page behind the line, measure, and print the figures."""
    path = chromium.ensure()
    print(f"## A slow line\n\n{machine('streamlit')}.\n")
    expect.set_options(timeout=PATIENCE_MS)
    with (
        serve_fresh() as server,
        slow_line(int(server.url.rpartition(":")[2])) as line,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=chromium.ARGS) as browser,
    ):
        print_table(["", "bytes", "time"], measure(browser, line))


if __name__ == "__main__":
    main()
