"""Refuse requests under unknown names and from other sites before they are answered, and send security headers.

Another site can point its own name to this machine (DNS rebinding), and its scripts would then count as ours. So only
known names of this machine are answered.
"""

import ipaddress
import os
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

import streamlit as st

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Streamlit needs 'unsafe-inline' for its styles and start-up script, 'wasm-unsafe-eval' for the 64-bit integers of its
# messages, blob: for the scripts of the page's components.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}

HEALTH = "/_stcore/health"
METRICS = "/_stcore/metrics"  # it would reveal data about the server
CLOSED = re.compile(
    r"/_stcore/(?!(health|host-config|stream)$|upload_file/|bidi-components/)|/(component|auth)/|/oauth2callback"
)
"""Streamlit's addresses that the page does not need; a test lists the others."""
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
        # This machine's and local networks' addresses are not global: no other site has them.
        return not address.is_global or name in self._names or name == _canonical(own_address or "")


def is_same_origin(origin: str, host: str | None) -> bool:
    """Whether an Origin is the page's own: the name and port of the request.

    >>> is_same_origin("http://pc7.local:8501", "pc7.local:8501"), is_same_origin("https://a.example:443", "a.example")
    (True, True)
    >>> is_same_origin("http://localhost:3000", "localhost:8501")
    False
    """
    scheme, _, name = origin.partition("://")
    theirs, ours = _split(name), _split(host or "")
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
    """Return the form in which names and addresses are compared; a dual-stack socket gives IPv4 ones in IPv6's form."""
    name = name.strip().lower().rstrip(".")
    with suppress(ValueError):
        address = ipaddress.ip_address(name)
        return str(getattr(address, "ipv4_mapped", None) or address)
    return name


def headers(framed: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of every answer; with ``framed``, other sites may show the page in a frame."""
    policy = POLICY if framed else {**POLICY, "frame-ancestors": "'self'"}
    values = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
    }
    if not framed:
        values["x-frame-options"] = "SAMEORIGIN"
    return [(name.encode(), value.encode()) for name, value in values.items()]


class Guard:
    """Pass requests to this machine, by an allowed name, from its own page or from no page at all.

    ``framed`` says whether other sites may show the page in a frame.
    """

    def __init__(self, app: App, hosts: Hosts, framed: bool) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = headers(framed)
        self._measured = os.environ.get("MLP_METRICS", "").strip().lower() in ("on", "1")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None:
            if scope["type"] == "websocket":  # Streamlit would look up this machine's address for an unusual origin
                scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}
            await self._app(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, text = refused
            body = [(b"content-type", b"text/plain; charset=utf-8")]
            await self._with_headers(send)({"type": "http.response.start", "status": status, "headers": body})
            await send({"type": "http.response.body", "body": text.encode()})

    def _refusal(self, scope: Message) -> tuple[int, str] | None:
        """Return the status and the text of a refusal, None if the request may pass."""
        path = scope["path"]
        if CLOSED.search(path) and not (self._measured and path.endswith(METRICS)):
            return 404, "Not found\n"
        if path.endswith(HEALTH):  # a load balancer may use any name, and learns nothing
            return None
        named = dict(scope["headers"])
        host = named.get(b"host", b"").decode("latin1")
        if not self._hosts.allow(host, (scope.get("server") or (None,))[0]):
            return 403, "The server does not answer under this name. Its operator can add the name to MLP_HOSTS.\n"
        origin = named.get(b"origin", b"").decode("latin1")
        if origin and not is_same_origin(origin, host) and origin not in st.get_option("server.corsAllowedOrigins"):
            return 403, "Other sites may not use this page.\n"
        return None

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_here = {name for name, _ in self._headers}
                kept = [
                    (name, _for_frames(value) if name.lower() == b"set-cookie" else value)
                    for name, value in message.get("headers", ())
                    if name.lower() not in set_here
                ]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        return sending


def _for_frames(cookie: bytes) -> bytes:
    """Return a cookie for frames with the attribute that browsers require for it on other sites."""
    needs_partition = b"samesite=none" in cookie.lower() and b"partitioned" not in cookie.lower()
    return cookie + b"; Partitioned" if needs_partition else cookie
