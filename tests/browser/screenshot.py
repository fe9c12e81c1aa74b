"""Record images from the real page: an animation of the first ten seconds, and what a link shows of the page.

Run from the project's folder::

    .venv/bin/python -m tests.browser.screenshot .github/first-seconds.webp
    .venv/bin/python -m tests.browser.screenshot mlp/page/style/preview.png
    .venv/bin/python -m tests.browser.screenshot .github/german.png de
"""

import io
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium, pen
from tests.browser.digits import DIGITS
from tests.browser.server import serve

DOTS_MS = 7000  # until the dotted digit and curves are drawn
SIZE = {"width": 1280, "height": 720}
STILL_SIZE = {"width": 1200, "height": 630}
MOVING_SIZE = (960, 540)
FRAME_MS = 300
TRAINS_S = 9
LAST_MS = 2500
SEVEN = pen.fit(DIGITS[7], share=0.65)  # an untrained network reads it wrong


def take(path: Path, language: str = "en") -> None:
    """Save an animated WebP of the page's start in a language, or its last image as a PNG file."""
    still = path.suffix == ".png"
    path_of_browser = chromium.find()  # uses its own Playwright, which must not run inside ours
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path_of_browser, args=chromium.ARGS)
        page = browser.new_page(viewport=STILL_SIZE if path.stem == "preview" else SIZE)
        page.goto(f"{server.url}/?lang={language}")
        page.locator(pen.CANVAS).wait_for()
        page.wait_for_timeout(DOTS_MS)
        frames = first_seconds(page)
        if still:
            Image.open(io.BytesIO(frames[-1][0])).convert("RGB").quantize(128).save(path, optimize=True)
        else:
            save_moving(frames, path)
        browser.close()


def first_seconds(page: Page) -> list[tuple[bytes, int]]:
    """Draw a digit and train; return screenshots about every 0.3 seconds, with their milliseconds."""
    frames = [(page.screenshot(), 700)]
    for stroke in SEVEN:
        pen.draw(page, [stroke])
        frames.append((page.screenshot(), 500))
    page.wait_for_timeout(600)
    frames.append((page.screenshot(), 700))
    page.locator(".st-key-train button").click()
    page.mouse.move(0, 0)
    began = seen = time.monotonic()
    while seen - began < TRAINS_S:
        picture = page.screenshot()
        page.wait_for_timeout(max(0, FRAME_MS - (time.monotonic() - seen) * 1000))
        shown, seen = seen, time.monotonic()
        frames.append(
            (picture, round((seen - shown) * 1000))
        )  # on a busy machine there are fewer frames, each shown longer
    return [*frames, (page.screenshot(), LAST_MS)]


def save_moving(frames: list[tuple[bytes, int]], path: Path) -> None:
    """Save images as an animated WebP."""
    pictures = [Image.open(io.BytesIO(frame)).convert("RGB") for frame, _ in frames]
    images = [picture.resize(MOVING_SIZE, Image.Resampling.LANCZOS) for picture in pictures]
    durations = [shown_ms for _, shown_ms in frames]
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, quality=60, method=4)


if __name__ == "__main__":
    take(Path(sys.argv[1]), *sys.argv[2:])
