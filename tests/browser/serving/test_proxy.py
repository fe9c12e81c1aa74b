"""The page behind the proxy of compose.yaml with TLS, below a path, and in a frame of a hosting site."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import ImageOps
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.caddy import PROGRAM, caddy
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.browser.server import END_S, free_port, serve
from tests.browser.sight import eventually
from tests.page.sight import picture

PATH = "class/a"


@contextmanager
def another_site(folder: Path) -> Iterator[int]:
    """Serve a folder; for a browser, 127.0.0.1 is a different site than localhost."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join(END_S)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def upload_a_five(page: Page | FrameLocator, file: Path) -> None:
    page.get_by_role("button", name="Photo").click()
    page.locator(".st-key-picture_in input[type=file]").set_input_files(file)
    expect(page.locator(".st-key-answer .digit")).to_have_text("5")


@pytest.mark.skipif(PROGRAM is None, reason="the program caddy is not installed")
def test_page_works_behind_tls_below_a_path_and_in_a_frame(browser: Browser, tmp_path: Path):
    file, port = tmp_path / "five.png", free_port()
    ImageOps.invert(picture(fit(DIGITS[5]))).save(file)
    env = {
        "STREAMLIT_SERVER_BASE_URL_PATH": PATH,
        "STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE": "none",
        "MLP_PUBLIC": "on",
    }
    with (
        serve(tmp_path / "log", env, port, base=PATH) as _,
        caddy(port, tmp_path, host="https://localhost", path=f"/{PATH}") as proxy,
        another_site(tmp_path) as host,
        browser.new_context(ignore_https_errors=True) as context,
    ):
        address = f"{proxy}/{PATH}"
        page = context.new_page()
        page.goto(f"{address}/?epochs=3")
        upload_a_five(page, file)
        eventually(page, lambda: page.evaluate("inkling.open"))  # the live channel, over TLS and below the path
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        ours = cookies[f"inkling_visitor_{urlsplit(proxy).port}_class_a"]
        assert (ours["sameSite"], ours["secure"]) == ("Strict", True)
        assert page.url.startswith(f"{address}/?epochs=3")
        expect(page.locator(".ink-no-cookie")).to_be_hidden()
        page.close()

        (tmp_path / "host.html").write_text(f'<iframe src="{address}/" width="1200" height="900"></iframe>')
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{host}/host.html")
        frame = page.frame_locator("iframe")
        upload_a_five(frame, file)
        eventually(page, lambda: frame.locator("body").evaluate("() => inkling.open"))
        kept = [cookie for cookie in context.cookies() if "127.0.0.1" in str(cookie.get("partitionKey"))]
        assert {cookie["name"] for cookie in kept} == {ours["name"], "_streamlit_xsrf"}
        assert all(cookie["secure"] and cookie["sameSite"] == "None" for cookie in kept)
        visitor = next(cookie["value"] for cookie in kept if cookie["name"] == ours["name"])
        assert visitor != ours["value"]
        page.reload()
        expect(frame.locator(".st-key-answer .digit")).to_have_text("5")  # the same visitor's photo
