"""Each text in the browser went through a catalog, those made in JavaScript too: none is left in plain letters."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mlp.language import tr
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.sight import LONG_RUN, TRAINED_MS, at_rest, button, eventually, part, places, write
from tests.languages.plain_words import english_in

WORDS = Path(__file__).with_name("words.js").read_text(encoding="utf-8")
NOT_OURS = ", ".join(
    (
        "script, style, noscript, code, pre",
        ".katex, [data-testid=stIconMaterial], i[aria-hidden]",  # formulas, and icons by their names
        "[data-lang], .st-key-room_code b",  # languages, in themselves, and codes
        ".dc-toolbar",  # of the canvas, which nobody sees
        # Streamlit has these words in English only, and most of them are only heard.
        "[data-testid=stFileUploaderDropzone], .react-aria-ComboBox, [data-testid^=stNumberInputStep]",
        "[data-testid=stCode] button, [data-testid=stExpander] summary [aria-hidden=true]",
    )
)
NOTE_PAINTED = """(() => {
  window.painted = [];
  const paint = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    painted.push(text);
    return paint.call(this, text, ...place);
  };
})()"""
"""Notes what charts write on their canvases."""
HIDE_DRAWINGS = """(() => {
  const read = CanvasRenderingContext2D.prototype.getImageData;
  CanvasRenderingContext2D.prototype.getImageData = function (...box) {
    const image = read.apply(this, box);
    return new ImageData(image.data.map(() => 256 * Math.random()), image.width, image.height);
  };
})()"""
"""What a browser does that lets no page see its canvases."""
DATE = re.compile(r"\b\d+ \w+ 20\d\d\b")
"""One with a month, as Babel writes it."""


def plain(page: Page, state: str) -> list[str]:
    """Return the texts with words in plain letters, each after the state and its place."""
    texts = page.evaluate(WORDS, NOT_OURS)
    assert len(texts) > 50
    return [f"{state}, {place}: {text}" for place, text in texts if english_in(DATE.sub("", text))]


@pytest.fixture
def opened(open_page: Callable[..., Page], longer_words: str) -> Callable[..., Page]:
    """Return a function that opens the page in the made-up language, after ``prepare`` as in `open_page`."""

    def opened(link: str, prepare: Callable[[Page], Any] = lambda _: None, **options: Any) -> Page:
        def prepared(page: Page) -> None:
            page.add_init_script(NOTE_PAINTED)
            prepare(page)

        return open_page(f"{link}&lang={longer_words}", prepare=prepared, **options)

    return opened


def train(page: Page) -> None:
    """Train a first run to its end."""
    button(page, "train").click()
    done, _, _ = tr("done after {time} of training", time="|").partition("|")
    expect(part(page, "progress")).to_contain_text(done, timeout=TRAINED_MS)


def test_texts_before_and_during_a_run_are_translated(opened: Callable[..., Page]):
    page = opened(f"{LONG_RUN}&tab=Look+inside")
    at_rest(page)
    found = plain(page, "idle")
    write(page, 7, saved=True)
    picture = part(page, "sections").locator(".net").last
    picture.scroll_into_view_if_needed()
    picture.locator(".neuron").first.hover()
    expect(picture.locator(".tip")).not_to_be_empty()
    found += plain(page, "drawn, with the pointer on a neuron")
    button(page, "train").click()
    eventually(page, lambda: part(page, "progress").locator(".ink-plays").count(), TRAINED_MS)
    found += plain(page, "during a run")
    assert not found, "\n".join(found)


def test_texts_of_each_place_after_a_run_are_translated(opened: Callable[..., Page]):
    page = opened("?epochs=1")
    write(page, 7, saved=True)
    train(page)
    found = []
    for place in places(page, with_views=True):
        at_rest(page)
        found += plain(page, place)
    assert not found, "\n".join(found)


def test_texts_of_a_guess_and_of_a_link_are_translated(opened: Callable[..., Page]):
    page = opened("?epochs=1")
    write(page, 7, saved=True)
    train(page)
    button(page, "guess_first").first.click()
    field = part(page, "accuracy_curve").locator(".field")
    expect(field.get_by_role("slider")).to_have_count(3)
    field.click()
    expect(button(page, "lab_guess_again")).to_be_enabled()
    found = plain(page, "a guess")
    button(page, "train").click()
    expect(part(page, "lab_guess").locator("[data-live=guessed]")).to_be_visible()
    found += plain(page, "a guess and its run")
    page.get_by_role("button", name=tr("Share")).first.click()
    page.get_by_text(tr("This drawing"), exact=True).click()
    page.locator(".ink-copy").click()
    expect(page.locator(".ink-share").get_by_role("status")).not_to_be_empty()
    found += plain(page, "a copied link")
    assert not found, "\n".join(found)


def test_texts_of_the_board_are_translated(opened: Callable[..., Page]):
    page = opened("?tab=Room")
    button(page, "room_open").click()
    expect(part(page, "room_code")).to_be_visible()
    page.goto(f"{page.url}&board=1&lesson=learning-rate")
    bar, found = page.locator(".ink-board-bar"), []
    expect(bar.get_by_role("status")).not_to_be_empty()
    following = bar.get_by_role("button").nth(1)
    while following.is_enabled():
        at_rest(page)
        found += plain(page, f"board, {bar.get_by_role('status').inner_text()}")
        following.click()
    assert not found, "\n".join(found)


def notices(page: Page) -> list[str]:
    """Return the notice in plain letters over the page's head, once there is one."""
    expect(page.locator(".ink-connection")).not_to_be_empty()
    return plain(page, "a notice")


def test_notice_that_a_browser_hides_drawings_is_translated(opened: Callable[..., Page]):
    page = opened("?epochs=1", lambda page: page.add_init_script(HIDE_DRAWINGS))
    draw(page, fit(DIGITS[7]))
    found = notices(page)
    assert not found, "\n".join(found)
