"""A network is sent from one browser, and tried on a phone, until its sender withdraws it."""

import signal
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.pen import draw
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.server import free_port, serve
from tests.browser.sight import TRAINED_MS, answer, button, eventually, part
from tests.browser.tabs.test_own_signs import NAMES, written

SIGNS = ("😀", "cat", "♥")
"""The names under which the letters are taught."""
SHAPE = 'getComputedStyle(document.querySelector(".st-key-canvas"), "::after").backgroundImage.split(/base64,|"/)[2]'

INK = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
    .some((value, at) => at % 4 === 0 && value > 200)"""
"""Whether a canvas is drawn on."""


def teach(page: Page) -> None:
    """Name three signs, and draw each three times; the network then learns them."""
    button(page, "your_signs").click()
    field = part(page, "your_signs_names").get_by_role("textbox")
    field.press("Control+a")
    field.press_sequentially(f"{', '.join(SIGNS)} ")  # Firefox reports what is typed with the next key
    button(page, "signs_begin").click()
    for label, letter in enumerate(NAMES):
        for number in range(3):
            draw(page, written(letter, number))
            button(page, f"sign_{label}").click()
            expect(button(page, f"sign_{label}")).to_contain_text(f"{SIGNS[label]} · {number + 1}")
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)


def send(page: Page) -> str:
    """Send the network, and return the query of its link."""
    page.get_by_role("button", name="Share").first.click()
    page.get_by_text("This network to try", exact=True).click()
    button(page, "send_network").click()
    link = page.locator(".ink-share").first
    expect(link.get_by_role("button")).to_be_visible()
    expect(page.get_by_role("img", name="QR code of")).to_be_visible()
    return str(link.get_attribute("data-link")).partition("?")[2]


def test_friend_on_a_phone_tries_the_signs_of_another_browser(
    firefox: Browser, new_browser: Callable[..., Page], tmp_path: Path
):
    sender, friend = firefox.new_context(**DESKTOP).new_page(), new_browser(**PHONE)
    kept, port = tmp_path / "kept", free_port()
    count = friend.locator("[data-say=sent_count]")
    with serve(tmp_path / "first.log", {"MLP_CHECKPOINTS": str(kept)}, port) as server:
        sender.goto(f"{server.url}/?epochs=3&speed=Full")
        teach(sender)
        link = send(sender)
        friend.goto(f"{server.url}/?{link}")
        expect(answer(friend)).to_contain_text("Draw 😀, cat or ♥.")
        expect(friend.locator("canvas.upper-canvas")).to_be_in_viewport(ratio=1)
        shape = b64decode(friend.evaluate(SHAPE)).decode()
        assert ">😀</text>" in shape
        assert "animation" in shape
        expect(button(friend, "next_step")).to_contain_text("Make your own")
        draw(friend, written("A", 40), touch=True)
        expect(part(friend, "answer_side")).to_contain_text("Reads 😀, ")
        button(friend, "sent_right").click()
        expect(count).to_have_text("It read 1 of your 1.")
        eventually(friend, lambda: any(b'"tried"' in path.read_bytes() for path in kept.glob("*/canvas.json")))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()

    with serve(tmp_path / "second.log", {"MLP_CHECKPOINTS": str(kept)}, port) as server:
        friend.goto(f"{server.url}/?{link}")
        expect(answer(friend)).to_contain_text("Draw 😀, cat or ♥.")
        expect(count).to_have_text("It read 1 of your 1.")
        draw(friend, written("B", 40), touch=True)
        expect(part(friend, "answer_side")).to_contain_text("Reads cat, ")
        part(friend, "sent_was").get_by_role("button").click()
        friend.get_by_test_id("stPopoverBody").get_by_role("button", name="♥").click()
        expect(count).to_have_text("It read 1 of your 2.")
        draw(friend, written("A", 41), touch=True)
        expect(part(friend, "answer_side")).to_contain_text("Reads 😀, ")
        sender.goto(f"{server.url}/?tab=Sent")
        sender.get_by_role("button", name="Withdraw").click()
        expect(sender.get_by_text("You have sent no network.")).to_be_visible()
        expect(part(friend, "sent_problem")).to_contain_text("This network is gone")
        expect(answer(friend)).to_contain_text("Draw a digit.")  # as the pretrained network answers now
        button(friend, "undo").click()
        for _ in range(2):  # while the page is open, and when the link is opened again
            expect(answer(friend)).to_contain_text("I don’t know this one.")
            eventually(friend, lambda: friend.locator("canvas.dc-canvas.lower-canvas").evaluate(INK))
            friend.goto(f"{server.url}/?{link}")
            expect(part(friend, "sent_problem")).to_contain_text("This network is gone")
