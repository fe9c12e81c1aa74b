"""Put the page's name, style sheet and outline into its HTML, so that nothing moves while it loads."""

import re

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.tab_limit import opens_page
from mlp.page.server.whole_answer import send_whole, whole_answer
from mlp.page.style import theme

TITLE = b"<title>Streamlit</title>"
END = b"</body>"
STYLE_SHEET = re.compile(rb'\s*<link rel="stylesheet"[^>]*>')
"""Streamlit's own style sheet, mostly fonts for formulas: in the head, it delays everything on a slow connection."""
CONDITIONAL = (b"if-none-match", b"if-modified-since", b"range", b"accept-encoding")
"""Headers of a request that may be answered with less than the whole file."""
FILE_HEADERS = (b"etag", b"last-modified", b"accept-ranges", b"content-length")


class Opening:
    """Complete Streamlit's HTML file, which is empty until its scripts have loaded and the page has answered.

    The style sheet goes to the end of the body: of two rules with equal weight the later one wins, and Streamlit adds
    its own to the head.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not opens_page(scope):
            await self._app(scope, receive, send)
            return
        answer = await whole_answer(self._app, scope, receive, send, without=CONDITIONAL, wanted=_is_html)
        if answer is not None:
            body = completed(answer[1])
            kept = [(name, value) for name, value in answer[0] if name.lower() not in FILE_HEADERS]
            await send_whole(send, [*kept, (b"content-length", str(len(body)).encode())], body)


def completed(page: bytes) -> bytes:
    """Return Streamlit's HTML with the page's title, style sheet and outline.

    Examples
    --------
    >>> completed(b"<title>Streamlit</title><body></body>")[:41]
    b'<title>Inkling</title><meta name="descrip'
    """
    head, outline = theme.opening_html()
    late = b"".join(STYLE_SHEET.findall(page))
    return STYLE_SHEET.sub(b"", page).replace(TITLE, head.encode(), 1).replace(END, outline.encode() + late + END, 1)


def _is_html(message: Message) -> bool:
    named = {name.lower(): value for name, value in message.get("headers", ())}
    return message["status"] == 200 and named.get(b"content-type", b"").startswith(b"text/html")
