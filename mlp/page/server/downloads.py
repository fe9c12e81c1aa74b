"""Make and send the files behind download buttons: one at a time per session, and two in all.

``st.download_button`` with a function would ask by one of the operations that `messages` blocks, redraw the page, and
lose the file when another session cleans up.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mlp.images.decoding import PictureError
from mlp.language import mark, said_by, speaking, tr
from mlp.page.script.language import asked_by
from mlp.page.style.download_button import PATH, Offers, offers_at

AT_ONCE = 2
REST_RATIO = 3.0  # until a session's next file, in times of making one: leaves three quarters of a core to drawing
PIECE_BYTES = 1 << 18

GONE = mark("This file is no longer available. Please open the page again.")


class Files:
    """Answer requests for files; each is made in the background when its session has a turn."""

    def __init__(self) -> None:
        self._makers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="download")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        offers, button = offers_at(request.path_params["token"]), request.path_params["button"]
        if offers is None or button not in offers.files:
            await _refused(request, GONE, 404)(scope, receive, send)
        else:
            await self._send(offers, button, request, send)

    async def _send(self, offers: Offers, button: str, request: Request, send: Send) -> None:
        loop, rest_s = asyncio.get_running_loop(), 0.0
        await offers.turn.acquire()
        try:
            file, began = offers.files[button], loop.time()
            try:
                made = await loop.run_in_executor(self._makers, file.make)
            except (PictureError, FileNotFoundError) as error:  # many pictures are being painted, or images are gone
                status = 503 if isinstance(error, PictureError) else 404
                await _refused(request, said_by(error), status)(request.scope, request.receive, send)
                return
            rest_s = REST_RATIO * (loop.time() - began)
            data = made.encode() if isinstance(made, str) else made
            headers = {
                "content-disposition": f'attachment; filename="{file.name}"',
                "content-length": str(len(data)),
                "cache-control": "no-store",
            }
            response = StreamingResponse(_pieces(data), headers=headers, media_type=file.mime)
            await response(request.scope, request.receive, send)
        finally:
            loop.call_later(rest_s, offers.turn.release)


def _refused(request: Request, words: str, status: int) -> PlainTextResponse:
    """Return a sentence in the visitor's language in place of a file."""
    with speaking(asked_by(request.url.query, request.cookies, request.headers.get("accept-language"))):
        return PlainTextResponse(f"{tr(words)}\n", status)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    """Yield a file in pieces: the server waits for slow readers only between pieces, and holds one in memory."""
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


def route() -> Route:
    """Return the route of all files, below the page's path."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return Route(f"{f'/{base}' if base else ''}/{PATH}/{{token}}/{{button}}", Files(), methods=["GET"])
