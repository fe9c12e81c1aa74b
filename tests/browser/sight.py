"""Elements of the page in the browser, by their public names."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from mlp.language import tr
from mlp.page.tabs.registry import TABS
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit

TAB_OF = {section.name: tab for tab, sections in TABS.items() for section in sections}
PATIENCE_MS = 20_000  # a busy machine is slow, while a real error stays
TRAINED_MS = 6 * PATIENCE_MS  # for a whole run, whose process has a low priority

LONG_RUN = (
    "?hidden_layers=4&width_1=512&width_2=512&width_3=512&width_4=512&batch_size=8&epochs=100&learning_rate=0.01"
    "&warp=true"
)
"""A link to a run that takes minutes, has no problem to report, and is never quite sure of a drawing: its bars move."""

SLACK_PX = 2
_PRESS = """(choice) => new Promise((done) => {
  const app = document.querySelector("[data-testid=stApp]");
  const look = () => { if (app.dataset.testScriptState === "notRunning") done(); };
  new MutationObserver(look).observe(app, { attributeFilter: ["data-test-script-state"] });
  setTimeout(look, 400);  // the script may have been too quick to be seen
  choice.click();
})"""
_FAULTS = Path(__file__).with_name("geometry.js").read_text(encoding="utf-8")


def part(page: Page, key: str) -> Locator:
    """Return the element with this Streamlit key."""
    return page.locator(f".st-key-{key}")


def answer(page: Page) -> Locator:
    """Return the answered digit, or the reason for none."""
    return part(page, "answer")


def button(page: Page, key: str) -> Locator:
    """Return the button with this Streamlit key."""
    return part(page, key).get_by_role("button")


def announced(page: Page) -> Locator:
    """Return the region whose text screen readers read aloud when it changes."""
    return page.locator(".ink-spoken")


def write(page: Page, digit: int, *, saved: bool = False) -> None:
    """Draw a digit, and wait until it is read; with ``saved``, until a script has it too, not only the live channel."""
    draw(page, fit(DIGITS[digit]))
    expect(answer(page)).to_contain_text(f"{digit}\n")
    if saved:
        expect(part(page, "correction")).to_be_visible()


def clear(page: Page) -> None:
    """Clear the canvas, and wait until the page shows it."""
    button(page, "clear").click()
    expect(answer(page)).to_contain_text(tr("Nothing drawn yet."))


def step_of(page: Page) -> int:
    """Return the number of finished steps that the page shows, in any language; 0 without any."""
    found = re.search(r"· \w+ (\d[\d.,]*) ", part(page, "progress").inner_text())
    return int(re.sub(r"\D", "", found[1])) if found else 0


def train_to_end(page: Page) -> None:
    """Train, and return once the run has ended and the page is at rest."""
    button(page, "train").click()
    done = tr("done after {time} of training", time="").split()[0]
    expect(part(page, "progress")).to_contain_text(done, timeout=TRAINED_MS)
    at_rest(page)


def begin_run(page: Page) -> int:
    """Train, pause, and return the number of finished steps; what needs a run is shown from then on."""
    button(page, "train").click()
    expect(button(page, "pause")).to_have_text(tr("Pause"))
    eventually(page, lambda: step_of(page) > 0, 3 * PATIENCE_MS)  # a first worker
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text(tr("Resume"))
    expect(part(page, "progress")).to_contain_text(tr("paused"))
    return step_of(page)


def open_newcomer(page: Page) -> None:
    """Open the panel for somebody else's turn."""
    part(page, "newcomer").locator("summary").click()


def put_away(page: Page) -> str:
    """Leave the visitor's work under its code, and return the code."""
    open_newcomer(page)
    code = part(page, "newcomer").locator("code").inner_text()
    at_rest(page)  # a redraw can replace the button while it is pressed
    button(page, "put_work_away").click()
    return code


def come_back(page: Page, code: str) -> None:
    """Bring the work with this code to this browser."""
    open_newcomer(page)
    part(page, "code").get_by_role("textbox").fill(code)
    button(page, "come_back").click()


def tab(page: Page, name: str) -> Locator:
    """Return the tab with this name, in the bar above the sections."""
    return part(page, "tab").get_by_role("radio", name=tr(name), exact=True)


def open_part(page: Page, name: str) -> Locator:
    """Open the tab with this name, or the part of a tab; return what is checked once it is open."""
    outer = TAB_OF[name]
    tab(page, outer).click()
    if outer == name:
        return tab(page, name)
    choice = part(page, "tab_sections").get_by_role("radio", name=tr(name), exact=True)
    choice.click()
    return choice


def tool(page: Page, name: str) -> Locator:
    """Return the tool with this name, above the picture of the network."""
    return part(page, "network_tool_choice").get_by_role("radio", name=tr(name), exact=True)


def press(choice: Locator) -> None:
    """Press a choice, and return once the script that it requests has ended, and the browser has what it shows."""
    choice.evaluate(_PRESS)
    expect(choice.page.get_by_test_id("stSkeleton")).to_have_count(0)


def places(page: Page, *, with_views: bool) -> Iterator[str]:
    """Open each place below the cards in turn, and each of its views."""
    for sections in TABS.values():
        for section in sections:
            outer = tab(page, TAB_OF[section.name])
            if outer.get_attribute("aria-checked") != "true":
                press(outer)
            if section is not sections[0]:
                press(part(page, "tab_sections").get_by_role("radio", name=tr(section.name), exact=True))
            expect(part(page, section.key)).to_be_visible()
            yield section.name
            views = list(section.views.titles.values()) if with_views and section.views is not None else []
            for view in views[1:]:
                choices = page.locator(f".st-key-{section.key}, .st-key-tab_sections")
                press(choices.get_by_role("radio", name=tr(view), exact=True))
                yield f"{section.name}, {view}"


def at_rest(page: Page) -> None:
    """Return once the page's timers have fired, and the scripts that they and earlier presses requested have ended."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")  # the page's own are shorter
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def eventually(page: Page, condition: Callable[[], object], patience_ms: int = PATIENCE_MS) -> None:
    """Return once ``condition()`` holds; polled from here, as the page's policy prevents polling inside it."""
    deadline = time.monotonic() + patience_ms / 1000
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        page.wait_for_timeout(50)


def faults(page: Page, pans: str) -> list[str]:
    """Return where texts or buttons lie over each other, or anything is cut or wider than the window, in words.

    What matches ``pans`` may be wider than the window.
    """
    found: list[str] = page.evaluate(_FAULTS, [pans, SLACK_PX])
    return found
