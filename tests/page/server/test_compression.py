"""Scripts and style sheets are sent compressed, from one copy; everything else passes unchanged."""

import asyncio
import gzip

from mlp.page.server.compression import Compression

SCRIPT = b"export const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];\n" * 50


class Server:
    """A server behind the compression, which counts how often a file is read."""

    def __init__(self, status: int = 200) -> None:
        self.reads = 0
        self._status = status
        self._app = Compression(self._file)

    async def _file(self, scope, receive, send):
        self.reads += 1
        headers = [
            (b"content-type", b"text/javascript"),
            (b"content-length", str(len(SCRIPT)).encode()),
            (b"etag", b"1"),
        ]
        headers += [(b"cache-control", b"public, immutable, max-age=31536000")]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": SCRIPT[:40], "more_body": True})
        await send({"type": "http.response.body", "body": SCRIPT[40:]})

    def get(self, path: str, accepts: bytes = b"gzip, br", method: str = "GET"):
        """Return status, headers and body of the answer."""
        sent: list[dict] = []

        async def send(message):
            sent.append(message)

        headers = [(b"accept-encoding", accepts), (b"accept", b"*/*")]
        asyncio.run(self._app({"type": "http", "method": method, "path": path, "headers": headers}, None, send))
        return (
            sent[0]["status"],
            dict(sent[0]["headers"]),
            b"".join(message.get("body", b"") for message in sent[1:]),
        )


def test_script_is_compressed_once_and_keeps_its_caching_header():
    server = Server()
    answers = [server.get("/static/js/index.abc.js") for _ in range(2)]
    assert answers[0] == answers[1]
    status, headers, body = answers[0]
    assert status == 200
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"cache-control"] == b"public, immutable, max-age=31536000"
    assert int(headers[b"content-length"]) == len(body) < len(SCRIPT) / 3
    assert gzip.decompress(body) == SCRIPT
    assert server.reads == 1


def test_files_are_not_gzipped_if_unwanted_or_useless():
    server = Server()
    for path, accepts, method in (
        ("/static/js/index.abc.js", b"br", "GET"),
        ("/static/js/index.abc.js", b"gzip;q=0, br", "GET"),
        ("/static/js/index.abc.js", b"gzip", "HEAD"),
        ("/static/media/font.abc.woff2", b"gzip", "GET"),
        ("/media/photo.png", b"gzip", "GET"),
    ):
        _, headers, body = server.get(path, accepts, method)
        assert (b"content-encoding" in headers, body) == (False, SCRIPT)


def test_missing_script_is_refused_and_not_kept():
    server = Server(status=404)
    assert server.get("/static/js/index.abc.js")[0] == 404
    server.get("/static/js/index.abc.js")
    assert server.reads == 2
