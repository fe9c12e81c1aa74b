"""Board mode: one part of the page at a time in large type, by the arrow keys."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.sight import at_rest, button, part, write

PROJECTOR = {"viewport": {"width": 1024, "height": 768}}
MIN_PX = 24  # readable from five meters on a screen 1.5 meters wide


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
