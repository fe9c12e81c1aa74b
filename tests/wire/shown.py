"""What the page shows a visitor without a browser, read from Streamlit's messages and from the live channel's parts."""

import json
import re
import time
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mlp.page.visitors.codes import ID

AT_REST = ("Nothing trained", " paused", "done after", "stopped")
"""Text of the progress line while no run trains."""


def plain(html: str) -> str:
    """Return the text of HTML."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class ShownPage:
    """The page as a visitor sees it."""

    def __init__(self) -> None:
        self.exceptions: list[str] = []  # all that were shown, also before the page was opened again
        self.cookie = ""  # of the page, once it has set one
        self.room = ""  # the code of the room that the visitor holds
        self.step, self.step_since = 0, time.monotonic()  # of the run, as the page shows it, and the time since then
        self.begin()

    def begin(self) -> None:
        """Forget what a page that is opened again has not shown yet."""
        self.widgets: dict[str, str] = {}  # ids of all elements that the page has drawn so far, by key
        self.fragments: dict[str, str] = {}  # the fragment of each element, by key
        self.labels: dict[str, str] = {}  # of its buttons, by key
        self.shown: dict[str, str] = {}  # what parts that move without a script show, as HTML, by name
        self.downloads: dict[str, str] = {}  # addresses of files, by the keys of their buttons
        self.message = ""  # the last error or notice
        self.put: list[Any] = ["", False]  # the canvas: when the page has put something there, and whether it has ink
        self.finished_scripts = 0
        self.session = self.live_key = ""

    def text(self, part: str) -> str:
        """Return the text of a part that moves without a script, such as "progress"."""
        return plain(self.shown.get(part, ""))

    @property
    def digit(self) -> str:
        """The answer."""
        return self.text("answer")

    @property
    def progress(self) -> str:
        """The progress of the run."""
        return self.text("progress")

    @property
    def network_saw(self) -> list[str]:
        """The steps from the drawing or photo to the network's input, as addresses that hold their pixels."""
        return re.findall(r'src="([^"]+)"', self.shown.get("stages", ""))

    @property
    def at_rest(self) -> bool:
        """Whether the page shows that no run trains."""
        return any(word in self.progress for word in AT_REST)

    def take_message(self, message: ForwardMsg) -> None:
        """Note what a message of Streamlit's draws."""
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._take(message.delta.new_element, message.delta.fragment_id)
        elif kind == "script_finished":
            self.finished_scripts += 1
        elif kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session

    def take_parts(self, parts: dict[str, Any]) -> None:
        """Note the parts that came over the live channel."""
        for name, html in parts.items():
            if name.startswith("html."):
                self._show(name.removeprefix("html."), html)
        self.put = parts.get("put", self.put)
        if "step" in parts:
            self._note_step(parts["step"][1])

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "html":
            self._take_html(element.html.body)
        elif kind == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert":
            self.message = element.alert.body
        elif kind is not None:
            identifier = getattr(getattr(element, kind), "id", "")
            if isinstance(identifier, str) and identifier.startswith("$$ID-"):
                key = identifier.split("-", 2)[2]
                self.widgets[key], self.fragments[key] = identifier, fragment
                if kind == "button":
                    self.labels[key] = element.button.label
                elif key == "live":
                    self.live_key = json.loads(element.bidi_component.json)["key"]

    def _take_html(self, body: str) -> None:
        """Record a script's HTML: its moving parts, a sweep's table, a download, and the cookie that the page sets."""
        for found in re.finditer(r'data-live="(\w+)"[^>]*>(.*?)(?=<\w+ [^>]*data-live|$)', body, re.DOTALL):
            self._show(found[1], found[2])
        if 'aria-label="Runs of the sweep"' in body:
            self._show("sweep_table", body)
        if found := re.search(r"\?room=([0-9a-z]{8})", body):
            self.room = found[1]
        if found := re.search(r'class="ink-button ink-download" href="([^"]+/(\w+))"', body):
            self.downloads[found[2]] = found[1]
        elif found := re.search(rf"inkling_visitor\w*={ID.pattern}", body):
            self.cookie = found[0]

    def _show(self, name: str, html: str) -> None:
        self.shown[name] = html
        if name == "progress" and (step := re.search(r"step ([\d,]+) of", html)):
            self._note_step(int(step[1].replace(",", "")))

    def _note_step(self, step: int) -> None:
        if step != self.step:
            self.step, self.step_since = step, time.monotonic()
