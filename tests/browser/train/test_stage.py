"""The stage: one screen, a first run to watch, and a drawing taught within the first minute."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from mlp.jobs.pacing import FIRST_STOPS
from tests.browser.sight import PATIENCE_MS, TRAINED_MS, at_rest, button, eventually, part, step_of, write

PROJECTOR = {"viewport": {"width": 1280, "height": 720}}
WATCH_STEPS = """() => {
  const shown = /step ([\\d,]+) of/;
  window.steps = new Set();
  new MutationObserver(() => {
    const step = shown.exec(document.querySelector(".st-key-progress")?.textContent)?.[1];
    if (step) window.steps.add(Number(step.replace(",", "")));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Records each step that the page shows, however rarely the test looks."""
ON_STAGE = ("canvas", "stage_network", "answer", "bars", "train", "curves")
FOLD = 700


def below_the_fold(page: Page) -> dict[str, float]:
    """Return the elements of the stage that end too far down, and where."""
    ends = {}
    for key in ON_STAGE:
        box = part(page, key).bounding_box()
        assert box is not None, key
        ends[key] = box["y"] + box["height"]
    return {key: end for key, end in ends.items() if end > FOLD}


def test_first_run_is_watched_and_taught_on_one_screen(open_page: Callable[..., Page]):
    page = open_page("?epochs=100&batch_size=8", slow_start=True, still=False, **PROJECTOR)
    expect(part(page, "stage_network").get_by_role("button")).to_be_visible()
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    assert below_the_fold(page) == {}

    write(page, 7)
    page.evaluate(WATCH_STEPS)
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text(re.compile("slow start.* of the last batch right"))
    eventually(page, lambda: step_of(page) >= FIRST_STOPS[-2], 4 * PATIENCE_MS)
    seen = set(page.evaluate("[...steps]"))
    assert len(set(FIRST_STOPS[:-1]) - seen) <= 1, seen
    assert below_the_fold(page) == {}
    expect(part(page, "progress")).not_to_contain_text("slow start")
    expect(
        part(page, "progress").get_by_role("list", name="What it read").get_by_role("listitem").first
    ).to_be_visible()

    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
    for width, height in ((1280, 720), (1024, 700), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        expect(part(page, "canvas")).to_be_visible()
        assert below_the_fold(page) == {}, (width, height)
    part(page, "correction").get_by_text("1", exact=True).click()
    button(page, "teach_now").click()
    taught = re.compile(r"before: 7 \([\d.]+%\) → now: 1 .*it cost .* on MNIST")
    expect(part(page, "correction_row")).to_contain_text(taught, timeout=TRAINED_MS)


def test_first_drawing_moves_no_card(open_page: Callable[..., Page]):
    page = open_page(**PROJECTOR)
    expect(part(page, "sections")).not_to_be_empty()
    at_rest(page)
    tops = [part(page, "train_card").bounding_box()]
    write(page, 7, saved=True)
    tops.append(part(page, "train_card").bounding_box())
    part(page, "correction").get_by_text("1", exact=True).click()
    expect(button(page, "teach_now")).to_be_visible()
    tops.append(part(page, "train_card").bounding_box())
    assert len({top["y"] for top in tops if top}) == 1, tops
