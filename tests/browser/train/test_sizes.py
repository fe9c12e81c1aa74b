"""The first screen at each size that visitors have: nothing is cut, covered, said twice or lost in an empty sheet."""

import re
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS, STAR
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import TRAINED_MS, at_rest, button, eventually, faults, part, press, tab, train_to_end, write

LAPTOP, LOW = {"width": 1366, "height": 768}, {"width": 1366, "height": 625}
LARGE = {"width": 1920, "height": 1080}
ON_ITS_SIDE = {"width": 844, "height": 390}
SIZES = (
    LARGE,
    {"width": 1280, "height": 720},
    LAPTOP,
    LOW,
    {"width": 1024, "height": 600},
    {"width": 960, "height": 540},
    ON_ITS_SIDE,
    {"width": 683, "height": 384},
)
IS_SHOWN = "(each) => each.checkVisibility() && getComputedStyle(each).display !== 'none'"


def looked_at(page: Page, state: str) -> list[str]:
    """Return the faults of the page at each size, and leave it at the size of a laptop."""
    found = []
    for size in (*SIZES, LAPTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        at_rest(page)
        found += [f"{state}, {size['width']} × {size['height']}: {each}" for each in faults(page, ".nothing")]
    return found


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}  # type: ignore[dict-item]


def share_network(page: Page) -> str:
    """Send the network, check that its QR code is in view in a low window, and return the query of its link."""
    page.set_viewport_size(LOW)  # type: ignore[arg-type]
    page.get_by_role("button", name="Share").first.click()
    page.get_by_text("This network to try", exact=True).click()
    button(page, "send_network").click()
    link = page.locator(".ink-share").first
    expect(link.get_by_role("button")).to_be_visible()
    code = page.get_by_role("img", name="QR code of")
    expect(code).to_be_in_viewport(ratio=1)
    body = box(page, '[data-testid="stPopoverBody"]')
    assert box(page, '[data-testid="stPopoverBody"] .ink-qr img')["bottom"] <= body["bottom"]
    query = str(link.get_attribute("data-link")).partition("?")[2]
    page.keyboard.press("Escape")
    return query


@pytest.mark.chromium
def test_first_screen_is_whole_at_each_size_and_in_each_state(open_page: Callable[..., Page]):
    page = open_page("?epochs=1", viewport=LAPTOP)
    found = looked_at(page, "opening")
    write(page, 1, saved=True)
    found += looked_at(page, "drawn")
    part(page, "correction").get_by_text("7", exact=True).click()
    expect(button(page, "teach_now")).to_be_visible()
    found += looked_at(page, "corrected")
    train_to_end(page)
    found += looked_at(page, "done")
    link = share_network(page)
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    button(page, "guess_first").first.click()
    expect(button(page, "lab_guess_end")).to_be_visible()
    found += looked_at(page, "guess")
    friend = open_page(f"?{link}", viewport=ON_ITS_SIDE)
    found += looked_at(friend, "sent")
    draw(friend, fit(DIGITS[1]))
    expect(button(friend, "sent_right")).to_be_visible()
    found += looked_at(friend, "sent, drawn")
    phone = open_page(f"?{link}", **PHONE)
    expect(phone.locator(".ink-empty")).to_contain_text(" of 100 right. Draw a digit.")
    at_rest(phone)
    words, card = box(phone, ".st-key-answer small"), box(phone, ".st-key-answer_side")
    assert words["bottom"] <= card["bottom"] - 4
    assert not found, "\n".join(found)


@pytest.mark.chromium
def test_hint_beside_a_lesson_is_read_to_its_end(open_page: Callable[..., Page]):
    page = open_page("?epochs=2", viewport=LAPTOP)
    button(page, "recipe_too_fast").click()
    expect(page.locator("[class*=st-key-hint_]")).to_be_visible(timeout=TRAINED_MS)
    found = looked_at(page, "hint")
    press(button(page, "open_lessons"))
    found += looked_at(page, "hint beside a lesson")
    assert not found, "\n".join(found)


@pytest.mark.chromium
def test_low_window_names_each_answer_once(open_page: Callable[..., Page]):
    page = open_page(viewport={"width": 960, "height": 540})
    write(page, 1)
    ends = page.locator(".st-key-stage_network .end")
    expect(ends).to_have_count(10)
    assert not any(ends.nth(at).evaluate(IS_SHOWN) for at in range(10))


