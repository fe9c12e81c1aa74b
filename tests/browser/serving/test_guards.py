"""The page refuses other sites, oversized files, and everything that its Content Security Policy forbids."""

import socket
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Page

from tests.browser.server import Server
from tests.browser.sight import eventually


def request(server: Server, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    """Return the status and the start of the answer."""
    with closing(HTTPConnection(urlsplit(server.url).netloc, timeout=30)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("latin1")


def socket_status(server: Server, host: str, origin: str) -> int:
    """Return the status of the answer to a WebSocket request."""
    with socket.create_connection((urlsplit(server.url).hostname, urlsplit(server.url).port), timeout=30) as stream:
        stream.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
            f"Origin: {origin}\r\n\r\n".encode()
        )
        return int(stream.recv(100).split()[1])


def test_socket_from_another_site_is_refused(server: Server):
    ours = urlsplit(server.url).netloc
    assert socket_status(server, ours, f"http://{ours}") == 101
    assert socket_status(server, ours, "http://elsewhere.example") == 403
    assert socket_status(server, ours, "http://localhost:3000") == 403


def test_foreign_host_name_is_refused(server: Server):
    assert socket_status(server, "evil.example", "http://evil.example") == 403
    status, text = request(server, "GET", "/", Host="evil.example")
    assert status == 403
    assert "MLP_HOSTS" in text


def test_another_site_neither_reads_nor_frames_the_page(server: Server):
    assert request(server, "GET", "/", Origin="http://localhost:3000")[0] == 403
    with urlopen(server.url, timeout=30) as answer:
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_policy_violation_fails_a_browser_test(page: Page, console_errors: list[str]):
    """So the page's own policy applies to everything that browser tests open, draw and train."""
    page.evaluate("new Image().src = 'http://elsewhere.example/a.png'")
    eventually(page, lambda: console_errors)
    assert "Content Security Policy" in console_errors.pop()
