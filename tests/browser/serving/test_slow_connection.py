"""A slow connection loses a fragment's output, and the page stays whole; it loses no press."""

from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.sight import button, eventually, part

PRESSES, PRESS_S = 50, 0.1
PATIENCE_S = 180.0


class Connection:
    """Passes on the server's messages, except those that the fragment with the curves draws in one run of the page.

    Streamlit drops these if that fragment runs again before they were sent.
    """

    def __init__(self) -> None:
        self.asked = False
        self.losing = False
        self.lost: set[tuple[int, ...]] = set()  # the places of the lost elements
        self.fragment = "not seen yet"

    def forward(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: self.loses(message) or socket.send(message))

    def loses(self, message: str | bytes) -> bool:
        sent = ForwardMsg()
        sent.ParseFromString(message if isinstance(message, bytes) else message.encode())
        kind = sent.WhichOneof("type")
        if kind == "page_config_changed" and self.asked:  # a run of the whole page
            self.asked, self.losing = False, True
        elif kind == "script_finished":
            self.losing = False
        if sent.delta.add_block.id.endswith("-progress"):
            self.fragment = sent.delta.fragment_id
        path = tuple(sent.metadata.delta_path)
        if self.losing and sent.delta.fragment_id == self.fragment:
            self.lost.add(path)
        # Elements that the browser already has are sent as references, which do not name their fragment.
        return self.losing and any(path[:end] in self.lost for end in range(1, len(path) + 1))


def test_lost_fragment_moves_nothing_else(open_page: Callable[..., Page]):
    connection = Connection()
    page = open_page(
        "?epochs=100&batch_size=8",
        prepare=lambda page: page.route_web_socket("**/_stcore/stream", connection.forward),
    )
    expect(part(page, "progress")).to_contain_text("Nothing trained yet")
    connection.asked = True
    button(page, "train").click()
    eventually(page, lambda: connection.lost and not connection.losing)
    page.evaluate("inkling.trigger('draw', 1)")  # draws the page again, as a browser without the live channel does
    expect(part(page, "progress")).to_contain_text("images a second")
    expect(part(page, "control_learning_rate")).to_be_visible()
    button(page, "pause").click()
    expect(part(page, "progress")).to_contain_text("paused")
