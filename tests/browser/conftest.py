"""A running page and a real Chromium for the tests in this folder.

Both end with the folder's last test: Playwright's event loop must not run during later tests.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psutil
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from mlp.language import tr
from tests.browser import chromium
from tests.browser.contexts import Contexts
from tests.browser.screens import DESKTOP
from tests.browser.server import Server, serve
from tests.browser.sight import PATIENCE_MS

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page, served from a separate process."""
    with serve(tmp_path_factory.mktemp("server") / "server.log") as running:
        yield running


@pytest.fixture(scope="package")
def chromium_path(own_world: dict[str, str]) -> str | None:
    """The path of a Chromium, if there is one."""
    with patch.dict(os.environ, own_world, clear=True):  # Playwright keeps its own one in the true home
        return os.environ.get("INKLING_CHROMIUM") or chromium.find()


@pytest.fixture(scope="package")
def playwright(chromium_path: str | None) -> Iterator[Playwright]:
    """What opens browsers. Chromium's path comes before, as another Playwright finds it, which must not run inside."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium_path: str | None, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser without a window: Chromium, or Firefox for the flows that run in both."""
    if getattr(request, "param", "chromium") != "chromium":
        opened = open_firefox(playwright)
    elif chromium_path is not None:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=chromium.ARGS)
    else:
        pytest.fail("no Chromium found: `make test` installs one, or name one in INKLING_CHROMIUM", pytrace=False)
    yield opened
    opened.close()


@pytest.fixture
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """Firefox, beside the other browser."""
    opened = open_firefox(playwright)
    yield opened
    opened.close()


def open_firefox(playwright: Playwright) -> Browser:
    """Return a Firefox that asks for less motion, as Playwright cannot ask it to."""
    still = {"ui.prefersReducedMotion": 1}
    return playwright.firefox.launch(executable_path=firefox_path(), channel="moz-firefox", firefox_user_prefs=still)


def firefox_path() -> str:
    """Return the path of a Firefox; skip the test if there is none."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.skip("no Firefox found (Debian: apt-get install firefox-esr)")
    return path


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    """Contexts of that browser, which tests use in turn."""
    return Contexts(browser)


@pytest.fixture
def console_errors() -> list[str]:
    """Errors in the browser's console during this test; none may be left at its end."""
    return []


@pytest.fixture
def open_page(
    server: Server, contexts: Contexts, console_errors: list[str], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page as a new visitor: ``open_page("?epochs=3", color_scheme="dark")``.

    What ``prepare`` does to the browser's page, before it opens ours, ends with the test.
    """
    opened: list[tuple[Page, bool]] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location['url']})")

    def note_error(error: Error) -> None:
        console_errors.append(str(error))

    def open_page(
        query: str = "", *, slow_start: bool = False, prepare: Callable[[Page], None] | None = None, **options: Any
    ) -> Page:
        page = contexts.take(**{**DESKTOP, **options})
        opened.append((page, prepare is None))
        page.on("console", note_message)
        page.on("pageerror", note_error)
        note_crashes(page, console_errors)
        page.context.on("page", lambda other: note_crashes(other, console_errors))
        if prepare is not None:
            prepare(page)
        if not slow_start and "speed=" not in query:
            query += f"{'&' if '?' in query else '?'}speed=Full"
        page.goto(f"{server.url}/{query}")
        board = page.locator(".ink-board-bar").get_by_role("status")  # in board mode, the heading is soon hidden
        expect((board if "board=1" in query else page.get_by_role("heading", name="Inkling")).first).to_be_visible()
        return page

    yield open_page
    failed = request.node.stash.get(FAILED, False) or bool(console_errors)
    try:
        if failed:
            save_screenshots([page for first, _ in opened for page in first.context.pages], request.node.nodeid)
    finally:
        for page, unchanged in opened:
            if failed:
                page.context.close()
                continue
            if unchanged:
                pause_training(page)
            page.remove_listener("console", note_message)
            page.remove_listener("pageerror", note_error)
            contexts.give_back(page.context, unchanged=unchanged)
    assert console_errors == [], "the browser's console showed errors; a test that expects some clears the list"


def note_crashes(page: Page, errors: list[str]) -> None:
    """Add an error if the tab crashes from now on: without memory it is the machine's, with memory the page's."""

    def note(_: Page) -> None:
        memory, shared = psutil.virtual_memory().available, shutil.disk_usage(tempfile.gettempdir()).free
        errors.append(
            f"the tab of {page.url} crashed, with {memory / 1e6:,.0f} MB of memory left, and {shared / 1e6:,.0f} MB "
            "where Playwright's Chromium shares memory"
        )

    page.on("crash", note)


def pause_training(page: Page) -> None:
    """Pause the visitor's run, if one plays: it would go on for a while, beside the runs of the next tests."""
    pause = page.locator(".st-key-pause button")
    if page.is_closed() or not pause.get_by_text(tr("Pause"), exact=True).count():
        return
    for _ in range(2):  # a redraw can replace the button while it is pressed
        pause.dispatch_event("click")  # unlike click(), it does not wait for a button that a run's end has disabled
        with suppress(AssertionError):
            expect(pause).to_have_text(tr("Resume"))
            return
    expect(pause).to_have_text(tr("Resume"))


def save_screenshots(pages: list[Page], test: str) -> None:
    """Save screenshots of a failed test's pages to ``test-results/``."""
    RESULTS.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", test)
    for number, page in enumerate(pages):
        with suppress(Error):  # of a tab that has crashed
            page.screenshot(path=RESULTS / f"{name}-{number}.png")


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """The page, opened by a new visitor on a desktop."""
    return open_page()


@pytest.fixture
def new_browser(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a separate browser, whose console may show errors while a server is down."""
    contexts: list[BrowserContext] = []

    def new_browser(**options: Any) -> Page:
        contexts.append(browser.new_context(**(options or DESKTOP)))
        return contexts[-1].new_page()

    yield new_browser
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Record that a test failed, and show the server's last lines with it."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        running = getattr(item, "funcargs", {}).get("server")
        if running is not None:
            report.sections.append(("end of the server's log", running.log_tail()))
    return report
