"""The page opens."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.screens import PHONE
from tests.browser.sight import at_rest, eventually, part

WATCH_SHIFTS = """
window.shifted = 0;
window.moved = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries().filter(({ hadRecentInput }) => !hadRecentInput)) {
    window.shifted += shift.value;
    for (const { node, previousRect: from, currentRect: to } of shift.sources) {
      const place = (node?.closest ? node : node?.parentElement)?.closest("[class*=st-key-]")?.className;
      const rounded = ({ x, y, height }) => [x, y, height].map(Math.round);
      window.moved.push(`${shift.value.toFixed(3)} ${place}: ${rounded(from)} to ${rounded(to)}`);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""
FIRST = (
    *("streamlit-drawable-canvas", "BidiComponent", "MaterialSymbols", "SourceSansVF-Upright", "protobuf"),
    *("_stcore/health", "_stcore/host-config", "_stcore/stream"),
)
"""What a canvas needs, fonts, which it does not, a script before it, and what Streamlit asks for in the end."""
MOST_BYTES = 790_000
"""Until the canvas; the font of icons before it would be 375,000 more, and that of texts with all letters 145,000."""
BYTES_WITH_CANVAS = """(() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const { responseEnd } = all.find(({ name }) => name.includes("streamlit-drawable-canvas"));
  return all.filter((one) => one.responseEnd <= responseEnd).reduce((sum, one) => sum + one.encodedBodySize, 0);
})()"""
WATCH_CANVAS = """
window.widths = [];
window.canvases = new Set();
const look = () => {
  for (const place of document.querySelectorAll(".st-key-canvas *")) {
    const canvas = place.shadowRoot && place.shadowRoot.querySelector("canvas.upper-canvas");
    if (!canvas) continue;
    window.widths.push(canvas.getBoundingClientRect().width);
    window.canvases.add(canvas);
  }
  setTimeout(look, 5);
};
look();
"""


@pytest.mark.chromium
@pytest.mark.parametrize("screen", [{"viewport": {"width": 1280, "height": 720}}, PHONE], ids=["desktop", "phone"])
def test_page_opens_without_errors_and_large_shifts(
    open_page: Callable[..., Page], console_errors: list[str], screen: dict[str, Any]
):
    page = open_page(
        prepare=lambda page: page.add_init_script(WATCH_SHIFTS + WATCH_CANVAS), fresh=True, still=False, **screen
    )
    expect(page).to_have_title("Inkling")
    expect(page.get_by_role("heading", name="Inkling")).to_be_visible()
    expect(page.get_by_test_id("stMain")).to_have_text(re.compile(r"^\s*Inkling"))  # nothing is above the name
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    expect(part(page, "sections")).not_to_be_empty()
    hint = part(page, "answer").get_by_text("I read it while you draw.")
    assert hint.evaluate("(hint) => hint.offsetHeight / parseFloat(getComputedStyle(hint).lineHeight)") < 2.5  # lines
    at_rest(page)
    assert page.evaluate("shifted") <= 0.005, page.evaluate("moved")
    eventually(page, lambda: page.evaluate("widths.length"))
    # A canvas that grows or vanishes under the pen, or that another one replaces, loses its drawing.
    assert len(page.evaluate("[...new Set(widths)]")) == 1
    assert page.evaluate("canvases.size") == 1
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert console_errors == []
    page.evaluate("document.querySelector('[data-testid=stMain]').style.paddingTop = '200px'")
    eventually(page, lambda: page.evaluate("shifted") > 0.1)  # otherwise nothing was observed


@pytest.mark.chromium
def test_late_choice_of_network_moves_nothing_on_a_phone(open_page: Callable[..., Page]):
    held: list[Route] = []

    def prepare(page: Page) -> None:
        page.add_init_script(WATCH_SHIFTS)
        page.route(re.compile(r"/ButtonGroup\."), lambda route: held.append(route))  # the script that draws choices

    page = open_page(prepare=prepare, fresh=True, still=False, **PHONE)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    (route,) = held
    before = page.evaluate("shifted")
    route.continue_()
    expect(part(page, "network").locator("button")).not_to_have_count(0)
    at_rest(page)
    assert page.evaluate("shifted") - before <= 0.005, page.evaluate("moved")


@pytest.mark.chromium
def test_canvas_comes_with_few_bytes_and_nothing_that_could_come_later(open_page: Callable[..., Page]):
    asked: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.add_init_script(WATCH_CANVAS)

    page = open_page(prepare=watch, fresh=True, still=False)
    eventually(page, lambda: page.evaluate("widths.length"))
    n_bytes = page.evaluate(BYTES_WITH_CANVAS)
    places = {name: next((at for at, url in enumerate(asked) if name in url), len(asked)) for name in FIRST}
    assert places["streamlit-drawable-canvas"] < places["_stcore/stream"], asked
    assert places["BidiComponent"] < places["_stcore/stream"], asked
    assert places["MaterialSymbols"] > places["_stcore/stream"], asked
    assert places["SourceSansVF-Upright"] == len(asked), asked
    assert max(places["_stcore/health"], places["_stcore/host-config"]) < places["protobuf"], asked
    assert sum("_stcore/health" in url for url in asked) == 1  # what came early is used
    assert n_bytes < MOST_BYTES
    at_rest(page)
    assert any("MaterialSymbols" in url for url in asked)  # icons are there once the canvas is


MEASURE = """async () => {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const { style } = rules.find((rule) => rule.cssText.includes("SourceSansVF-Upright"));
  const whole = new FontFace("Whole", style.src.replace("../", "/static/"), { weight: "100 900" });
  document.fonts.add(await whole.load());
  const box = document.createElement("div");
  document.body.append(box);
  return ["Source Sans", "Whole"].map((family) => [400, 600, 750].map((weight) => {
    box.style = `font: ${weight} 20px "${family}", monospace; position: fixed; width: max-content`;
    box.textContent = "Train a network: 0123456789, Kräfte, “AV” → 99.9 % × −0.5² · 8 ▸ You’re first…";
    const { width, height } = box.getBoundingClientRect();
    return [width, height];
  }));
}"""


@pytest.mark.chromium
def test_latin_letters_are_those_of_the_whole_font(page: Page):
    latin, whole = page.evaluate(MEASURE)
    assert latin == whole
    assert len({width for width, _ in latin}) == 3  # of three weights, so it is this font that was measured
