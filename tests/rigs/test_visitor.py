"""A visitor without a browser waits for a page only as long as its patience lasts, and says for what."""

import asyncio

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.browser.server import free_port
from tests.wire.visitor import Visitor


@pytest.mark.parametrize(
    ("wait", "awaited"),
    [
        (lambda visitor: visitor.until(lambda: visitor.digit), "what the page should show"),
        (lambda visitor: visitor.until_closed(), "the end of the connection"),
        (lambda visitor: visitor.file_address("five.png"), "an address for a file"),
    ],
    ids=["answer", "closed", "file"],
)
def test_silent_page_ends_each_wait_by_name(wait, awaited):
    async def keep_silent(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async def visit() -> None:
        port = free_port()
        async with serve(keep_silent, "127.0.0.1", port, subprotocols=["streamlit"]):
            visitor = Visitor(f"http://127.0.0.1:{port}", patience_s=0.1)
            await visitor.connect()
            with pytest.raises(TimeoutError, match=rf"{awaited} took longer than 0\.1 s"):
                await wait(visitor)
            await visitor.close()

    asyncio.run(asyncio.wait_for(visit(), 10))