@pytest.mark.chromium
def test_phone_has_no_gap_below_what_is_next_and_no_corner_beside_the_answer(open_page: Callable[..., Page]):
    page = open_page("?epochs=1", **PHONE)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    network = box(page, ".st-key-stage_network .neuron")
    assert network["y"] - box(page, ".st-key-next_step")["bottom"] < 45
    draw(page, fit(DIGITS[1]), touch=True)
    expect(part(page, "correction")).to_be_visible()
    top = '(top) => document.querySelector("[data-testid=stMain]").scrollTo(0, top)'
    page.evaluate(top, box(page, ".st-key-stage_network .seen")["y"] + 20)  # it is black, and goes by behind the card
    eventually(page, lambda: box(page, ".st-key-answer_side")["y"] < 10)
    card = box(page, ".st-key-answer_side")
    corner = {"x": card["x"], "y": card["y"], "width": 2, "height": 2}
    shade = Image.open(BytesIO(page.screenshot(clip=corner))).convert("L")  # type: ignore[arg-type]
    assert min(shade.tobytes()) > 128
    page.evaluate(top, 0)
    train_to_end(page)
    pieces = part(page, "progress").locator(".ink-status > span").all_inner_texts()
    assert len(pieces) > 2
    assert not any(each.startswith("·") for each in pieces)  # as a line could begin with it


PLACES = """() => Object.fromEntries([...document.querySelectorAll(".st-key-stage :is(button, [role=radio], canvas)")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.closest(".st-key-next_line") === null)
  .map((one) => [one.textContent + one.closest("[class*=st-key-]").className, one.getBoundingClientRect().top]))"""
"""The height of all that one presses in the first card, but what is next, by its text and its key."""


@pytest.mark.chromium
def test_phone_shows_name_and_progress_beside_the_canvas_and_nothing_moves_for_what_is_next(
    open_page: Callable[..., Page],
):
    page = open_page("?epochs=20&learning_rate=0.0005", **PHONE)  # it reads few, so that nothing is next before its end
    write(page, 4, saved=True)
    expect(part(page, "answer_by")).to_contain_text("Reading with")
    at_rest(page)
    places = [page.evaluate(PLACES)]
    button(page, "next_step").click()
    expect(part(page, "answer_by").locator(".ink-number")).to_have_text(re.compile(r"\d+ of 100"))
    at_rest(page)  # the press has scrolled to the curves
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    expect(button(page, "next_step")).to_have_count(0)
    for shown in (".st-key-canvas", ".ink-run .ink-number b", ".ink-run .ink-track", ".ink-reader b"):
        expect(page.locator(shown)).to_be_in_viewport(ratio=1)
    places.append(page.evaluate(PLACES))
    expect(button(page, "next_step")).to_be_visible(timeout=TRAINED_MS)
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
    expect(page.locator(".ink-run")).not_to_be_visible()
    places.append(page.evaluate(PLACES))
    for before, after in pairwise(places):
        moved = {one: after[one] - top for one, top in before.items() if abs(after.get(one, top) - top) > 4}
        assert moved == {}, moved
    assert len(places[1]) > 12


@pytest.mark.chromium
def test_phone_at_twice_its_letters_has_tools_of_one_height_beside_each_other(open_page: Callable[..., Page]):
    page = open_page(viewport={"width": 195, "height": 422})
    write(page, 4)
    keys = ("undo", "clear", "give_one", "picture_upload", "your_signs")
    tools = [box(page, f".st-key-draw_buttons .st-key-{key}") for key in keys]
    assert {round(tool["height"]) for tool in tools} == {44}
    assert all(below["y"] >= above["bottom"] or below["x"] >= above["right"] for above, below in pairwise(tools))
    assert box(page, ".st-key-bars .top .ink-bar")["right"] < box(page, ".st-key-answer_side")["right"]


