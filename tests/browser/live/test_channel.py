"""The live channel in a real browser: parts that move under the pen, and one socket for the life of the page."""

import re
import zlib
from collections.abc import Callable

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import CANVAS, draw, fit
from tests.browser.screens import PHONE
from tests.browser.sight import announced, answer, at_rest, button, clear, eventually, part, step_of

STROKE_BYTES = 13_000


def followed(page: Page) -> Page:
    """The page, once its channel is open."""
    eventually(page, lambda: page.evaluate("window.inkling?.open && Object.keys(inkling.parts).length > 0"))
    return page


def test_answer_and_network_change_while_the_pen_is_down(page: Page):
    followed(page)
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    scale = box["width"] / 280
    page.evaluate(
        "window.scenes = 0; document.addEventListener('inkling', ({ detail }) => { scenes += Boolean(detail.scene); })"
    )
    (stroke,) = fit(DIGITS[3][:1])
    seen, bars, inputs = set(), set(), set()
    for number, (x, y) in enumerate(stroke):
        asked = page.evaluate("inkling.tookMs = [0, 0], inkling.asked")  # on a slow line, it would not ask
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale)
        if number == 0:
            page.mouse.down()
            continue
        eventually(page, lambda asked=asked: page.evaluate(f"inkling.asked > {asked} && !inkling.waiting"))
        seen.add(answer(page).inner_text())
        bars.add(part(page, "bars").inner_text())
        inputs.add(part(page, "model_input").get_by_role("img").last.get_attribute("src"))
    assert len(seen) > 3
    assert len(bars) > 3
    assert len(inputs) > 3
    assert page.evaluate("scenes") > 3
    expect(answer(page)).to_contain_text("sure")
    expect(announced(page)).to_have_text("")  # until the pen is up
    page.mouse.up()
    expect(announced(page)).to_have_text(re.compile(r"^Reads 3, \d+\.\d% sure\.$"))


def deflated(size: list[int]) -> Callable[[str | bytes], None]:
    """Return a function that adds the size of a socket's next message to ``size``, compressed as on the line."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -12, 5)

    def add(message: str | bytes) -> None:
        data = message if isinstance(message, bytes) else message.encode()
        size.append(len(packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)))

    return add


def test_stroke_on_a_slow_line_takes_few_bytes(open_page: Callable[..., Page]):
    sizes: list[int] = []

    def watch(socket: WebSocket) -> None:
        for event in ("framesent", "framereceived"):
            socket.on(event, deflated(sizes))  # type: ignore[arg-type]

    page = followed(open_page(prepare=lambda page: page.on("websocket", watch), **PHONE))
    expect(part(page, "privacy")).to_be_visible()  # the last element
    at_rest(page)
    for digit in (3, 7):
        page.evaluate("inkling.tookMs = [1000, 1000]")  # as after two answers on a slow line
        sizes.clear()
        draw(page, fit(DIGITS[digit]), touch=True)
        expect(answer(page)).to_contain_text(f"{digit}\n")
        expect(part(page, "correction")).to_be_visible()
        at_rest(page)
        assert sum(sizes) < STROKE_BYTES, sizes
        clear(page)


WRONG_ADDRESS = """(() => {
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url, ...more) { super(String(url).replace(/live$/, "nowhere"), ...more); }
  };
})()"""
"""Prevents channels from opening, as behind a proxy that upgrades only Streamlit's connection."""

MOVED_BY = """(line) => {
  const top = () => document.querySelector(".st-key-stage").getBoundingClientRect().top, shown = top();
  line.hidden = true;
  return shown - top();
}"""
"""Returns how far a line moves the page down."""


def test_page_works_by_scripts_if_the_channel_fails(open_page: Callable[..., Page], console_errors: list[str]):
    page = open_page("?batch_size=8&epochs=100", prepare=lambda page: page.add_init_script(WRONG_ADDRESS))
    shown = page.get_by_text("The live connection can’t open here")
    expect(shown).to_be_visible()
    assert shown.evaluate(MOVED_BY) == 0
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3\n")
    button(page, "train").click()
    expect(part(page, "progress")).to_contain_text("images a second")
    read = part(page, "progress").get_by_role("list", name="What it read").get_by_role("listitem")
    for _ in range(2):
        first, n_read = step_of(page), read.count()
        eventually(page, lambda first=first: step_of(page) > first)
        eventually(page, lambda n_read=n_read: read.count() > n_read)  # bars do not move once it is sure
    button(page, "pause").click()
    expect(button(page, "pause")).to_have_text("Resume")
    expect(part(page, "progress")).to_contain_text("paused")
    clear(page)
    console_errors.clear()  # the browser's errors about connections that do not open
