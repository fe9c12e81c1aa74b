"""A visitor without a browser, who speaks Streamlit's protocol and the live channel's as the browser's parts do."""

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.wire.shown import ShownPage

ANSWER_S = 30.0
DRAW_AFTER_S = 0.3  # as `mlp/page/live/live.js` waits
OPENING = 4  # times the patience for an answer
GOING_AWAY = 1001
NO_ANSWER = (TimeoutError, OSError, WebSocketException)
"""Errors of a page that does not answer, or has closed the connection."""


class Visitor(ShownPage):
    """A visitor of the page who draws, presses, uploads, reloads, leaves and returns.

    Parameters
    ----------
    url : str
        The page's address, such as ``http://127.0.0.1:8501``.
    query : str
        The part of the address after the question mark.
    patience_s : float
        Longest wait for anything, before a TimeoutError.
    live : bool
        Whether it opens the live channel, as browsers do; else a drawing's answer comes with the script.
    """

    def __init__(self, url: str, query: str = "", patience_s: float = ANSWER_S, *, live: bool = True) -> None:
        super().__init__()
        self.url, self.query, self.patience_s, self._live = url, query, patience_s, live
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._asked = 0

    async def connect(self) -> None:
        """Open the page, as the same visitor if there was one, and request it, without waiting."""
        self.begin()
        self._held: dict[str, WidgetState] = {}  # states sent with every message, by key, like a browser's
        self._redrawn: dict[str, float] = {}  # the parts that it has asked for, each with its number
        self._requested: object = None
        self._answered = self._asked
        self._channel: ClientConnection | None = None
        self.socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=self.url,
            max_size=None,
            ping_interval=None,
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
        )
        self._tasks = [asyncio.create_task(self._read())]
        await self.send()

    async def open(self) -> None:
        """Open the page, as the same visitor if there was one, and return when it is drawn."""
        await self.connect()
        there = {"canvas", "train", "pause", "tab"}
        await self.until(lambda: self.finished_scripts and there <= self.widgets.keys() and self.cookie, OPENING)
        if self._live:
            url = f"{self.url.replace('http', 'ws', 1)}/live"
            self._channel = await connect(url, origin=self.url, max_size=None, ping_interval=None)
            await self._send(json.dumps({"version": 1, "key": self.live_key, "hidden": False}), self._channel)
            self._tasks.append(asyncio.create_task(self._take_parts(self._channel)))

    @classmethod
    async def open_and_train(cls, url: str, query: str) -> Self:
        """Open the page as a new visitor, and press Train."""
        visitor = cls(url, query)
        await visitor.open()
        await visitor.press("train")
        return visitor

    async def open_room(self) -> None:
        """Open the page, and a room."""
        await self.open()
        await self.press("room_open")
        await self.until(lambda: self.room and "room_file" in self.widgets)

    async def close(self) -> None:
        """Close the tab with the code that a browser sends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in filter(None, (self._channel, self.socket)):
            await socket.close(GOING_AWAY)

    async def reload(self) -> None:
        """Replace this page by a newly opened one."""
        with suppress(*NO_ANSWER):
            await self.close()
        await self.open()

    async def until(self, condition: Callable[[], object], times: float = 1) -> None:
        """Return when the condition holds, or raise a TimeoutError, or the reason for which the page closed."""
        async with self._patience("what the page should show", times):
            while not condition():
                if self._tasks[0].done():
                    self._tasks[0].result()
                    raise ConnectionError("the page has closed the connection")
                self._changed.clear()
                await self._changed.wait()

    async def until_closed(self) -> None:
        """Wait until the page closes the connection, and raise the reason."""
        async with self._patience("the end of the connection"):
            await self._tasks[0]

    @asynccontextmanager
    async def _patience(self, awaited: str, times: float = 1) -> AsyncIterator[None]:
        """Raise a TimeoutError that names what is awaited, if it takes longer than the patience."""
        try:
            async with asyncio.timeout(times * self.patience_s):
                yield
        except TimeoutError as error:
            shown = f"{self.digit!r}, {self.progress!r}, {self.message!r}"
            raise TimeoutError(f"{awaited} took longer than {times * self.patience_s:g} s; it shows {shown}") from error

    # Acts

    async def send(self, *states: WidgetState, key: str = "") -> None:
        """Send the states of widgets, and request the page, or the fragment of the element ``key``, without waiting."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self.query
        rerun.widget_states.widgets.extend([*states, *self._held.values()])
        rerun.fragment_id = self.fragments.get(key, "")
        rerun.context_info.url = self.url
        rerun.context_info.timezone = "UTC"
        rerun.context_info.color_scheme = "light"
        await self._send(message.SerializeToString())

    async def _send(self, data: bytes | str, socket: ClientConnection | None = None) -> None:
        """Send to Streamlit, or to the live channel; it waits while the page takes nothing."""
        async with self._patience("sending"):
            await (socket or self.socket).send(data)

    def hold(self, key: str, state: WidgetState) -> None:
        """Send this state of an element with all later messages."""
        self._held[key] = state

    async def press(self, key: str) -> None:
        """Press a button, and return when the page has been redrawn."""
        await self.set_state(WidgetState(id=self.widgets[key], trigger_value=True), key)

    async def set_state(self, state: WidgetState, key: str) -> None:
        """Send any state of an element, and return when the page has been redrawn."""
        finished = self.finished_scripts
        await self.send(state, key=key)
        await self.until(lambda: self.finished_scripts > finished)

    async def pick(self, key: str, number: int) -> None:
        """Press an element of a picture, and return when the page has been redrawn."""
        finished = self.finished_scripts
        await self._trigger(key, "picked", [number, 0, 0])
        await self.until(lambda: self.finished_scripts > finished)

    async def train(self) -> None:
        """Pause a playing run, if any, and train a new network for at least a step."""
        if "pause" in self.widgets and not self.at_rest:
            await self.press("pause")
            await self.until(lambda: self.at_rest)
        self.step = 0
        self.shown.pop("progress", None)
        await self.press("train")
        await self.until(lambda: self.step and self.progress and " paused" not in self.progress)

    async def send_canvas(self, text: str) -> None:
        """Send this as the canvas's state, now and with all later messages, without waiting."""
        self.hold("canvas", WidgetState(id=self.widgets["canvas"], json_value=text))
        await self.send(key="canvas")

    async def draw(self, data_url: str) -> float:
        """Put a different drawing on the canvas, and return the seconds until it is read."""
        drawing = {"raw": {"objects": [{"type": "Path", "path": [], "time": time.time()}]}, "data": data_url}
        start = time.perf_counter()
        if self._channel is None:
            self.shown.pop("answer", None)
            await self.send_canvas(json.dumps({"drawing": drawing}))
            await self.until(lambda: self.digit.isdigit())
            return time.perf_counter() - start
        self._asked += 1
        await self._send(json.dumps({"ask": self._asked, "ink": data_url, "pen": False}), self._channel)
        await self.until(lambda: self._answered == self._asked)
        elapsed = time.perf_counter() - start
        await self.send_canvas(json.dumps({"drawing": drawing}))  # the canvas sends it a moment later
        return elapsed

    # Files

    async def file_address(self, name: str) -> Any:
        """Request an upload address."""
        message = BackMsg()
        message.file_urls_request.request_id = "files"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        self._file_urls = asyncio.get_running_loop().create_future()
        await self._send(message.SerializeToString())
        async with self._patience("an address for a file"):
            return await self._file_urls

    async def store(self, name: str, data: bytes) -> tuple[int, Any]:
        """Send a new file to the page; return the server's answer and the file's addresses."""
        urls = await self.file_address(name)
        return await asyncio.to_thread(self.request, "PUT", urls.upload_url, name, data), urls

    async def upload(self, key: str, name: str, data: bytes) -> int:
        """Upload an image to an element, and return the server's answer after the page has shown it."""
        before = self.put
        status = await self.hand_over(key, name, data)
        if status == 204:  # the page puts a photo's ink on the canvas
            await self.until(lambda: self.message or (self.put != before and self.put[1]))
        return status

    async def hand_over(self, key: str, name: str, data: bytes) -> int:
        """Upload a file to an element, and return the server's answer after a script has taken it."""
        status, urls = await self.store(name, data)
        if status == 204:
            state = WidgetState(id=self.widgets[key])
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.name, info.size, info.file_id = name, len(data), urls.file_id
            info.file_urls.CopyFrom(urls)
            self.message = ""
            self.hold(key, state)
            try:
                await self.set_state(state, key)
            finally:
                self._held.pop(key, None)
        return status

    def request(self, method: str, path: str, name: str = "", data: bytes = b"") -> int:
        """Send or delete a file with the page's token; return the server's answer, 0 if it only ends the connection."""
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=self.patience_s) as answer:
            token = re.search(r"_streamlit_xsrf=([^;]+)", answer.headers["Set-Cookie"])
        assert token
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": token[0], "X-Xsrftoken": token[1]}
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=self.patience_s)
        try:
            with suppress(BrokenPipeError):  # it may refuse a file before all of it is sent
                connection.request(method, path, head + data + b"\r\n--x--\r\n" if data else b"", headers)
            return connection.getresponse().status
        except ConnectionResetError:
            return 0
        finally:
            connection.close()

    async def download(self, key: str) -> bytes:
        """Press a download button and return the file; an OSError has the reason for a failure."""

        def fetch() -> bytes:
            with urllib.request.urlopen(self.url + self.downloads[key], timeout=self.patience_s) as file:
                data: bytes = file.read()
                return data

        return await asyncio.to_thread(fetch)

    # What arrives

    async def _take_parts(self, channel: ClientConnection) -> None:
        """Record the parts from the live channel, and request scripts as the browser's part does."""
        in_view = "tab=" in self.query or "lab=" in self.query  # else the tab lies below the screen
        async for data in channel:
            message = json.loads(data)
            parts = message["parts"]
            await channel.send(json.dumps({"got": message["number"]}))
            self._answered = message.get("answers", self._answered)
            self.take_parts(parts)
            seen = {key: number for key, number, in_tab in parts.get("outdated", []) if in_view or not in_tab}
            if wanted := [key for key, number in seen.items() if self._redrawn.get(key) != number]:
                self._redrawn |= seen
                await self._trigger("live_requests", "redraw", wanted)
            if "draw" in parts and parts["draw"] != self._requested:
                self._requested = parts["draw"]
                self._tasks.append(asyncio.create_task(self._draw_later()))
            self._changed.set()

    async def _draw_later(self) -> None:
        """Request the whole page a moment after its parts, unless it is no longer wanted by then."""
        wanted = self._requested
        await asyncio.sleep(DRAW_AFTER_S)
        if wanted is not None and wanted == self._requested:
            await self._trigger("live", "draw", wanted)

    async def _trigger(self, key: str, event: str, value: object) -> None:
        """Send the live channel component's request for a script."""
        name = f"$$STREAMLIT_INTERNAL_KEY_{self.widgets[key]}__events"
        await self.send(
            WidgetState(id=name, json_trigger_value=json.dumps([{"event": event, "value": value}])), key=key
        )

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                message = ForwardMsg()
                message.ParseFromString(data)
                self.take_message(message)
                if message.HasField("file_urls_response") and not self._file_urls.done():
                    self._file_urls.set_result(message.file_urls_response.file_urls[0])
                self._changed.set()
        finally:
            self._changed.set()