@pytest.mark.chromium
def test_phone_of_a_learner_who_was_just_let_in_has_the_network_below_the_digits(open_page: Callable[..., Page]):
    holder = open_page("?tab=Room", locale="de-DE", viewport=LAPTOP)
    press(button(holder, "room_open"))
    press(button(holder, "room_door"))
    code = part(holder, "room_code").locator("b").inner_text().replace(" ", "")
    press(button(holder, "strip_next"))
    phone = open_page(f"?room={code}", locale="de-DE", **PHONE)
    press(button(phone, "room_join"))
    expect(part(phone, "room_row").get_by_role("button")).to_have_count(10)
    expect(button(phone, "next_step")).to_be_visible()
    at_rest(phone)
    assert box(phone, ".st-key-room_row")["bottom"] <= box(phone, ".st-key-stage_network")["y"]
    press(button(holder, "strip_say"))
    press(button(holder, "strip_to_break"))
    expect(part(phone, "round_row").get_by_role("button")).to_have_count(10)
    at_rest(phone)
    sentence = box(phone, ".st-key-correction_row [data-say=round_asks]")
    assert sentence["right"] <= PHONE["viewport"]["width"]
    assert box(phone, ".st-key-round_row")["bottom"] <= sentence["y"]


@pytest.mark.chromium
def test_large_screen_is_filled(open_page: Callable[..., Page]):
    page = open_page(viewport=LARGE)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    tile, bar = box(page, ".st-key-stage_network .tiled"), box(page, ".st-key-bars .ink-bar")
    assert tile["height"] > 50
    assert bar["height"] > 14
    rows = [box(page, f".st-key-control_{name}")["y"] for name in ("learning_rate", "epochs", "batch_size")]
    assert max(after - before for before, after in pairwise(rows)) < 50
    assert box(page, ".st-key-tab_row")["bottom"] <= LARGE["height"] + 1


@pytest.mark.chromium
def test_tools_stand_at_the_foot_of_the_canvas_and_train_is_as_bold_as_what_is_next(open_page: Callable[..., Page]):
    page = open_page(viewport=LAPTOP)
    expect(part(page, "curves").get_by_role("img")).to_have_count(2)
    at_rest(page)
    assert abs(box(page, ".st-key-your_signs")["bottom"] - box(page, ".st-key-canvas")["bottom"]) < 4
    looks = "(each) => [getComputedStyle(each).fontWeight, getComputedStyle(each).fontSize]"
    first, second = (button(page, key).first.locator("p") for key in ("train", "next_step"))
    assert first.evaluate(looks) == second.evaluate(looks)


@pytest.mark.chromium
def test_next_thing_stays_where_a_room_hides_the_door_to_a_sign(open_page: Callable[..., Page]):
    page = open_page(viewport=LAPTOP)
    draw(page, fit(STAR, share=0.8))
    expect(page.locator(".ink-door")).to_be_visible()
    expect(button(page, "next_step")).not_to_be_visible()
    row = page.locator(".st-key-correction_row").first
    row.evaluate("""(row) => row.insertAdjacentHTML("beforeend", '<i data-say="room_asks" hidden></i>')""")
    expect(page.locator(".ink-door")).not_to_be_visible()
    expect(button(page, "next_step")).to_be_visible()


@pytest.mark.chromium
def test_buttons_of_an_empty_canvas_stand_together_in_a_room(open_page: Callable[..., Page]):
    page = open_page("?tab=Room", viewport=LOW)
    press(button(page, "room_open"))
    expect(part(page, "room_row")).to_be_visible()
    keys = ("give_one", "picture_upload", "your_signs")
    expect(part(page, "give_one").locator("button").first).to_be_visible()
    places = [box(page, f".st-key-{key} button") for key in keys]
    assert [below["y"] - above["bottom"] < 8 for above, below in pairwise(places)] == [True, True]


@pytest.mark.chromium
@pytest.mark.parametrize(("name", "section", "views"), [("Mistakes and data", "Data", "Test data")])
def test_views_stand_in_the_row_of_the_sections(open_page: Callable[..., Page], name: str, section: str, views: str):
    page = open_page(viewport=LAPTOP)
    press(tab(page, name))
    row: list[Any] = [page.get_by_role("radio", name=each, exact=True).bounding_box() for each in (section, views)]
    assert row[0]["y"] == pytest.approx(row[1]["y"], abs=2)
    assert row[0]["x"] < row[1]["x"]
