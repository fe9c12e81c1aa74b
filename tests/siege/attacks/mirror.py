"""A mirror whose error text contains Markdown and HTML."""

import asyncio
import random
import re
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.siege.pupil import NO_ANSWER
from tests.siege.siege import Attack, Siege, Surroundings
from tests.wire.visitor import Visitor

REASONS = (
    "![pixel](http://127.0.0.1:9/pixel.png)",
    "<img src=http://127.0.0.1:9/pixel.png>",
    "[log in](http://127.0.0.1:9/pixel.png)",
    ":red[gone] $x$",
)
MARKDOWN = re.compile(r"(?<!\\)\[[^\]\\]*(?<!\\)\]\(http://127|(?<!\\):red\[|(?<!\\)<img src=http|(?<!\\)\$x(?<!\\)\$")
HTML = re.compile(r"<img src=http://127")


def acts_on_page(kind: str, body: str) -> bool:
    r"""Whether a mirror's text would be more than plain text in an element of this kind.

    Examples
    --------
    >>> acts_on_page("alert", f"failed: {REASONS[0]}"), acts_on_page("alert", r"failed: \!\[pixel\]\(http\://127")
    (True, False)
    >>> acts_on_page("html", REASONS[1]), acts_on_page("html", "&lt;img src=http://127")
    (True, False)
    >>> acts_on_page("text", REASONS[0])
    False
    """
    if kind == "html":
        return HTML.search(body) is not None
    return kind in ("alert", "markdown", "exception") and MARKDOWN.search(body) is not None


class WordWatcher(Visitor):
    """A visitor who looks for the mirror's text in everything on the page."""

    n_shown = 0  # elements that hold the mirror's text
    acted = ""  # the last element in which it would be more than plain text

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind) if kind else None
        body = getattr(content, "body", "") or getattr(content, "message", "")
        if isinstance(body, str):
            self.n_shown += "pixel" in body
            if acts_on_page(kind, body):
                self.acted = body
        super()._take(element, fragment)


class MarkupMirror(Surroundings):
    """A mirror that has no files, and reports it in text with markup."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(404, rng.choice(REASONS))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.environment = {
            "MLP_DATA_MIRRORS": f"http://127.0.0.1:{self._server.server_port}/",
            "MLP_DATA_DIR": str(folder / "data"),  # empty, so that MNIST has to be downloaded
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


async def act(siege: Siege) -> None:
    """Read everything on the page, and make it ask the mirror again."""
    watcher = WordWatcher(siege.server.url, "tab=Data")
    while not siege.over:
        try:
            await watcher.open()
            await asyncio.sleep(2)
            if "fetch_again" in watcher.widgets:
                await watcher.press("fetch_again")
            await asyncio.sleep(2)
        except NO_ANSWER as error:
            siege.notes.append(f"the watcher was not answered: {error or type(error).__name__}")
        with suppress(Exception):
            await watcher.close()
    siege.notes.append(f"{watcher.n_shown} elements held the mirror's text")
    if not watcher.n_shown:
        siege.fault("the mirror's words were not shown at all: the attack saw nothing")
    if watcher.acted:
        siege.notes.append(watcher.acted[:300])
        siege.fault("a mirror's words are Markdown on the page")


ATTACK = Attack("mirror", "a mirror with Markdown in its error", act, surroundings=MarkupMirror)
