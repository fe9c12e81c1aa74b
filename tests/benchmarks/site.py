"""Measure pages without a server, in a browser: bytes and seconds on a slow line, and frames while a network trains.

    python -m tests.benchmarks.site [PAGE …]

Prints Markdown. The line is that of `tests.benchmarks.slow_line`: 400 kbit a second, 400 ms there and back. Rows before
the site's are of the page taken home of the same network, and of other pages given by their files.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from mlp import DEFAULT_MODEL, load_model
from mlp.analysis.take_home.site import site_files, write_site
from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.nn.digit_check import DIGIT_CHECK_MODEL
from tests.benchmarks.slow_line import FIRST_PAINT, kilobytes
from tests.benchmarks.timing import machine, print_table
from tests.browser import chromium
from tests.browser.digits import DIGITS
from tests.browser.line import slow_line
from tests.browser.pen import AT_HOME, draw, fit
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.static import Packed, Plain, serve_folder

PATIENCE_MS = 180_000
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const frame = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


def draw_seven(page: Page) -> None:
    """Draw a seven, and wait for its answer."""
    draw(page, fit(DIGITS[7]), on=AT_HOME)
    expect(page.locator("#answer")).to_contain_text("7, ")


def over_line(browser: Browser, folder: Path, name: str, handler: type[Plain]) -> list[str]:
    """Open a page over the line, draw on it, take one step, and return its figures."""
    with serve_folder(folder, handler) as port, slow_line(port) as line:
        page = browser.new_context(**PHONE, bypass_csp=True).new_page()
        page.set_default_timeout(PATIENCE_MS)
        began = time.monotonic()
        page.goto(f"{line.url}/{name}", wait_until="commit")
        page.wait_for_function("window.inkling", polling=50)
        draws, loaded = time.monotonic() - began, line.bytes
        draw_seven(page)
        row = [kilobytes(loaded), f"{page.evaluate(FIRST_PAINT) / 1000:.1f} s", f"{draws:.1f} s", "–", "–"]
        if page.locator("#one").count():
            began = time.monotonic()
            page.locator("#one").click()
            expect(page.locator("#step")).to_contain_text("step 1:")
            row[3:] = kilobytes(line.bytes), f"{time.monotonic() - began:.1f} s"
        page.context.close()
    return row


def frames(browser: Browser, address: str) -> list[str]:
    """Train five epochs while a drawing is read, and return the figures of the frames meanwhile."""
    page = browser.new_context(**DESKTOP, bypass_csp=True).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    draw_seven(page)
    page.locator("#train").click()
    expect(page.locator("#step")).to_contain_text("epoch 1 of 5")
    page.evaluate(FRAMES)
    began = time.monotonic()
    expect(page.locator("#told")).to_contain_text("epoch 5 of 5")
    seconds, taken = time.monotonic() - began, sorted(page.evaluate("frames_"))
    page.context.close()
    p99 = statistics.quantiles(taken, n=100)[98]
    return [f"{len(taken) / seconds:.1f}", f"{p99:.1f} ms", f"{taken[-1]:.1f} ms", f"{seconds:.1f} s"]


def rows(browser: Browser, folder: Path, others: list[Path]) -> Iterator[list[str]]:
    """Yield the figures of each page over the line."""
    for file in others:
        yield [file.stem, *over_line(browser, file.parent.resolve(), file.name, Plain)]
    for name, page, handler in (
        ("page taken home", "mine.html", Plain),
        ("site", "index.html", Plain),
        ("site, compressed", "index.html", Packed),
    ):
        yield [name, *over_line(browser, folder, page, handler)]


def main() -> None:
    """Write a page and a site, measure them, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", metavar="PAGE", nargs="*", type=Path, help="other pages, to compare")
    given = parser.parse_args()
    path = chromium.ensure()
    print(f"## Without a server\n\n{machine('numpy')}.\n")
    expect.set_options(timeout=PATIENCE_MS)
    network = load_model(DEFAULT_MODEL.with_name("article.safetensors"))
    with (
        tempfile.TemporaryDirectory() as temporary,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=chromium.ARGS) as browser,
    ):
        folder = Path(temporary) / "site"
        write_site(folder, dict(site_files(network, b"")))
        (folder / "mine.html").write_text(
            take_home_page(network, digit_check=load_model(DIGIT_CHECK_MODEL)), encoding="utf-8"
        )
        heads = ["", "bytes to draw", "first paint", "one can draw", "bytes to a step", "One step"]
        print_table(heads, rows(browser, folder, given.pages))
        print()
        with serve_folder(folder) as port:
            heads = ["frames a second", "99th of 100", "longest", "epochs 1 to 5"]
            print_table(heads, [frames(browser, f"http://127.0.0.1:{port}/index.html") for _ in range(3)])


if __name__ == "__main__":
    main()
