"""Answer a browser's first requests: the page's HTML with its outline, and Streamlit's scripts and styles, compressed.

Streamlit's own compression leaves these out, as it would compress them at each request. Here each is compressed once
and kept, about 1 MB for all that one page needs. The HTML also brings the page's style sheet, outline and scripts.
"""

import asyncio
import gzip
import re
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from mlp.language import ENGLISH, speaking, speaks
from mlp.page.script.language import asked_by
from mlp.page.server.guard import App, Message, Receive, Send
from mlp.page.style import theme

FILES = Path(st.__file__).with_name("static")
PAGE = FILES / "index.html"
OPENS_PAGE = re.compile(r"/(?:[^/.]*|index\.html)")
"""Paths of the page, below its base; Streamlit opens it under any name."""
STATIC = re.compile(r"/static/(js/[^/]+\.js|css/[^/]+\.css)")
"""Paths of files whose names hold a digest, so that browsers may keep them."""
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
CANVAS_NEEDS = ("BidiComponent", "serialization", "recordbatch")
"""Scripts of Streamlit's that a component needs."""
FIRST_ANSWERS = ("_stcore/health", "_stcore/host-config")
"""What Streamlit asks for, once its scripts have come, before it opens its socket."""
YEAR_S = 365 * 24 * 3600
LEVEL = 6

TITLE = b"<title>Streamlit</title>"
END = b"</body>"
WHOLE_FONT = re.compile(rb"(@font-face\{[^}]*SourceSansVF-Upright[^}]*)\}")
PRELOADED_FONT = re.compile(rb'(<link\s+rel="preload"\s+href=")[^"]+\.woff2"')
STYLE_SHEET = re.compile(rb'\s*<link rel="stylesheet"[^>]*>')
"""Streamlit's own style sheet, mostly fonts for formulas: in the head, it delays everything on a slow connection."""


class Opening:
    """Answer with these files, compressed for browsers that accept it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._base = f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/")
        self._kept: dict[tuple[Path, bool, str], bytes] = {}
        self._packing = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        file = self._file(scope)
        packed = file is not None and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        is_named = file in (PAGE, theme.PREVIEW)  # others hold a digest of their content in their names
        if file is None or not (packed or is_named or file == theme.FONT) or not file.is_file():
            await self._app(scope, receive, send)
            return
        headers = {"vary": "accept-encoding"} | ({"content-encoding": "gzip"} if packed else {})
        language = ENGLISH
        if file == PAGE:
            request = Request(scope)
            headers["vary"] += ", accept-language, cookie"
            language = asked_by(request.url.query, request.cookies, request.headers.get("accept-language"))
        headers["cache-control"] = "no-cache" if is_named else f"public, immutable, max-age={YEAR_S}"
        async with self._packing:  # one at a time, so that browsers that come together do not compress it each
            kept = file, packed, language
            if kept not in self._kept:
                self._kept[kept] = await asyncio.to_thread(content, *kept)
        response = Response(self._kept[kept], headers=headers, media_type=TYPES[file.suffix])
        await response(scope, receive, send)

    def _file(self, scope: Message) -> Path | None:
        """Return the file that a browser requests; None if another part of the server answers."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._base):
            return None
        path = scope["path"][len(self._base) :]
        for own in (theme.PREVIEW, theme.FONT):  # what a link shows of the page, and its letters
            if path == f"/{own.name}":
                return own
        if match := STATIC.fullmatch(path):
            return FILES / "static" / match[1]
        accepted = Headers(scope=scope).get("accept", "*/*")  # programs that look at a link name no type
        opens_page = OPENS_PAGE.fullmatch(path) and ("text/html" in accepted or "*/*" in accepted)
        return PAGE if opens_page else None


def content(file: Path, packed: bool, language: str = ENGLISH) -> bytes:
    """Return a file's content, compressed if asked for, the page's HTML completed, and the font's Latin part named."""
    data = file.read_bytes()
    if file == PAGE:
        with speaking(language):
            data = completed(data)
    if file.suffix == ".css":
        data = WHOLE_FONT.sub(rb"\1" + theme.FONT_FACE.encode(), data)  # of two that have a letter, the later one wins
    return gzip.compress(data, LEVEL, mtime=0) if packed else data


def completed(page: bytes) -> bytes:
    """Return Streamlit's HTML with the page's language, title, style sheet, outline and font.

    Streamlit's style sheet goes to the end of the body: of two rules with equal weight the later one wins, and
    Streamlit adds others to the head.

    >>> completed(b"<title>Streamlit</title><body></body>")[:41]
    b'<title>Inkling</title><meta name="descrip'
    """
    head, outline = theme.opening_html(speaks())
    page = page.replace(b'<html lang="en">', f'<html lang="{speaks()}">'.encode(), 1)
    late = b"".join(STYLE_SHEET.findall(page))
    page = PRELOADED_FONT.sub(rb"\1./" + theme.FONT.name.encode() + b'"', page)
    head += "".join(f'<link rel="modulepreload" href="./{address}">' for address in _canvas_scripts())
    head += "".join(f'<link rel="preload" as="fetch" href="./{address}" crossorigin>' for address in FIRST_ANSWERS)
    return STYLE_SHEET.sub(b"", page).replace(TITLE, head.encode(), 1).replace(END, outline.encode() + late + END, 1)


def _canvas_scripts() -> list[str]:
    """Return the addresses of the canvas's scripts, which a browser would else ask for one after the other, late."""
    scripts = (file for name in CANVAS_NEEDS for file in (FILES / "static/js").glob(f"{name}.*.js"))
    addresses = [f"static/js/{file.name}" for file in scripts]
    spec = find_spec("streamlit_drawable_canvas")
    if spec is not None and spec.origin is not None:
        files = Path(spec.origin).parent.glob("frontend/build/index-*.js")
        addresses += [
            f"_stcore/bidi-components/streamlit-drawable-canvas.streamlit_drawable_canvas/{file.name}" for file in files
        ]
    return addresses
