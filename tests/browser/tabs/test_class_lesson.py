"""A class's lesson from its plan to the closed room: its holder, a phone and a Firefox, and a server that is killed."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from mlp.page.tabs.classroom.rooms import ENDED, GONE
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit, turned
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.server import END_S, free_port, serve
from tests.browser.sight import TRAINED_MS, answer, button, clear, eventually, part

LINK = "?speed=Full&network=article"
"""The network that each lesson begins with is the basic one, which a busy machine teaches soon."""


def give(page: Page, digit: int, *, done: int = 0, key: bool = False, touch: bool = False) -> None:
    """Draw a digit for the room, and press its name, or use the keyboard."""
    draw(page, fit(DIGITS[digit], 0.4 + 0.1 * done), touch=touch)
    expect(answer(page)).to_contain_text(f"{digit}\n")
    names = part(page, "room_row")
    name = names.get_by_role("button", name=f"{digit}, {done} of 2 drawn")
    if key:
        name.press("Enter")
    else:
        name.click()
    expect(names.get_by_role("button", name=f"{digit}, {done + 1} of 2 drawn").locator("img")).to_have_count(done + 1)
    expect(answer(page)).to_contain_text("Nothing drawn yet")


def claim(page: Page, digit: int, degrees: float, says: str, *, touch: bool = False) -> None:
    """Draw a digit that leans, say which one it is, and clear the canvas."""
    draw(page, fit(turned(DIGITS[digit], degrees)), touch=touch)
    expect(part(page, "correction_row")).to_contain_text("Draw a digit that everybody reads")
    pressed = part(page, "round_row").get_by_role("button", name=f"It is a {digit}")
    before = pressed.bounding_box()
    pressed.click()
    expect(part(page, "correction_row")).to_contain_text(says)
    after = pressed.bounding_box()
    for at, size in (("x", "width"), ("y", "height")):  # another press at its middle would meet it again
        assert abs(after[at] - before[at]) < before[size] / 2
    clear(page)


def the_round(page: Page) -> Locator:
    """Return the round in the room, in view: only there does the page draw it anew."""
    found = part(page, "room_break")
    found.get_by_role("heading", name="Break it").scroll_into_view_if_needed()
    return found


def judge(holder: Page, digit: int, press: str = "Yes, that’s a") -> None:
    """Judge a claim of this digit, which is the only one."""
    asked = the_round(holder).locator(".st-key-round_claim")
    expect(asked).to_contain_text(f"Does everybody read a {digit}?")
    asked.get_by_role("button", name=press).click()
    expect(asked).to_have_count(0)


def mistakes_kept(folder: Path) -> int:
    """Return how many mistakes are on disk."""
    learners = [json.loads(path.read_bytes().partition(b"\n")[2]) for path in folder.glob("*/*.learner.json")]
    return sum(len(json.loads(learner["mistakes"])["samples"]) for learner in learners)


def step_to(holder: Page, name: str) -> None:
    """Go to the next step of the plan, which has this name."""
    expect(part(holder, "strip")).to_be_in_viewport(ratio=1)
    part(holder, "strip_next").get_by_role("button", name=f"{name} ›").click()
    expect(part(holder, "strip")).to_contain_text(f"of 9 · {name}")


def open_plan(holder: Page) -> None:
    """Open the room from the plan for a class."""
    button(holder, "open_lessons").click()
    part(holder, "for_teachers").locator("summary").click()
    button(holder, "plan_begin").click()
    step_to(holder, "Come in")


def name_of(page: Page) -> str:
    """Return the animal that a learner is."""
    told = page.get_by_text(re.compile(r"Your name here, in room \w+: \w+\.")).inner_text()
    return told.partition(": ")[2].partition(".")[0]


def begin(holder: Page, phone: Page, other: Page, url: str) -> str:
    """Open a room, let the phone in, and another learner through the open door; return the code."""
    open_plan(holder)
    expect(part(holder, "strip")).to_contain_text("The door is open 5 min more")
    button(holder, "room_door").click()
    expect(part(holder, "strip")).not_to_contain_text("The door is open")
    code = part(holder, "room_code").locator("b").inner_text()
    phone.goto(f"{url}/{LINK}&room={code.replace(' ', '')}")
    button(phone, "room_join").click()
    expect(part(phone, "room_waits")).to_contain_text("Wait until your teacher lets you in.")
    button(holder, "strip_let_in").click()
    button(holder, "room_door").click()
    other.goto(f"{url}/{LINK}&room={code}")
    button(other, "room_join").click()
    for page in (phone, other):
        expect(part(page, "room_row")).to_be_visible()
    return code.replace(" ", "")


def write_and_guess(holder: Page, phone: Page, other: Page) -> None:
    """Draw for the room by mouse, key and finger, guess, train with the class, and open the table."""
    step_to(holder, "Draw")
    expect(part(phone, "next_step")).to_contain_text("Say what you think")
    part(other, "room_row").get_by_role("button", name="4, 0 of 2 drawn").click()
    expect(other.get_by_text("Draw 4 first, then press it.")).to_be_visible()
    give(other, 4)
    give(other, 4, done=1, key=True)
    expect(other.get_by_text("Draw 4 first, then press it.")).to_have_count(0)
    give(phone, 7, touch=True)
    expect(part(holder, "room_wall")).to_contain_text("3 drawings: ")
    for width in (768, 1024, 1199, 1280, 1366):
        other.set_viewport_size({"width": width, "height": 700})
        other.evaluate("window.scrollTo(0, 0)")
        nine = part(other, "room_row").get_by_role("button", name="9, 0 of 2 drawn")
        expect(nine).to_be_in_viewport(ratio=1)
    step_to(holder, "Train")
    part(other, "next_step").get_by_role("button", name="Train a network").click()
    step_to(holder, "Guess")
    part(phone, "next_step").get_by_role("button", name="Guess what is misread").click()
    part(phone, "room_guess_of").get_by_role("radio", name="7").click()
    expect(part(holder, "room_guesses")).to_contain_text("1 has guessed.")
    expect(part(holder, "strip")).to_contain_text("1 of 2 guessed")
    button(phone, "room_teach").click()
    expect(part(phone, "progress")).to_contain_text("Done", timeout=TRAINED_MS)
    step_to(holder, "Open the table")
    expect(part(holder, "room_results").get_by_role("table")).to_be_visible()
    expect(part(phone, "room_guesses")).to_contain_text("You guessed 7.")


def teach_with_and_without(phone: Page) -> None:
    """Teach three of the round’s four mistakes, and then the control, which learns none."""
    next_one = button(phone, "next_step")
    expect(next_one).to_contain_text("Teach it these")
    next_one.click()
    expect(next_one).to_contain_text("See what it mended")
    expect(next_one).to_be_in_viewport(ratio=1)  # the curves are
    next_one.click()
    lesson = part(phone, "room_mended").get_by_role("table")
    expect(lesson.get_by_role("row", name=re.compile(r"mistakes to learn 3 \d –"))).to_be_visible(timeout=TRAINED_MS)
    expect(lesson.get_by_role("row", name=re.compile(r"others that it misread [1-3] \d –"))).to_be_visible()
    measured = re.compile("MNIST, validation images 800 [0-9.]+% → [0-9.]+% –")
    expect(lesson.get_by_role("row", name=measured)).to_be_visible(timeout=TRAINED_MS)  # else the control would end it
    expect(next_one).to_contain_text("Teach it none: the control", timeout=TRAINED_MS)
    expect(next_one).to_be_in_viewport(ratio=1)
    next_one.click()
    next_one.click()
    both = re.compile("MNIST, validation images 800 [0-9.]+% → [0-9.]+% [0-9.]+% → [0-9.]+%")
    expect(lesson.get_by_role("row", name=both)).to_be_visible(timeout=TRAINED_MS)


def to_canvas(page: Page) -> None:
    """Go from the round to the canvas by the button that is in view wherever the canvas is not."""
    page.get_by_role("heading", name="Break it").scroll_into_view_if_needed()
    expect(button(page, "to_canvas")).to_be_in_viewport(ratio=1)
    button(page, "to_canvas").click()
    expect(button(page, "to_canvas")).to_be_hidden()
    expect(part(page, "round_row")).to_be_in_viewport(ratio=1)


def copy_and_close(holder: Page) -> None:
    """Download what the class has given, and close the room."""
    holder.get_by_role("button", name="Download or close the room").click()
    popover = holder.get_by_test_id("stPopoverBody")
    expect(popover.get_by_role("button", name="Close without a copy")).to_be_visible()
    with holder.expect_download() as download:
        part(holder, "room_out").get_by_role("link").click()
    copy = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert sorted(sample["label"] for sample in copy["samples"]) == [4, 4, 6, 7]
    popover.get_by_role("button", name="Close the room").click()


def test_lesson_of_a_class_from_its_plan_to_the_closed_room(
    firefox: Browser, new_browser: Callable[..., Page], tmp_path: Path
):
    holder, phone = new_browser(viewport={"width": 1366, "height": 625}), new_browser(**PHONE)
    other = firefox.new_context(**DESKTOP).new_page()
    kept, port = tmp_path / "kept", free_port()
    with serve(tmp_path / "first.log", {"MLP_CHECKPOINTS": str(kept)}, port) as server:
        holder.goto(f"{server.url}/{LINK}")
        code = begin(holder, phone, other, server.url)
        write_and_guess(holder, phone, other)
        step_to(holder, "Break it")
        for page in (phone, other):
            to_canvas(page)
        claim(other, 7, 0, "It reads a 7, too.")
        claim(other, 7, 40, "It reads a 2, ")
        judge(holder, 7)
        claim(phone, 6, 40, "It reads a 5, ", touch=True)
        judge(holder, 6)
        expect(the_round(other)).to_contain_text(re.compile("The surest mistake: \\w+’s 6, read as a 5, "))
        eventually(holder, lambda: mistakes_kept(kept) == 2)
        board = holder.context.new_page()
        board.goto(f"{server.url}/{LINK}&tab=Room&board=1")
        expect(the_round(board)).to_contain_text("The surest mistake: ")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(END_S)
        expect(board.locator(".ink-connection")).to_be_in_viewport(ratio=1)
        board.close()

    with serve(tmp_path / "second.log", {"MLP_CHECKPOINTS": str(kept)}, port) as server:
        for page in (holder, phone, other):
            page.goto(f"{server.url}/{LINK}&tab=Room")
        claim(phone, 4, 40, "It reads a 9, ", touch=True)
        judge(holder, 4)
        claim(phone, 4, 30, "It reads a 9, ", touch=True)
        judge(holder, 4)
        claim(other, 2, 40, "It reads an 8, ")
        judge(holder, 2, "No")
        expect(part(phone, "correction_row")).to_contain_text("3 of yours count.")
        step_to(holder, "Teach it")
        expect(part(other, "round_row")).to_have_count(0)
        teach_with_and_without(phone)
        step_to(holder, "Ask after the lesson")
        expect(part(phone, "next_step")).to_contain_text("Say what you think")
        button(phone, "next_step").click()
        expect(button(phone, "room_answer")).to_be_in_viewport()

        name = name_of(other)
        button(holder, "strip_people").click()
        holder.get_by_role("button", name="Let go …").nth(1).click()
        expect(holder.get_by_text(f"Let the {name} go, and delete 3 drawings?")).to_be_visible()
        holder.get_by_role("button", name="Let go", exact=True).click()
        expect(part(other, "correction_row")).to_contain_text(GONE.format(code=code))
        expect(the_round(holder)).not_to_contain_text("’s 7, read as")

        copy_and_close(holder)
        expect(part(phone, "correction_row")).to_contain_text(ENDED.format(code=code))
        assert mistakes_kept(kept) == 0
