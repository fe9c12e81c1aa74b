"""A visitor in a real browser: draws with a mouse, trains, pauses, reloads, and finds the run again."""

import asyncio
import random
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.async_api import Page, TimeoutError, async_playwright

from tests.browser import chromium
from tests.browser.digits import DIGITS
from tests.browser.pen import CANVAS, fit
from tests.browser.screens import DESKTOP

if TYPE_CHECKING:
    from tests.soak.report import Report

INK = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .filter((value, place) => place % 4 === 0 && value > 127).length"""  # pixels


async def browse(
    url: str, path: str | None, rng: random.Random, until: float, patience_s: float, report: "Report"
) -> None:
    """Draw, train, pause and reload repeatedly, until the time is over."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=chromium.ARGS)
        page = await (await browser.new_context(**DESKTOP)).new_page()
        page.set_default_timeout(patience_s * 1000)
        page.on("pageerror", lambda error: report.trouble("exceptions on a page", str(error)))
        report.counts["visitors"] += 1
        url += "/?epochs=100&batch_size=8"  # a run that does not end before it is paused
        with suppress(TimeoutError):  # the first round reports it
            await page.goto(url)
        while time.monotonic() < until:
            try:
                await _round(page, rng, report)
            except Exception as error:
                report.trouble("times a page did not answer in time", f"browser: {error}"[:300] + await _shown(page))
                with suppress(TimeoutError):
                    await page.goto(url)
        await browser.close()


async def _round(page: Page, rng: random.Random, report: "Report") -> None:
    await page.locator(CANVAS).scroll_into_view_if_needed()
    await page.locator(".st-key-network").get_by_text("Pretrained").click()
    await page.locator(".ink-reader", has_text="Reading with the pretrained network").wait_for()
    nothing_drawn = page.locator(".st-key-answer .ink-empty").get_by_text("Nothing drawn yet")
    if not await nothing_drawn.count():
        await page.locator(".st-key-clear button").click()
    await nothing_drawn.wait_for()
    digit = rng.randrange(10)
    await _draw(page, digit)
    answer = await _answer(page)
    saw = await page.locator(".ink-stages img").last.get_attribute("src")
    by = f"in a browser: {await page.locator('.ink-reader').inner_text()}"
    report.answer(saw, " ".join(answer.split()), by)
    await page.locator(".st-key-train button").click()
    progress = page.locator(".st-key-progress")  # of the new run: the one of the last round is paused
    await progress.get_by_text(re.compile("step [1-9](?!.*paused).* (left|batch right)")).first.wait_for()
    await page.locator(".st-key-pause button").click()
    await progress.get_by_text("paused").first.wait_for()
    before = await progress.inner_text()
    await page.reload()
    report.counts["times a run was looked for"] += 1
    await progress.get_by_text(re.compile(r"step \d")).first.wait_for()
    if _step(await progress.inner_text()) != _step(before):
        report.trouble("runs lost", f"{before!r}, then {await progress.inner_text()!r}")
    if await page.get_by_test_id("stException").count():
        report.trouble("exceptions on a page", await page.get_by_test_id("stException").first.inner_text())


async def _shown(page: Page) -> str:
    """Return the page's text on drawing and run, for failure reports."""
    shown = []
    for key in ("answer", "progress", "train"):
        place = page.locator(f".st-key-{key}")
        shown.append(" ".join((await place.first.inner_text()).split()) if await place.count() else f"no {key}")
    canvas = page.locator("canvas.dc-canvas.lower-canvas")
    ink = await canvas.first.evaluate(INK) if await canvas.count() else "no canvas"
    return f" while it said {shown}, ink on the canvas: {ink}"


async def _answer(page: Page) -> str:
    """Return the answer once it has been stable for some seconds, as each stroke is read separately."""
    place = page.locator(".st-key-answer")
    await place.locator(".digit").wait_for()
    answers = [await place.inner_text()]
    while len(answers) < 4 or len(set(answers[-4:])) > 1:
        await asyncio.sleep(1)
        answers.append(await place.inner_text())
    return answers[-1]


def _step(text: str) -> str:
    found = re.search(r"step ([\d,]+)", text)
    return found[1] if found else ""


async def _draw(page: Page, digit: int) -> None:
    box = await page.locator(CANVAS).bounding_box()
    assert box is not None
    for stroke in fit(DIGITS[digit]):
        (x, y), *rest = stroke
        await page.mouse.move(box["x"] + x, box["y"] + y)
        await page.mouse.down()
        for x, y in rest:
            await page.mouse.move(box["x"] + x, box["y"] + y)
        await page.mouse.up()
