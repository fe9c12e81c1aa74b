"""The page reports a lost or frozen connection, and its return, in its own words."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.sight import answer, clear, write


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
    write(page, 7, saved=True)
    with page.expect_event("domcontentloaded"):
        line.freezes += 1
        expect(page.locator(".ink-connection")).to_contain_text("The connection is gone.")
    expect(answer(page)).to_contain_text("7\n")
    clear(page)
