"""Names and origins of the page itself."""

import socket

import pytest

from mlp.page.server.guard import Hosts, headers, is_public, is_same_origin, named_hosts

NAME = socket.gethostname().lower()


@pytest.mark.parametrize("host", ["LOCALHOST", "[::1]:8501", "192.168.1.20:8501", f"{NAME}:80"])
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
