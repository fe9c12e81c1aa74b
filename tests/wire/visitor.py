"""A visitor without a browser: presses, draws, uploads, reloads, returns, and records the page's answers."""

import asyncio
import json
import re
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from mlp.page.visitors.registry import ID
from tests.wire.connection import Connection
from tests.wire.tree import Tree

ANSWER_S = 30.0
OPENING = 4  # times the patience for an answer
SETTLE_S = 0.5  # for further messages after an answer
DIARY_LINES = 90
AT_REST = ("Nothing trained", " paused", "done after", "stopped")
"""Text of the progress line while no run trains."""


class UploadRefused(Exception):
    """The page has no room for another file, for the reason in the message."""


class Visitor(Connection):
    """A visitor of the page who can reload, leave and return.

    Parameters
    ----------
    url : str
        The page's address.
    query : str
        The part of the address after the question mark.
    patience_s : float
        Longest wait for anything, before a TimeoutError.
    live : bool
        Whether it opens the live channel, as most browsers do; else it asks for a script every second.
    """

    def __init__(self, url: str, query: str = "", patience_s: float = ANSWER_S, *, live: bool = True) -> None:
        super().__init__(url, query, live=live)
        self._patience_s = patience_s
        self._session = ""
        self._tree = Tree()
        self._file_urls: asyncio.Future[Any] | None = None
        self._downloads: dict[str, str] = {}  # addresses of the page's downloads, by the keys of their buttons
        self.answered_operations = 0  # answers to requests of Streamlit's own parts
        self._labels: dict[str, str] = {}  # labels of the other buttons, by key
        self.digit = self.sure = self.progress = ""  # shown by the page
        self.reads_with = ""
        self.message = ""  # of the last file
        self.errors: list[str] = []  # shown by the page; the caller may clear them
        self.kept = False  # whether the page has confirmed an own digit
        self.exceptions: list[str] = []
        self.diary: deque[str] = deque(maxlen=DIARY_LINES)

    @classmethod
    async def open_and_train(cls, url: str, query: str) -> Self:
        """Open the page as a new visitor, and press Train."""
        visitor = cls(url, query)
        await visitor.open()
        await visitor.press("train")
        return visitor

    async def open(self) -> None:
        """Open the page, as the same visitor if there was one, and return when it is drawn."""
        self._downloads.clear()
        self._tree = Tree()
        await self.connect()
        there = {"canvas", "train", "pause", "tab"}
        await self._until(
            lambda: self.finished_scripts and there <= self._ids.keys() and self._cookie, OPENING * self._patience_s
        )
        await self.follow()

    def note(self, what: str) -> None:
        """Record an action or message, for reports on waits."""
        self.diary.append(f"{time.monotonic() % 1000:.2f} {what}")

    async def send(self, *widgets: WidgetState, fragment: str = "") -> None:
        """Send the states of widgets, as `Connection.send`."""
        sent = [widget.id.split("-", 2)[2] for widget in widgets]
        self.note(f"sent {sent} to {fragment[:6] or 'all'}")
        await super().send(*widgets, fragment=fragment)

    async def until(self, condition: Callable[[], object]) -> None:
        """Return when the condition holds, or raise a TimeoutError."""
        await self._until(condition, self._patience_s)

    @property
    def socket(self) -> ClientConnection:
        """The connection, for messages that no browser would send."""
        return self._socket

    def same_visitor(self) -> "Visitor":
        """Return another tab of the same browser, not yet opened."""
        tab = Visitor(self._page_url, self._query, self._patience_s, live=self._live)
        tab._cookie = self._cookie
        return tab

    @property
    def network_saw(self) -> str:
        """The network's input image, as an address that holds its pixels."""
        return re.findall(r'src="([^"]+)"', self._stages)[-1]

    async def reload(self) -> None:
        """Replace this page by a newly opened one."""
        await self.close()
        await self.open()

    async def press(self, key: str) -> None:
        """Press a button, and return when the page has been redrawn."""
        finished = self.finished_scripts
        await self.send(WidgetState(id=self._ids[key], trigger_value=True), fragment=self._fragments[key])
        await self._until(lambda: self.finished_scripts > finished, self._patience_s)

    @property
    def at_rest(self) -> bool:
        """Whether the page shows that no run trains."""
        return not self.progress or any(word in self.progress for word in AT_REST)

    async def pause(self) -> None:
        """Pause a playing run, if any, and return when the page shows it."""
        # A new run is shown before its button reads "Pause"; after the press it reads "Resume".
        await self._until(lambda: self.at_rest or self._labels["pause"] == "Pause", self._patience_s)
        if not self.at_rest:
            await self.press("pause")
        await self._until(lambda: self.at_rest, self._patience_s)

    async def pause_or_resume(self) -> None:
        """Press the button, and return when its label has changed, or the run is over.

        An earlier second press would hit the other button, which the page has drawn but not sent yet.
        """
        before = self._labels["pause"]
        await self.press("pause")
        over = ("done after", "stopped")
        await self._until(
            lambda: self._labels["pause"] != before or any(word in self.progress for word in over), self._patience_s
        )

    async def train(self) -> None:
        """Pause a playing run, and train a new network for at least a step."""
        await self.pause()
        await asyncio.sleep(SETTLE_S)
        self.step, self.progress = 0, " paused"
        await self.press("train")
        begun = ("left", "batch right", "done after", "stopped")
        await self._until(lambda: self.step and any(word in self.progress for word in begun), self._patience_s)

    async def draw(self, data_url: str) -> float:
        """Put a different drawing on the canvas, and return the seconds until it is read."""
        state = {"raw": {"objects": [{"type": "Path", "path": [], "time": time.time()}]}, "data": data_url}
        before, start = self._stages, time.perf_counter()
        if self.is_live:
            await self.ask(data_url, self._patience_s)
            elapsed = time.perf_counter() - start
            await self.send_canvas(json.dumps({"drawing": state}))  # the canvas sends it a moment later
            return elapsed
        self.digit = ""
        await self.send_canvas(json.dumps({"drawing": state}))
        # A blank canvas after a refused file may be read in between.
        await self._until(lambda: self._stages != before and self.digit.isdigit(), self._patience_s)
        elapsed = time.perf_counter() - start
        await asyncio.sleep(SETTLE_S)
        return elapsed

    async def choose_pretrained(self) -> None:
        """Choose the pretrained network."""
        await self.choose("network", ["Pretrained"], lambda: "pretrained network" in self.reads_with)

    async def choose(self, key: str, values: Sequence[str], answered: Callable[[], object]) -> None:
        """Choose an option, such as a tab, and return when the page shows it."""
        choice = WidgetState(id=self._ids[key])
        choice.string_array_value.data.extend(values)
        await self._send_until(key, choice, answered)

    async def set_state(self, state: WidgetState, key: str) -> None:
        """Send any state of an element, and return when the page has been redrawn."""
        finished = self.finished_scripts
        await self.send(state, fragment=self._fragments[key])
        await self._until(lambda: self.finished_scripts > finished, self._patience_s)

    async def open_part(self, tab: str, name: str, key: str) -> None:
        """Open a part of a tab, and return when one of its elements or downloads exists."""
        choice = f"part_{tab.lower()}"
        self._ids.pop(choice, None)
        await self.choose("tab", [tab], lambda: choice in self._ids)
        self._ids.pop(key, None)
        self._downloads.pop(key, None)
        await self.choose(choice, [name], lambda: key in self._ids or key in self._downloads)

    def offers(self, key: str) -> bool:
        """Whether the page has this download button."""
        return key in self._downloads

    def address_of(self, key: str) -> str:
        """Return the address of this download."""
        return self._downloads[key]

    async def download(self, key: str) -> bytes:
        """Press a download button and return the file; an OSError has the reason for a failure."""
        address = self.address_of(key)

        def fetch() -> bytes:
            with urllib.request.urlopen(self._page_url + address, timeout=self._patience_s) as file:
                data: bytes = file.read()
                return data

        return await asyncio.to_thread(fetch)

    async def store(self, name: str, data: bytes) -> tuple[int, Any]:
        """Send a new file to an element of the page; return the server's answer and the file's addresses."""
        urls = await self.file_address(name)
        return await asyncio.to_thread(self.put, urls.upload_url, name, data), urls

    async def upload(self, key: str, name: str, data: bytes) -> int:
        """Upload a file to an element, and return the server's answer after the page has shown it."""
        status, urls = await self.store(name, data)
        if status == 204:
            self.message, before = "", self._stages  # a photo is shown as what the network sees of it
            await self._send_until(
                key, self._uploaded(key, name, len(data), urls), lambda: self.message or self._stages != before
            )
            await asyncio.sleep(SETTLE_S)
        return status

    async def give(self, key: str, name: str, size: int, urls: Any) -> None:
        """Assign a stored file to an uploader, without waiting."""
        await self.send(self._uploaded(key, name, size, urls), fragment=self._fragments[key])

    def _uploaded(self, key: str, name: str, size: int, urls: Any) -> WidgetState:
        state = WidgetState(id=self._ids[key])
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, size, urls.file_id
        info.file_urls.CopyFrom(urls)
        return state

    async def file_address(self, name: str) -> Any:
        """Request an upload address."""
        message = BackMsg()
        message.file_urls_request.request_id = "files"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._session
        self._file_urls = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(self._patience_s):
            return await self._file_urls

    async def _send_until(self, key: str, state: WidgetState, answered: Callable[[], object]) -> None:
        """Send an element's new state with every message until the page has answered.

        The server merges messages that arrive close together, and keeps only the button presses of the earlier one.
        """
        self.hold(key, state)
        try:
            await self.send(fragment=self._fragments[key])
            await self._until(answered, self._patience_s)
        finally:
            self._held.pop(key, None)

    def xsrf_token(self) -> str:
        """Return the page's own XSRF token."""
        with urllib.request.urlopen(f"{self._page_url}/_stcore/health", timeout=self._patience_s) as answer:
            cookie = answer.headers["Set-Cookie"]
        found = re.search(r"_streamlit_xsrf=([^;]+)", cookie)
        assert found
        return found[1]

    def put(self, path: str, name: str, data: bytes) -> int:
        """Send a file with the page's token, and return the server's answer."""
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        return self._request("PUT", path, head.encode() + data + b"\r\n--x--\r\n")

    def delete(self, path: str) -> int:
        """Remove a file that was sent, as a browser does when another one replaces it; return the server's answer."""
        return self._request("DELETE", path, b"")

    def _request(self, method: str, path: str, body: bytes) -> int:
        token = self.xsrf_token()
        connection = HTTPConnection(urlsplit(self._page_url).netloc, timeout=self._patience_s)
        try:
            connection.request(
                method,
                path,
                body,
                {
                    "Content-Type": "multipart/form-data; boundary=x",
                    "Cookie": f"_streamlit_xsrf={token}",
                    "X-Xsrftoken": token,
                },
            )
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def _note(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind in ("new_session", "script_finished") and not message.metadata.run.fragment_ids:
            self.note(f"got {kind}")
        if kind == "new_session" and message.new_session.initialize.session_id:
            self._session = message.new_session.initialize.session_id
        elif kind == "file_urls_response" and self._file_urls is not None and not self._file_urls.done():
            answer = message.file_urls_response
            if answer.error_msg:
                self._file_urls.set_exception(UploadRefused(answer.error_msg))
            else:
                self._file_urls.set_result(answer.file_urls[0])
        elif kind == "backend_operation_response":
            self.answered_operations += 1
        try:
            self._tree.take(message)
        except LookupError as error:  # a browser could not draw this
            self.exceptions.append(str(error))
        super()._note(message)

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert":
            self.message = element.alert.body
            if element.alert.format == Alert.ERROR:
                self.errors.append(element.alert.body)
        elif kind == "button":
            key = element.button.id.split("-", 2)[2]
            if key == "pause":
                self.note(f"got {element.button.label}")
            self._labels[key] = element.button.label
        super()._take(element, fragment)

    def _take_html(self, body: str) -> None:
        if "<style" in body:
            return
        text = " ".join(re.sub(r"<[^>]*>", " ", body).split())
        if found := re.search(r'class="ink-download" href="([^"]+/(\w+))"', body):
            self._downloads[found[2]] = found[1]
        elif found := re.search(rf"inkling_visitor\w*={ID.pattern}", body):
            self._cookie = found[0]
        elif 'class="digit"' in body or 'class="none"' in body:
            self.digit = text
            if "sure" in text:
                self.sure = text
        elif text.endswith("sure"):
            self.sure = text
        elif 'class="ink-track"' in body:
            self.progress = text
            self.note(f"got {text[:80]}")
        elif "Kept as a" in text:
            self.kept = True
        elif "Reading with" in body:
            self.reads_with = text
        elif "Choose “Uploaded network”" in body:
            self.message = text
        super()._take_html(body)
