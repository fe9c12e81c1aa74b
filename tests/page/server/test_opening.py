"""The opening HTML is completed, scripts are compressed once, and everything else stays unchanged."""

import asyncio
import errno
import gzip
import json
import re
from gettext import NullTranslations
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mlp import language
from mlp.language import speaking
from mlp.page.server import opening
from mlp.page.server.opening import Opening
from mlp.page.style import theme
from tests.page.test_every_text import Accented, english_in

FONT = b'<link\n  rel="preload"\n  href="./static/media/font.woff2"\n  as="font" crossorigin />'
FACE = b"@font-face{font-family:Source Sans;src:url(../media/SourceSansVF-Upright.abc.woff2)}"
SHEET = b'<link rel="stylesheet" crossorigin href="./static/css/index.css">'
HTML = b"<html><head><title>Streamlit</title>" + FONT + SHEET + b"</head><body><div></div></body></html>"
SCRIPT = b"export const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];\n" * 50
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip, br"}


class Server:
    """A server of two files, and of everything else, which it answers with its path."""

    def __init__(self) -> None:
        self.answers = Opening(self._other)

    async def _other(self, scope: Any, _: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async def get(self, path: str, method: str = "GET", **headers: str) -> tuple[dict[str, str], bytes]:
        """Return the headers and the body of the answer to a browser."""
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        asked = {**BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        raw = [(name.encode(), value.encode()) for name, value in asked.items()]
        await self.answers({"type": "http", "method": method, "path": path, "headers": raw}, None, send)  # type: ignore[arg-type]
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return answered, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "index.abc.js").write_bytes(SCRIPT)
    (tmp_path / "static" / "css").mkdir()
    (tmp_path / "static" / "css" / "index.abc.css").write_bytes(FACE)
    (tmp_path / "static" / "js" / "font.woff2").write_bytes(b"a font")
    (tmp_path / "index.html").write_bytes(HTML)
    monkeypatch.setattr(opening, "FILES", tmp_path)
    monkeypatch.setattr(opening, "PAGE", tmp_path / "index.html")
    return tmp_path


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("codings", ["gzip", "br"])
def test_opening_html_has_name_style_sheet_outline_and_scripts(codings: str):
    headers, body = asyncio.run(Server().get("/", accept_encoding=codings))
    page = gzip.decompress(body) if codings == "gzip" else body
    assert b"<title>Inkling</title>" in page
    assert page.index(b"<style>") < page.index(b'class="ink-outline"') < page.index(SHEET) < page.index(b"</body>")
    assert b"--stage-canvas" in page
    for name in (b"openChannel", b"plot", b"pickFrom", b"drawNetwork", b"drawGuess", b"followAddress"):
        assert b"inkling." + name + b" = " in page  # what the components call
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert int(headers["content-length"]) == len(body)


def test_scripts_have_their_texts_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "catalog", lambda name: Accented() if name == "eo" else NullTranslations())
    theme.opening_html.cache_clear()
    english = theme.opening_html("en")[1]
    with speaking("eo"):
        other = theme.opening_html("eo")[1]
    assert "const TEXTS = {};" in english
    texts = json.loads(re.search("const TEXTS = (.*);", other)[1])
    assert {"The connection is back.", "Leave", "{number} of {all} · {name}"} <= set(texts)
    assert [text for text in texts.values() if "{" not in text and english_in(text)] == []
    theme.opening_html.cache_clear()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("hosts", ["", "*.example.org", "localhost, inkling.example.org"])
def test_link_shows_itself_with_a_picture_of_the_named_host_only(monkeypatch: pytest.MonkeyPatch, hosts: str):
    monkeypatch.setenv("MLP_HOSTS", hosts)
    theme.opening_html.cache_clear()
    _, page = asyncio.run(Server().get("/", accept="*/*", accept_encoding="br", host="strange.example"))
    theme.opening_html.cache_clear()
    assert b'<meta property="og:title" content="Inkling">' in page
    assert b'<meta property="og:description" content="Train a neural network' in page
    picture = b'<meta property="og:image" content="https://inkling.example.org/preview.png">'
    assert (picture in page) == hosts.startswith("localhost")
    assert (b'name="twitter:card" content="summary_large_image"' in page) == (b"og:image" in page) == (picture in page)
    assert b"strange" not in page
    headers, picture = asyncio.run(Server().get(f"/{theme.PREVIEW.name}", accept_encoding="br"))
    assert (headers["content-type"], picture) == ("image/png", theme.PREVIEW.read_bytes())


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("codings", ["gzip", "br"])
def test_letters_come_first_from_a_file_that_browsers_keep(codings: str):
    _, page = asyncio.run(Server().get("/", accept_encoding="br"))
    name = theme.FONT.name
    assert f'href="./{name}"\n  as="font"'.encode() in page
    assert b"media/font.woff2" not in page
    _, packed = asyncio.run(Server().get("/static/css/index.abc.css", accept="*/*"))
    _, whole, latin, *others = gzip.decompress(packed).split(b"@font-face")  # the later one wins
    assert FACE[10:-1] in whole
    assert f"Source Sans;font-weight:100 900;src:url(../../{name})".encode() in latin
    assert not others
    headers, body = asyncio.run(Server().get(f"/{name}", accept_encoding=codings))
    font = gzip.decompress(body) if codings == "gzip" else body
    assert font == theme.FONT.read_bytes()
    assert (headers["content-type"], "immutable" in headers["cache-control"]) == ("font/woff2", True)
    assert sha256(font).hexdigest()[:8] in name


def test_script_is_compressed_once_and_kept_by_browsers(files: Path):
    async def visit() -> None:
        server = Server()
        answers = await asyncio.gather(*(server.get("/static/js/index.abc.js", accept="*/*") for _ in range(3)))
        (files / "static" / "js" / "index.abc.js").write_bytes(b"another script")
        assert [*answers, await server.get("/static/js/index.abc.js", accept="*/*")] == answers[:1] * 4
        headers, body = answers[0]
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert headers["content-type"].startswith("text/javascript")
        assert int(headers["content-length"]) == len(body) < len(SCRIPT) / 3
        assert gzip.decompress(body) == SCRIPT

    asyncio.run(visit())


@pytest.mark.usefixtures("files")
def test_script_that_could_not_be_read_at_first_is_read_at_the_next_request(monkeypatch: pytest.MonkeyPatch):
    def content_without_descriptors(file: Path, *_more: object) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files", str(file))

    async def visit() -> None:
        server = Server()
        with monkeypatch.context() as patch:
            patch.setattr(opening, "content", content_without_descriptors)
            with pytest.raises(OSError, match="Too many open files"):
                await server.get("/static/js/index.abc.js", accept="*/*")
        _, body = await server.get("/static/js/index.abc.js", accept="*/*")
        assert gzip.decompress(body) == SCRIPT

    asyncio.run(visit())


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", {"accept": "image/png"}),
        ("/", {"method": "HEAD"}),
        ("/_stcore/health", {}),
        ("/download/token/csv", {}),
        ("/static/js/index.abc.js", {"accept_encoding": "br"}),
        ("/static/js/index.abc.js", {"method": "HEAD"}),
        ("/static/js/missing.js", {}),
        ("/static/js/font.woff2", {}),
    ],
)
def test_other_requests_pass_unchanged(path: str, asked: dict[str, str]):
    assert asyncio.run(Server().get(path, **asked)) == ({}, path.encode())
