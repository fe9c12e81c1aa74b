"""Take the README's picture of the real page: draw a digit, train for a few seconds, look.

Run from the project's folder, with the whole of MNIST in ``MLP_DATA_DIR`` or in the cache::

    .venv/bin/python -m tests.browser.screenshot .github/screenshot.png
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chromium, pen
from tests.browser.digits import DIGITS
from tests.browser.server import serve

SIZE = {"width": 1280, "height": 1160}
SOME_EPOCHS = re.compile(r"epoch ([6-9]|1\d) of")  # on a fast machine no frame may show one certain epoch


def take(path: Path) -> None:
    """Save a PNG of the page while a network trains."""
    path_of_browser = chromium.find()  # looks with a Playwright of its own, which must not run inside ours
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path_of_browser, args=chromium.ARGS)
        page = browser.new_page(viewport=SIZE)
        page.goto(server.url)
        page.locator(pen.CANVAS).wait_for()
        page.locator(".st-key-train button").click()
        pen.draw(page, pen.fit(DIGITS[4], share=0.65))
        page.locator(".st-key-progress").get_by_text(SOME_EPOCHS).wait_for(timeout=120_000)
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1] if len(sys.argv) > 1 else ".github/screenshot.png"))
