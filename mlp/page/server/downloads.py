"""Make and send the files behind download buttons: one at a time per session, and two in all."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from streamlit.runtime import get_instance

from mlp.page.style.download_button import PATH, Offers, offers_at

AT_ONCE = 2
SESSION_REQUESTS = 8  # more are refused; a person presses one button after another
SEND_S = 120.0  # enough for the largest file at 5 Mbit a second
REST_RATIO = 3.0  # rest after a file, in times of making it: leaves three quarters of a core to drawing
PIECE_BYTES = 1 << 18

GONE = "This file is no longer available. Please open the page again.\n"
TOO_MANY = "You requested too many files at once. Please wait for the first ones.\n"


class Files:
    """Answer requests for files; each is made in the background when its session has a turn.

    A turn ends some time after the file was sent, so that each session has at most one in memory, however slowly it is
    read, and none keeps a core busy.
    """

    def __init__(self) -> None:
        self._makers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="download")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        offers = offers_at(request.path_params["token"])
        if offers is None:
            await PlainTextResponse(GONE, 404)(scope, receive, send)
        elif offers.n_requests >= SESSION_REQUESTS:
            await PlainTextResponse(TOO_MANY, 429)(scope, receive, send)
        else:
            offers.n_requests += 1
            try:
                async with offers.turn:
                    await self._send(offers, request, send)
            finally:
                offers.n_requests -= 1

    async def _send(self, offers: Offers, request: Request, send: Send) -> None:
        if await request.is_disconnected():
            return
        file = offers.files.get(request.path_params["button"])
        if file is None or not get_instance().is_active_session(offers.session):
            await PlainTextResponse(GONE, 404)(request.scope, request.receive, send)
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        made = await loop.run_in_executor(self._makers, file.make)
        making_s = loop.time() - began
        data = made.encode() if isinstance(made, str) else made
        headers = {
            "content-disposition": f'attachment; filename="{file.name}"',
            "content-length": str(len(data)),
            "cache-control": "no-store",
        }
        response = StreamingResponse(_pieces(data), headers=headers, media_type=file.mime)
        with suppress(TimeoutError):  # the server then closes the connection and logs it
            async with asyncio.timeout(SEND_S):
                await response(request.scope, request.receive, send)
        await asyncio.sleep(REST_RATIO * making_s)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    """Yield a file in pieces: the server waits for slow readers only between pieces, and holds one in memory."""
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


def route() -> Route:
    """Return the route of all files, below the page's path."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return Route(f"{f'/{base}' if base else ''}/{PATH}/{{token}}/{{button}}", Files(), methods=["GET"])
