"""Board mode: one part of the page at a time in large type, by the arrow keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from mlp.images.drawings.drawing_set import NO_DIGITS, Example
from mlp.jobs.checkpoints import Checkpoints
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.rooms import Classrooms
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.registry import Visitors
from tests.browser.screens import PHONE
from tests.browser.server import serve
from tests.browser.sight import at_rest, button, part, write
from tests.browser.tabs.test_shelf import opened_as
from tests.sample_digits import sample

PROJECTOR = {"viewport": {"width": 1024, "height": 768}}
LARGE = {"viewport": {"width": 1920, "height": 1080}}
MIN_PX = 24  # readable from five meters on a screen 1.5 meters wide
ROOM_PX = 20  # the least on a larger screen, where a class's tables have many words
WORDS = """(main) => {
  const sizes = {}, edges = [];
  const look = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.currentNode; node; node = walk.nextNode()) {
      if (node.shadowRoot) look(node.shadowRoot);
      const within = node.nodeType === 3 && node.textContent.trim() ? node.parentElement : null;
      if (!within?.checkVisibility() || within.closest("style, script, [data-testid=stIconMaterial]")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      sizes[node.textContent.trim()] = parseFloat(getComputedStyle(within).fontSize) * within.currentCSSZoom;
      edges.push(range.getBoundingClientRect().right);
    }
  };
  look(main);
  return { sizes, right: Math.max(...edges) };
}"""
"""The size of each word in sight, and where the last one of a line ends, px."""


def class_on_disk(folder: Path, n: int) -> str:
    """Return the id of the holder of a room at the end of its lesson: ``n`` writers, their mistakes and their votes."""
    rooms = Classrooms()
    visitors = Visitors(lambda _: True, Checkpoints(folder), [rooms])
    holder, *learners = (visitors.get(None, "here") for _ in range(n + 1))
    room, digits = rooms.open(holder), sample().test
    room.open_door()
    for number, one in enumerate(learners):
        rooms.join(one, room.code)
        for place in range(10 * number, 10 * number + 10):
            room.give(person(one.id), int(digits.labels[place]), digits.images[place])
        label, image = int(digits.labels[number]), digits.images[number]
        mistakes = replace(NO_DIGITS, examples=(Example((label + 1) % 10, image), Example((label + 2) % 10, image)))
        room.change(replace(room.learner(person(one.id)), mistakes=mistakes))
    for phase in range(2):
        room.poll.ask(phase)
        for one in room.learners[1:]:
            room.poll.count(phase, one.number, [one.number % 2] * 5)  # half of them agree, and half are not sure
    room.poll.end()
    room.begin(TASKS["table"])
    visitors.save(all_now=True)
    return holder.id


def on_board(page: Page, name: str) -> dict[str, Any]:
    """Go on to a part of the board, and return its words."""
    bar = page.get_by_role("navigation", name="Board")
    while not bar.get_by_text(f" · {name}").is_visible():
        bar.get_by_role("button", name="Next").click()
    at_rest(page)
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    found: dict[str, Any] = page.get_by_test_id("stMain").evaluate(WORDS)
    return found


def letters_px(page: Page, text: str) -> float:
    size: float = page.get_by_text(text).first.evaluate(
        "(element) => parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom"
    )
    return size


def test_lesson_is_shown_section_by_part_in_large_type(open_page: Callable[..., Page]):
    page = open_page("?lesson=learning-rate&board=1", **PROJECTOR)
    bar = page.get_by_role("navigation", name="Board")
    expect(bar).to_contain_text("1 of 10 · Draw")
    write(page, 4)
    expect(part(page, "train_card")).not_to_be_visible()
    bar.get_by_role("button", name="Next").click()
    expect(bar).to_contain_text("2 of 10 · The network")
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("3 of 10 · Loss")
    chart = part(page, "loss_curve").get_by_role("img")
    expect(chart).to_be_in_viewport(ratio=1)
    letters = "(place) => place.plot.letters * place.getBoundingClientRect().width / place.plot.box.width"
    assert part(page, "loss_curve").locator(".ink-plot").evaluate(letters) >= MIN_PX
    expect(part(page, "accuracy_curve")).not_to_be_visible()
    expect(part(page, "canvas")).not_to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("4 of 10 · Accuracy")
    expect(part(page, "accuracy_curve").get_by_role("img")).to_be_in_viewport(ratio=1)
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("5 of 10 · Learning rate: Guess first")
    button(page, "guess_learning_rate").click()
    expect(part(page, "accuracy_curve").locator(".field")).to_be_in_viewport(ratio=1)
    at_rest(page)
    assert letters_px(page, "Draw the curve that you expect") >= MIN_PX
    page.keyboard.press("ArrowRight")
    expect(bar).to_contain_text("6 of 10 · Learning rate: What to expect")
    expect(page.get_by_text("What to expect.")).to_be_visible()
    expect(page.get_by_text("What to look for.")).not_to_be_visible()
    assert letters_px(page, "What to expect.") >= 1.5 * MIN_PX  # as large as fits
    for _ in range(2):
        page.keyboard.press("PageUp")
    expect(bar).to_contain_text("4 of 10")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    assert "board" not in page.url
    expect(page.get_by_text("What to look for.")).to_be_visible()


def test_phone_has_lines_of_words_in_what_a_class_thinks(new_browser: Callable[..., Page], tmp_path: Path):
    kept, page = tmp_path / "kept", new_browser(**PHONE)
    holder = class_on_disk(kept, 8)
    with serve(tmp_path / "server.log", {"MLP_CHECKPOINTS": str(kept)}) as server:
        opened_as(page, f"{server.url}/?tab=Room", holder)
        cells = part(page, "room_ideas").locator("td")
        expect(cells.first).to_be_attached()
        cells.first.scroll_into_view_if_needed()
        at_rest(page)
        assert min(cells.evaluate_all("(all) => all.map((one) => one.clientWidth)")) > 250


def test_words_of_a_class_are_large_on_the_board_and_fill_it(new_browser: Callable[..., Page], tmp_path: Path):
    kept, page = tmp_path / "kept", new_browser(**LARGE)
    holder = class_on_disk(kept, 24)
    with serve(tmp_path / "server.log", {"MLP_CHECKPOINTS": str(kept)}) as server:
        opened_as(page, f"{server.url}/?board=1&tab=Room", holder)
        expect(page.get_by_role("navigation", name="Board")).to_contain_text("· Room")
        for name, word in (("Ideas", "It is exact."), ("Results", "Row reads column."), ("Break it", "What it sees")):
            words = on_board(page, name)
            assert word in words["sizes"]
            assert {text: px for text, px in words["sizes"].items() if px < ROOM_PX} == {}
            assert 0.6 * LARGE["viewport"]["width"] < words["right"] <= LARGE["viewport"]["width"]  # no empty half
            if name == "Ideas":  # a bar of 12 who are not sure is not empty
                hatched = "(one) => parseFloat(getComputedStyle(one, '::after').width) / one.clientWidth"
                bar = part(page, "room_ideas").locator(".ink-bar").first
                assert 0.45 < bar.evaluate(hatched) < 0.55
        page.goto(f"{server.url}/?tab=Room")
        results = part(page, "room_results")
        results.get_by_text("How far does this hold?").scroll_into_view_if_needed()
        words = results.evaluate(WORDS)["sizes"]
        assert max(words[text] for text in words if "learned" in text) < words["Network"]  # the board alone is larger
