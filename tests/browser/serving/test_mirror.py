"""A mirror of MNIST whose answers contain markup: none of it becomes part of the page."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import serve


@pytest.fixture
def mirror() -> Iterator[tuple[str, list[str]]]:
    """The address of the mirror, and the images requested from it."""
    pictures: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith(".png"):
                pictures.append(self.path)
            address = f"http://127.0.0.1:{self.server.server_address[1]}"
            self.send_response(
                500, f"![a]({address}/a.png) <img src='{address}/b.png'> [7]({address}) $x^2$ www.b.example"
            )
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", pictures
    server.shutdown()
    thread.join()
    server.server_close()


def test_mirror_error_is_shown_as_plain_text(mirror: tuple[str, list[str]], browser: Browser, tmp_path: Path):
    address, pictures = mirror
    env = {"MLP_DATA_MIRRORS": address, "MLP_DATA_DIR": str(tmp_path / "data")}
    with serve(tmp_path / "server.log", env) as server:
        page = browser.new_page(bypass_csp=True)  # tests the page itself, without its policy
        page.goto(f"{server.url}/?tab=Data")
        message = page.get_by_role("alert").filter(has_text="the full MNIST isn’t available")
        expect(message).to_be_visible()
        # This character only prevents an address from becoming a link.
        shown = message.inner_text().replace("\u2060", "")
        assert f"![a]({address}a.png) <img src='{address}b.png'> [7]" in shown
        assert "$x^2$ www.b.example" in shown
        page.get_by_text("Reason", exact=True).click()
        expect(page.get_by_test_id("stExpander").get_by_text(f"![a]({address}a.png)")).to_be_visible()
        drawn = page.locator(f"img[src^='{address}'], a[href^='{address}'], a[href*='b.example'], .katex")
        assert [part.evaluate("part => part.outerHTML") for part in drawn.all()] == []
        page.close()
    assert pictures == []
