"""Names and origins of the page itself."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from streamlit import config
from streamlit.net_util import get_internal_ip

from mlp.page.server.guard import Guard, Hosts, headers, is_public, is_same_origin, named_hosts
from mlp.page.style import reach
from mlp.page.style.reach import ALONE, NEAR, reachable, with_qr

NAME = socket.gethostname().lower()
START_S = 20.0


@contextmanager
def serving(hosts: Hosts) -> Iterator[int]:
    """Answer behind the guard on a socket like that of the page, for IPv6 and IPv4, and yield its port."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        app = Guard(PlainTextResponse("the page"), hosts, framed=False)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="error"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        deadline = time.monotonic() + START_S
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(START_S)


def status(address: str, port: int, host: str = "") -> int:
    """Return the status of the answer at an address, to a request under another name if one is given."""
    with closing(HTTPConnection(address, port, timeout=START_S)) as connection:
        connection.request("GET", "/", headers={"host": host} if host else {})
        return connection.getresponse().status


@pytest.mark.parametrize(
    "host", ["LOCALHOST", "[::1]:8501", "192.168.1.20:8501", "100.64.0.9", "[fe80::1]:8501", f"{NAME}:80"]
)
def test_this_machine_and_the_local_network_are_answered(host: str):
    assert Hosts([]).allow(host)


@pytest.mark.parametrize(
    "host", [None, "", "localhost.evil.example", "8.8.8.8:8501", "127.0.0.1.evil.example", "a@localhost", "[::1"]
)
def test_unknown_name_is_refused(host: str | None):
    assert not Hosts(["pc.example.org"]).allow(host)


def test_receiving_address_belongs_to_this_machine():
    assert Hosts([]).allow("8.8.8.8:8501", own_address="8.8.8.8")
    assert not Hosts([]).allow("8.8.4.4:8501", own_address="8.8.8.8")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="the page then has a socket for IPv4 alone")
def test_addresses_of_the_qr_code_and_the_terminal_are_answered(monkeypatch: pytest.MonkeyPatch):
    """Also of a machine whose address is not a private one, in a university's network."""
    for kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        monkeypatch.setattr(kind, "is_global", True)
    monkeypatch.delenv("MLP_HOSTS", raising=False)
    of_qr_code = urlsplit(reachable("http://localhost:8501/", room="k7p3x")).hostname
    with serving(Hosts([])) as port:
        for address in filter(None, (of_qr_code, get_internal_ip(), "127.0.0.1", "::1")):
            assert (address, status(address, port)) == (address, 200)
            assert status(address, port, host="8.8.4.4:8501") == 403


@pytest.mark.parametrize(
    ("listens_on", "named", "host", "said"),
    [
        ("127.0.0.1", "", "localhost", ALONE),
        ("localhost", "", "localhost", ALONE),
        ("127.0.0.1", "inkling.example.org", "inkling.example.org", NEAR),  # a proxy stands before it
        ("0.0.0.0", "", "192.0.2.20", NEAR),  # noqa: S104 - only read
        (None, "", "192.0.2.20", NEAR),
    ],
)
def test_qr_code_says_who_can_open_its_address(
    monkeypatch: pytest.MonkeyPatch, listens_on: str | None, named: str, host: str, said: str
):
    here = "http://localhost:8501/"
    monkeypatch.setenv("MLP_HOSTS", named)
    monkeypatch.setattr(reach, "page_address", lambda: here)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: None)
    monkeypatch.setattr(socket.socket, "getsockname", lambda _: ("192.0.2.20", 1))
    before = config.get_option("server.address")
    config.set_option("server.address", listens_on)
    try:
        address = reachable(here, room="k7p3x")
        shown = with_qr(address)
    finally:
        config.set_option("server.address", before)
    assert address == f"http://{host}:8501/?room=k7p3x"
    assert [sentence for sentence in (ALONE, NEAR) if sentence in shown] == [said]


def test_variable_adds_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLP_HOSTS", "Inkling.example.org, *.school.example")
    hosts = Hosts(named_hosts())
    assert hosts.allow("inkling.example.org:443")
    assert hosts.allow("a.b.school.example")
    assert not hosts.allow("school.example")
    assert not hosts.allow("evil-school.example")


def test_star_or_a_public_page_is_open_to_every_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLP_HOSTS", "*")
    assert Hosts(named_hosts()).allow("evil.example")
    monkeypatch.setenv("MLP_HOSTS", "")
    monkeypatch.setenv("MLP_PUBLIC", "on")
    assert Hosts(named_hosts()).allow("evil.example")


def test_public_is_on_or_off_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLP_PUBLIC", "maybe")
    with pytest.raises(ValueError, match="MLP_PUBLIC must be on or off, got 'maybe'"):
        is_public()


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://evil.example", "null", "", "file://", "http://[::1"]
)
def test_another_port_or_another_name_is_another_origin(origin: str):
    assert not is_same_origin(origin, "localhost:8501")


def test_only_a_public_page_may_be_framed_elsewhere():
    closed, public = (dict(headers(framed)) for framed in (False, True))
    assert b"frame-ancestors 'self'" in closed[b"content-security-policy"]
    assert closed[b"x-frame-options"] == b"SAMEORIGIN"
    assert b"frame-ancestors" not in public[b"content-security-policy"]
    assert b"x-frame-options" not in public
