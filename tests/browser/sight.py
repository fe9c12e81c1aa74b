"""Where things are on the page in the browser, by the names that others rely on."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 20_000  # a busy machine is slow; what is wrong stays wrong for so long


def part(page: Page, key: str) -> Locator:
    """The element that this Streamlit key names."""
    return page.locator(f".st-key-{key}")


def answer(page: Page) -> Locator:
    """The digit that was read, or why there is none."""
    return part(page, "answer")


def button(page: Page, key: str) -> Locator:
    """The button that this Streamlit key names."""
    return part(page, key).get_by_role("button")


def clear(page: Page) -> None:
    """Clear the canvas, and wait until that is said."""
    button(page, "clear").click()
    expect(answer(page)).to_contain_text("Nothing drawn yet")


def step_of(page: Page) -> int:
    """The number of steps that the page says are done."""
    found = re.search(r"step ([\d,]+) of", part(page, "progress").inner_text())
    assert found, part(page, "progress").inner_text()
    return int(found[1].replace(",", ""))


def tab(page: Page, name: str) -> Locator:
    """The tab with this name, in the bar above the deeper sections."""
    return part(page, "tab").get_by_role("radio", name=name, exact=True)


def tabs(page: Page) -> list[str]:
    """The names of all tabs in the bar."""
    radios = part(page, "tab").get_by_role("radio")
    expect(radios.first).to_be_visible()
    return [radio.inner_text().strip() or str(radio.get_attribute("aria-label")) for radio in radios.all()]


def eventually(page: Page, condition: Callable[[], object], patience_ms: int = PATIENCE_MS) -> None:
    """Return once ``condition()`` holds; asked from here, as the page's policy lets nobody poll inside it."""
    deadline = time.monotonic() + patience_ms / 1000
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(50)
