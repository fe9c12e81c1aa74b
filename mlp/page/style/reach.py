"""Addresses of this page that other devices can reach, and their QR codes."""

import html
import os
import socket
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from mlp.language import mark, tr
from mlp.page.script.link import page_address

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Names by which only this machine knows itself."""
NOBODY = ("192.0.2.1", 9)
"""An address for documents (RFC 5737): a datagram socket that is connected to it, without sending, has the address of
this machine that others in its network reach."""
NEAR = mark("Other devices need to be in the same network as this one.")
ALONE = mark("Only this computer can open this address.")


def with_qr(address: str, above: str = "") -> str:
    """Return a QR code of an address of `reachable`, beside the address below other HTML."""
    picture = segno.make(address, error="m").svg_data_uri(border=2, light="#fff")
    host, shown = urlsplit(address).hostname, html.escape(address)
    near = f"<p>{tr(NEAR)}</p>" if host != urlsplit(page_address()).hostname else ""
    near = f"<p>{tr(ALONE)}</p>" if host in LOCAL else near
    alt = tr("QR code of {address}", address=shown)
    return f'<div class="ink-qr"><img src="{picture}" alt="{alt}"><p>{above}{shown}</p>{near}</div>'


def reachable(page: str, **query: str | list[str]) -> str:
    """Return the address by which other devices open a page: on its own host, unless only this machine knows that.

    >>> reachable("https://school.example/inkling/", room="k7p3x")
    'https://school.example/inkling/?room=k7p3x'
    """
    split = urlsplit(page)
    if split.hostname in LOCAL and (host := _reachable_host()):
        port = f":{split.port}" if split.port else ""
        split = split._replace(netloc=f"{host}{port}")
    return split._replace(path=split.path or "/", query=urlencode(query, doseq=True)).geturl()


def named_address() -> str:
    """Return the page's address as people write it, with the host that MLP_HOSTS names; empty if it names none."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{host}/{base}".rstrip("/") if (host := _named_host()) else ""


def own_addresses() -> list[str]:
    """Return the addresses under which this server answers this machine, and others in its network."""
    named, base = st.get_option("server.address"), st.get_option("server.baseUrlPath").strip("/")
    if named and named.startswith("unix:"):
        return [named]
    everywhere = named in (None, "", "0.0.0.0", "::")  # noqa: S104 - compared, not bound
    hosts = ["localhost", _reachable_host()] if everywhere else [f"[{named}]" if ":" in named else named]
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    port = st.get_option("server.port")
    return [f"{scheme}://{host}:{port}/{base}".rstrip("/") for host in hosts if host]


def _named_host() -> str | None:
    """Return the first name in MLP_HOSTS by which others find this machine."""
    named = [name.strip() for name in os.environ.get("MLP_HOSTS", "").split(",")]
    return next((name for name in named if name and "*" not in name and name not in LOCAL), None)


def _reachable_host() -> str | None:
    """Return a name or address of this machine by which others in its network reach the page; None if they cannot."""
    if name := _named_host():
        return name
    if st.get_option("server.address") in LOCAL:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOBODY)  # sends nothing
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address
