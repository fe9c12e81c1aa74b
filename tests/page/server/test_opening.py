"""The opening HTML of the page is completed, and everything else stays unchanged."""

import asyncio

from mlp.page.server.opening import Opening

SHEET = b'<link rel="stylesheet" crossorigin href="./static/css/index.css">'
FILE = b"<html><head><title>Streamlit</title>" + SHEET + b"</head><body><div></div></body></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")


def answered(status: int = 200, accept: bytes = b"text/html", kind: tuple[bytes, bytes] = HTML, **scope: object):
    """Return status, headers and body of the answer to a request, and the headers that reached the file."""
    asked = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", accept), (b"if-none-match", b"1")]}
    sent: list[dict] = []
    reached: list[dict] = []

    async def file(scope, receive, send):
        reached.append(dict(scope["headers"]))
        headers = [kind, (b"content-length", str(len(FILE)).encode()), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": FILE[:40], "more_body": True})
        await send({"type": "http.response.body", "body": FILE[40:]})

    async def send(message):
        sent.append(message)

    asyncio.run(Opening(file)({**asked, **scope}, None, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body, reached[0]


def test_opening_html_has_name_style_sheet_and_outline():
    status, headers, body, reached = answered()
    assert status == 200
    assert b"<title>Inkling</title>" in body
    assert body.index(b"<style>") < body.index(b'class="ink-outline"') < body.index(SHEET) < body.index(b"</body>")
    assert b"--stage-canvas" in body
    assert headers == {HTML[0]: HTML[1], b"content-length": str(len(body)).encode()}
    assert b"if-none-match" not in reached  # otherwise the browser would keep its old page


def test_other_files_pass_unchanged():
    for other in (
        answered(accept=b"*/*"),
        answered(kind=(b"content-type", b"text/javascript")),
        answered(path="/_stcore/health"),
        answered(status=404),
    ):
        assert other[2] == FILE
        assert other[1][b"etag"] == b"1"
