"""The page is accessible: axe-core finds no fault on any tab or lab experiment, and announcements are few."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from mlp.page.tabs.inside.inside_section import TOOL_VIEWS
from mlp.page.tabs.lab.lab_section import LAB_VIEWS
from mlp.page.tabs.registry import SECTIONS
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.sight import TRAINED_MS, announced, button, eventually, open_part, part, write

NEW_RULES = {"label-content-name-mismatch": {"enabled": True}}
"""Rules that axe has on by default from 4.14 on."""
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "rules": NEW_RULES}
VISUAL_RULES = ["color-contrast", "target-size", "scrollable-region-focusable"]
VISUAL: dict[str, Any] = {**ALL_RULES, "runOnly": {"type": "rule", "values": VISUAL_RULES}}
"""Rules whose result depends on width and color scheme; the others depend on the content only."""
PAPER = {"light": "rgb(250, 249, 247)", "dark": "rgb(26, 24, 22)"}  # as in .streamlit/config.toml
LISTEN = """
() => {
  window.spoken = [];
  const live = '[role="status"], [role="alert"], [aria-live]:not([aria-live="off"])';
  const announced = new WeakMap();
  new MutationObserver((changes) => {
    const regions = changes.flatMap(({ target, addedNodes }) => [target, ...addedNodes]).flatMap((node) => {
      const element = node.nodeType === 1 ? node : node.parentElement;
      return element ? [element.closest(live), ...element.querySelectorAll(live)] : [];
    });
    for (const region of new Set(regions.filter(Boolean))) {
      const text = region.textContent.trim();
      if (text && announced.get(region) !== text) window.spoken.push([region.className, text]);
      announced.set(region, text);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


def broken_rules(page: Page, where: str | None = None, rules: dict[str, Any] = ALL_RULES) -> list[str]:
    """Return the broken rules, with the first element that breaks each."""
    axe = Axe("0") if page.evaluate("'axe' in window") else Axe()  # its half a megabyte is sent once
    found = axe.run(page, where, rules).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]} {rule['nodes'][0]['failureSummary']}" for rule in found]


def at_rest(page: Page) -> None:
    """Wait until an opened part is complete, as unfinished parts are pale."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.locator('.st-key-sections [data-stale="true"]')).to_have_count(0)


@pytest.mark.parametrize(
    ("screen", "other", "rules"),
    [
        ({**DESKTOP, "color_scheme": "light"}, PHONE, ALL_RULES),
        ({**PHONE, "color_scheme": "dark"}, None, VISUAL),
    ],
    ids=["light", "dark"],
)
def test_all_tabs_keep_the_accessibility_rules(
    open_page: Callable[..., Page], screen: dict[str, Any], other: dict[str, Any] | None, rules: dict[str, Any]
):
    page = open_page("?images=300&epochs=3", **screen)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", PAPER[screen["color_scheme"]])
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    write(page, 4)
    button(page, "train").first.click()
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
    wrong = {("whole", None): broken_rules(page)}
    for name, view in [place for one in SECTIONS for place in views_of(one.name)]:
        expect(open_part(page, name)).to_be_checked()
        if view is not None:
            chosen = part(page, "sections").get_by_role("radio", name=view, exact=True)
            chosen.click()
            expect(chosen).to_be_checked()
        at_rest(page)
        wrong[name, view] = broken_rules(page, ".st-key-sections", rules)
        if other is not None:
            page.set_viewport_size(other["viewport"])
            wrong[name, view] += broken_rules(page, ".st-key-sections", VISUAL)
            page.set_viewport_size(screen["viewport"])
    button(page, "open_lessons").click()
    expect(part(page, "lessons")).to_be_visible()
    at_rest(page)
    wrong["Lessons", None] = broken_rules(page, ".st-key-lessons_card", rules)
    assert {place: found for place, found in wrong.items() if found} == {}


def views_of(name: str) -> list[tuple[str, str | None]]:
    """Return the parts of a tab to open: one experiment and one tool at a time."""
    views = {"Lab": LAB_VIEWS, "Look inside": TOOL_VIEWS}.get(name)
    return [(name, view) for view in (views.titles.values() if views is not None else [None])]


def test_only_the_epochs_of_a_playing_run_are_announced(open_page: Callable[..., Page]):
    """They keep their distance, see `mlp.page.train.spoken`; nothing that moves with each slice is a region itself."""
    page = open_page("?hidden_layers=2&width_1=512&width_2=512&batch_size=8&epochs=100&learning_rate=0.01")
    write(page, 4)
    expect(announced(page)).to_contain_text("Reads 4, ")  # announced once the pen is up
    button(page, "train").first.click()
    expect(announced(page)).to_contain_text("of validation images read right. Your drawing: ")
    page.evaluate(LISTEN)
    eventually(page, lambda: len(page.evaluate("window.spoken")) >= 2)
    for region, text in page.evaluate("window.spoken"):
        assert "ink-spoken" in region
        assert re.match(r"Epoch \d+ of 100: ", text)
    button(page, "pause").click()
