"""The proxy of compose.yaml compresses, ends slow senders, refuses large bodies, and keeps sockets."""

import asyncio
import gzip
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.browser.caddy import ANY_CERTIFICATE, PROGRAM, caddy, caddyfile
from tests.browser.server import Server
from tests.browser.serving.test_hostile import spoken
from tests.wire.files import picture, png
from tests.wire.visitor import Visitor

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="the program caddy is not installed")
LIMIT_S = 2


@pytest.fixture
def proxy(server: Server, tmp_path: Path) -> Iterator[str]:
    """The page's address behind the proxy, which ends heads and bodies early."""
    port = urlsplit(server.url).port
    assert port is not None
    with caddy(port, tmp_path, LIMIT_S) as url:
        yield url


def test_configuration_is_valid_with_certificates(tmp_path: Path):
    assert PROGRAM is not None
    file = tmp_path / "Caddyfile"
    file.write_text(caddyfile("inkling.example.org", "page:8501"))
    command = [PROGRAM, "adapt", "--config", file, "--adapter", "caddyfile", "--validate"]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=30, env={"HOME": str(tmp_path)})
    assert checked.returncode == 0, checked.stderr
    assert '"listen":[":443"]' in checked.stdout


@pytest.mark.parametrize("rest", ["", "Content-Length: 1000\r\n\r\nslow"], ids=["head", "body"])
def test_half_sent_request_ends(proxy: str, rest: str):
    address = urlsplit(proxy)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {address.netloc}\r\n{rest}".encode())
        began = time.monotonic()
        while connection.recv(4096):
            pass
        assert time.monotonic() - began < 15  # without the limit, the page itself would wait for a minute


def test_page_comes_compressed(proxy: str):
    asked = Request(f"{proxy}/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    with urlopen(asked, timeout=30) as answer:
        assert b"<title>Inkling</title>" in gzip.decompress(answer.read())


def test_no_http3_is_offered_as_timeouts_do_not_hold_there(server: Server, tmp_path: Path):
    port = urlsplit(server.url).port
    assert port is not None
    with caddy(port, tmp_path, host="https://127.0.0.1") as url:
        for path in ("/", "/_stcore/health"):
            with urlopen(url + path, timeout=30, context=ANY_CERTIFICATE) as answer:
                assert answer.headers["Server"] == "Caddy" or "Caddy" in answer.headers["Via"]
                assert answer.headers["Alt-Svc"] is None


def test_visitor_works_behind_the_proxy_for_longer_than_a_body_may_take(proxy: str):
    async def visit() -> None:
        visitor = Visitor(proxy)
        await visitor.open()
        await asyncio.sleep(LIMIT_S + 1)
        status, _ = await visitor.store("digit.png", png(picture(5)))
        assert status == 204
        status, _ = await visitor.store("large.png", bytes(11_500_000))
        assert status in (0, 413, 502)
        await visitor.close()

    spoken(visit())
