"""Refuse requests from other sites before they are answered, and send security headers."""

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import streamlit as st

from mlp.page.server.hosts import Hosts, is_same_origin

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
