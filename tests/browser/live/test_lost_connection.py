"""The page reports a lost or frozen connection, and its return, in its own words."""

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.screens import PHONE
from tests.browser.server import Server, serve
from tests.browser.sight import answer, eventually, part

IS_ON_TOP = """(line) => {
  const { left, right, top } = line.getBoundingClientRect(), y = top + 12;
  return [left + 20, right - 20].every((x) => document.elementFromPoint(x, y) === line);
}"""
"""Returns whether nothing covers the ends of a line."""


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may stop."""
    with serve(tmp_path / "server.log") as server:
        yield server
        server.process.send_signal(signal.SIGCONT)


def test_page_reports_a_frozen_server_and_its_return(own_server: Server, new_browser: Callable[..., Page]):
    page = new_browser(**PHONE)
    page.goto(own_server.url)
    expect(part(page, "curves")).to_be_visible()
    eventually(page, lambda: page.evaluate("window.inkling?.open"))
    line = page.locator(".ink-connection")
    expect(line).to_be_hidden()
    own_server.process.send_signal(signal.SIGSTOP)
    expect(line).to_contain_text("The connection is gone.")
    assert line.evaluate(IS_ON_TOP)
    own_server.process.send_signal(signal.SIGCONT)
    expect(line).to_have_text("The connection is back.")
    expect(line).to_be_hidden()


class Freezing:
    """Passes on messages until it freezes: then nothing arrives on the open sockets, while new ones work."""

    def __init__(self) -> None:
        self.freezes = 0

    def forward(self, socket: WebSocketRoute) -> None:
        server, opened = socket.connect_to_server(), self.freezes
        socket.on_message(lambda message: server.send(message) if opened == self.freezes else None)
        server.on_message(lambda message: socket.send(message) if opened == self.freezes else None)


def test_page_with_frozen_sockets_reloads_itself_and_keeps_the_drawing(open_page: Callable[..., Page]):
    line = Freezing()
    page = open_page(prepare=lambda page: page.route_web_socket(re.compile("/(live|stream)$"), line.forward))
    draw(page, fit(DIGITS[7]))
    expect(part(page, "correction")).to_be_visible()  # by a script, which has received the drawing
    with page.expect_event("domcontentloaded"):
        line.freezes += 1
        expect(page.locator(".ink-connection")).to_contain_text("The connection is gone.")
    expect(answer(page)).to_contain_text("7\n")
    page.locator(".st-key-clear button").click()
    expect(answer(page)).to_contain_text("Nothing drawn yet")
