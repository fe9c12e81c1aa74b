"""The host names and addresses under which this server answers.

Another site can point its own name to this machine (DNS rebinding), and its scripts would then count as ours. So only
known names of this machine are answered.
"""

import ipaddress
import os
import socket
import threading
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

import streamlit as st

NEAR = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
) + tuple(ipaddress.ip_network(network) for network in ("::1/128", "fc00::/7", "fe80::/10"))
"""Addresses of this machine and of local networks, which no other site has."""

DEFAULT_PORTS = {"http": 80, "https": 443}


def is_public() -> bool:
    """Whether MLP_PUBLIC opens the page to every host name and every frame, for a hosting service.

    A ValueError says that it is neither on nor off.
    """
    value = os.environ.get("MLP_PUBLIC", "").strip().lower()
    if value not in ("", "on", "off", "1", "0"):
        raise ValueError(f"MLP_PUBLIC must be on or off, got {value!r}")
    return value in ("on", "1")


def named_hosts() -> set[str]:
    """Return the names that the operator has allowed: in MLP_HOSTS, or in Streamlit's own settings."""
    names = os.environ.get("MLP_HOSTS", "").split(",") + list(st.get_option("server.allowedHosts") or ())
    names += [st.get_option("browser.serverAddress"), st.get_option("server.address") or ""]
    return {_canonical(name) for name in names} - {""} | ({"*"} if is_public() else set())


class Hosts:
    """Allowed names: those of this machine, configured ones, and addresses of the local network.

    Of the configured ones, ``*`` allows every name, and ``*.example.org`` those below one.
    """

    def __init__(self, named: Iterable[str]) -> None:
        name = _canonical(socket.gethostname())
        short = name.partition(".")[0]
        self._names = {"localhost", name, short, f"{short}.local", *named}
        # Asking the network for the full name can take seconds, so a thread does it.
        threading.Thread(target=self._add_full_name, name="full-host-name", daemon=True).start()

    def _add_full_name(self) -> None:
        self._names.add(_canonical(socket.getfqdn()))

    def allow(self, host: str | None, own_address: str | None = None) -> bool:
        """Whether a request's Host is an allowed name or address, or this machine's address that it came to."""
        if "*" in self._names:
            return True
        split = _split(host or "")
        name = _canonical(split.hostname or "") if split else ""
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            above = {f"*{name[dot:]}" for dot, letter in enumerate(name) if letter == "."}
            return bool(name) and bool({name, *above} & self._names)
        return name in self._names or name == own_address or any(address in network for network in NEAR)


def is_same_origin(origin: str, host: str | None) -> bool:
    """Whether an Origin is the page's own: the name and port of the request.

    Examples
    --------
    >>> is_same_origin("http://pc7.local:8501", "pc7.local:8501"), is_same_origin("https://a.example:443", "a.example")
    (True, True)
    >>> is_same_origin("http://localhost:3000", "localhost:8501")
    False
    """
    try:
        scheme = urlsplit(origin).scheme
    except ValueError:
        return False
    theirs, ours = _split(origin.partition("://")[2]), _split(host or "")
    if scheme not in DEFAULT_PORTS or theirs is None or ours is None:
        return False
    default = DEFAULT_PORTS[scheme]
    return (theirs.hostname, theirs.port or default) == (ours.hostname, ours.port or default)


def _split(netloc: str) -> SplitResult | None:
    """Return a name and its port; None for anything else."""
    try:
        split = urlsplit(f"//{netloc}")
        plain = split.hostname and split.port != 0 and "@" not in netloc and split.netloc == netloc
    except ValueError:
        return None
    return split if plain else None


def _canonical(name: str) -> str:
    return name.strip().lower().rstrip(".")
