"""Gzip scripts, style sheets and the page's HTML to a third of their size, as Streamlit sends them uncompressed."""

import asyncio
import gzip
import re

from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.server.tab_limit import opens_page
from mlp.page.server.whole_answer import Headers, send_whole, whole_answer

STATIC = re.compile(r"/static/(js|css)/[^/]+\.(js|css)$")
"""Paths of Streamlit's own files; their names hold a digest, so a compressed copy stays valid."""
LEVEL = 6
REFUSED = (b"gzip;q=0", b"gzip;q=0.0", b"gzip;q=0.00", b"gzip;q=0.000")
"""All spellings by which a browser refuses gzip (RFC 9110, section 12.4.2)."""
CONDITIONAL = (b"range", b"if-range", b"accept-encoding")
"""Headers of a request for a part of the file, or for another coding of it."""
UNCOMPRESSED_HEADERS = (b"content-length", b"accept-ranges", b"etag", b"vary")


class Compression:
    """Gzip the files of the page, for browsers that accept it.

    A file is compressed once and kept, about 1 MB for all that one page needs. Images and fonts are already compressed,
    and pass through.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept: dict[str, tuple[Headers, bytes]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        static = scope["type"] == "http" and STATIC.search(scope["path"]) is not None
        if not (static or opens_page(scope)) or scope["method"] != "GET" or not _takes_gzip(scope):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if static and path in self._kept:
            headers, body = self._kept[path]
        else:
            answer = await whole_answer(self._app, scope, receive, send, without=CONDITIONAL, wanted=_is_whole)
            if answer is None:
                return
            headers, body = await asyncio.to_thread(compressed, *answer)
            if static:
                self._kept[path] = headers, body
        await send_whole(send, headers, body)


def compressed(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Return the headers and the body of a file with its body gzipped.

    Examples
    --------
    >>> compressed([(b"etag", b"1"), (b"content-type", b"text/css")], b"")[0][:2]
    [(b'content-type', b'text/css'), (b'content-encoding', b'gzip')]
    """
    packed = gzip.compress(body, LEVEL, mtime=0)
    kept = [(name, value) for name, value in headers if name.lower() not in UNCOMPRESSED_HEADERS]
    coding = [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    return [*kept, *coding, (b"content-length", str(len(packed)).encode())], packed


def _is_whole(start: Message) -> bool:
    return bool(start["status"] == 200)


def _takes_gzip(scope: Message) -> bool:
    """Whether the browser accepts gzip.

    Examples
    --------
    >>> _takes_gzip({"headers": [(b"accept-encoding", b"gzip, br")]})
    True
    >>> _takes_gzip({"headers": [(b"accept-encoding", b"gzip;q=0")]})
    False
    """
    codings = dict(scope["headers"]).get(b"accept-encoding", b"").lower().replace(b" ", b"").split(b",")
    return any(coding.partition(b";")[0] == b"gzip" and coding not in REFUSED for coding in codings)
