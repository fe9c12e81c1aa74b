"""Change an answer of Streamlit's as a whole, before it is sent."""

from collections.abc import Callable, Collection

from mlp.page.server.guard import App, Message, Receive, Send

Headers = list[tuple[bytes, bytes]]


async def whole_answer(
    app: App,
    scope: Message,
    receive: Receive,
    send: Send,
    *,
    without: Collection[bytes],
    wanted: Callable[[Message], bool],
) -> tuple[Headers, bytes] | None:
    """Return the headers and the body of an answer; None if it is not wanted and was passed on.

    Parameters
    ----------
    without : collection of bytes
        Headers of the request that ``app`` must not see, as it would answer with less than the whole file.
    wanted : callable
        Whether an answer with this first message is to be returned.
    """
    asked = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in without]}
    start: Message | None = None
    parts: list[bytes] = []

    async def sending(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and wanted(message):
            start = message
        elif start is None:
            await send(message)
        else:
            parts.append(message.get("body", b""))

    await app(asked, receive, sending)
    return None if start is None else (list(start.get("headers", ())), b"".join(parts))


async def send_whole(send: Send, headers: Headers, body: bytes) -> None:
    """Send a successful answer."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
