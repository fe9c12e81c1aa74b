"""A page that is read from right to left: what goes from left to right in it, and that nothing is cut or covered."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mlp.language import speaking
from tests.browser.pen import CANVAS
from tests.browser.screens import PHONE
from tests.browser.sight import at_rest, button, faults, part, places, press, train_to_end, write

LAPTOP, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SIZES = (LAPTOP, {"width": 1366, "height": 625}, {"width": 1024, "height": 600}, {"width": 820, "height": 1180}, NARROW)
SLIDERS = '.st-key-sliders [data-testid="stSlider"] [role="group"]'
TO_THE_RIGHT = (CANVAS, ".st-key-stage_network .net", ".ink-plot canvas", ".st-key-bars .ink-bars", SLIDERS)
TO_THE_LEFT = (".st-key-answer_text", ".st-key-correction_row", ".st-key-note", ".ink-net-legend span")
DIRECTION = "(element) => getComputedStyle(element).direction"
FILL = "(rail) => getComputedStyle(rail).backgroundImage"


@pytest.fixture
def hebrew() -> Iterator[str]:
    """The language from right to left, which this thread speaks, too; its texts are made from the English ones."""
    with speaking("he"):
        yield "he"


@pytest.fixture
def open_hebrew(open_page: Callable[..., Page], hebrew: str) -> Callable[..., Page]:
    """Return a function that opens the page in a browser of that language."""

    def open_hebrew(query: str = "epochs=1", **options: Any) -> Page:
        page = open_page(f"?{query}&lang={hebrew}", locale="he-IL", **options)
        expect(page.locator(SLIDERS)).to_have_count(6)
        return page

    return open_hebrew


def looked_at(page: Page, state: str, sizes: Sequence[Any] = SIZES) -> list[str]:
    """Return the faults of the page at each size, and leave it at the first."""
    found = []
    for size in (*sizes, sizes[0]):
        page.set_viewport_size(size)
        at_rest(page)
        found += [f"{state}, {size['width']} × {size['height']}: {each}" for each in faults(page, ".nothing")]
    return found


def box(element: Locator) -> dict[str, float]:
    """Return the edges of an element, and its middle."""
    found = element.bounding_box()
    assert found is not None
    left, top, width, height = (found[name] for name in ("x", "y", "width", "height"))
    return {"left": left, "right": left + width, "x": left + width / 2, "y": top + height / 2, "width": width}


@pytest.mark.chromium
def test_pictures_and_sliders_of_a_mirrored_page_go_from_left_to_right(open_hebrew: Callable[..., Page]):
    page = open_hebrew(viewport=LAPTOP)
    write(page, 1, saved=True)
    root = page.locator("html")
    expect(root).to_have_attribute("lang", "he")
    expect(root).to_have_attribute("dir", "rtl")
    for wanted, selectors in (("ltr", TO_THE_RIGHT), ("rtl", TO_THE_LEFT)):
        for selector in selectors:
            directions = page.locator(selector).evaluate_all(f"(all) => all.map({DIRECTION})")
            assert set(directions) == {wanted}, selector
    for slider in page.locator(SLIDERS).all():
        rail = slider.locator("> [data-orientation] > div").first
        thumb = box(slider.locator("[data-rac]").filter(has=page.locator("input")).last)
        percent = re.search(r"([\d.]+)%\)$", rail.evaluate(FILL))
        assert percent is not None
        fill = box(rail)["left"] + box(rail)["width"] * float(percent[1]) / 100
        assert thumb["x"] == pytest.approx(fill, abs=2)
    rate = part(page, "control_learning_rate").get_by_role("slider")
    before = int(rate.input_value())
    rate.press("ArrowRight")
    expect(rate).to_have_value(str(before + 1))


@pytest.mark.chromium
def test_lines_of_a_mirrored_page_lead_from_the_drawing_to_bars_and_answer(open_hebrew: Callable[..., Page]):
    page = open_hebrew(viewport=LAPTOP)
    write(page, 1)
    network = page.locator(".st-key-stage_network")
    ends, bars = network.locator(".neuron:has(.end)").all(), page.locator(".st-key-bars .ink-bars > div").all()
    assert len(ends) == len(bars) == 10
    for end, bar in zip(ends, bars, strict=True):
        name, fill = box(bar.locator("b")), box(bar.locator(".ink-bar"))
        assert box(end)["y"] == pytest.approx(name["y"], abs=3)
        assert 0 <= name["left"] - box(end)["x"] < 40
        assert name["right"] < fill["left"]
    way = [box(page.locator(CANVAS)), box(network.locator(".seen")), box(bars[0]), box(part(page, "answer_text"))]
    assert way == sorted(way, key=lambda each: each["left"])
    drawing, neuron = box(network.locator(".seen")), box(network.locator('[data-place="1 0"]'))
    assert drawing["right"] < neuron["left"]


@pytest.mark.chromium
def test_first_screen_of_a_mirrored_page_is_whole(open_hebrew: Callable[..., Page]):
    page = open_hebrew(viewport=LAPTOP)
    found = looked_at(page, "opening")
    write(page, 1, saved=True)
    found += looked_at(page, "drawn")
    part(page, "correction").get_by_text("7", exact=True).click()
    expect(button(page, "teach_now")).to_be_visible()
    found += looked_at(page, "corrected")
    train_to_end(page)
    found += looked_at(page, "done")
    press(button(page, "open_lessons"))
    found += looked_at(page, "lesson")
    assert not found, "\n".join(found)


@pytest.mark.chromium
def test_each_place_of_a_mirrored_page_is_whole(open_hebrew: Callable[..., Page]):
    page = open_hebrew(**PHONE)
    train_to_end(page)
    write(page, 1)
    found = []
    for place in places(page, with_views=True):
        found += looked_at(page, place, (NARROW, LAPTOP))
    assert not found, "\n".join(found)


def test_board_of_a_mirrored_page_goes_on_to_the_left(open_hebrew: Callable[..., Page]):
    page = open_hebrew("board=1", viewport=LAPTOP)
    place = page.locator(".ink-board-bar").get_by_role("status")
    expect(place).to_have_text(re.compile(r"^\D*1\D"))
    for key, number in (("PageDown", 2), ("ArrowLeft", 3), ("ArrowRight", 2)):
        page.keyboard.press(key)
        expect(place).to_have_text(re.compile(rf"^\D*{number}\D"))
