"""A visitor without a browser: speaks the page's own protocol over its WebSocket, as the browser's part does."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

OPEN_S = 120.0
ANSWER_S = 30.0
GOING_AWAY = 1001


class Visitor:
    """Opens the page, presses its buttons, draws on its canvas, and polls where the page asks for it.

    Parameters
    ----------
    url : str
        Of the page, such as ``http://127.0.0.1:8501``.
    query : str
        What stands in the address after the question mark.
    """

    def __init__(self, url: str, query: str = "") -> None:
        self._query = query
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page_url = url
        self._ids: dict[str, str] = {}  # element ids by key
        self._fragments: dict[str, str] = {}  # the fragment that each of them belongs to, by the same key
        self._held: dict[str, WidgetState] = {}  # what every message says, by key, as a browser's messages do
        self._timers: dict[str, asyncio.Task] = {}
        self._stages = ""
        self._news = asyncio.Event()
        self._socket: ClientConnection
        self._reading: asyncio.Task
        self.finished_scripts = 0
        self.step = 0  # of the run, as the page tells it
        self.step_since = time.monotonic()  # when that was told first
        self.frames = 0  # pictures of the curves that came

    async def open(self) -> None:
        """Open the page, and return when it is drawn."""
        self._socket = await connect(
            self._url, subprotocols=["streamlit"], origin=self._page_url, max_size=None, ping_interval=None
        )
        self._reading = asyncio.create_task(self._read())
        await self.send()
        await self._until(lambda: self.finished_scripts and {"canvas", "train"} <= self._ids.keys(), OPEN_S)

    @classmethod
    async def who_trains(cls, url: str, query: str) -> Self:
        """Open the page as a new visitor, and press Train."""
        visitor = cls(url, query)
        await visitor.open()
        await visitor.press("train")
        return visitor

    async def close(self) -> None:
        """Close the tab, and say so as a browser does."""
        for timer in self._timers.values():
            timer.cancel()
        if self._reading.done() and not self._reading.cancelled():
            self._reading.exception()  # the page has gone first, and who waited for it has been told
        self._reading.cancel()
        await self._socket.close(GOING_AWAY)

    @property
    def widgets(self) -> dict[str, str]:
        """The ids of all elements that the page has drawn so far, by key."""
        return dict(self._ids)

    async def press(self, key: str) -> None:
        """Press a button, and return when the page has been drawn anew."""
        finished = self.finished_scripts
        await self.send(WidgetState(id=self._ids[key], trigger_value=True), fragment=self._fragments[key])
        await self._until(lambda: self.finished_scripts > finished, ANSWER_S)

    async def draw(self, data_url: str) -> float:
        """Put a drawing on the canvas, and give the seconds until the page shows what the network saw of it."""
        state = {"drawing": {"raw": {"objects": [], "time": time.time()}, "data": data_url}}
        before, start = self._stages, time.perf_counter()
        await self.send_canvas(json.dumps(state))
        await self._until(lambda: self._stages != before, ANSWER_S)
        return time.perf_counter() - start

    async def send_canvas(self, text: str) -> None:
        """Say, now and in all that follows, that the canvas holds this, whatever it is; wait for nothing."""
        self.hold("canvas", WidgetState(id=self._ids["canvas"], json_value=text))
        await self.send(fragment=self._fragments["canvas"])

    def hold(self, key: str, state: WidgetState) -> None:
        """Say this of an element in all that follows."""
        self._held[key] = state

    async def send(self, *widgets: WidgetState, fragment: str = "", by_timer: bool = False) -> None:
        """Send what widgets are set to, and ask for the page, or for one fragment of it; wait for nothing."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self._query
        rerun.widget_states.widgets.extend([*widgets, *self._held.values()])
        rerun.fragment_id = fragment
        rerun.is_auto_rerun = by_timer
        rerun.context_info.url = self._page_url
        rerun.context_info.timezone = "UTC"
        rerun.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())

    async def _poll(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.send(fragment=fragment, by_timer=True)

    async def _read(self) -> None:
        async for data in self._socket:
            message = ForwardMsg()
            message.ParseFromString(data)
            self._note(message)
            self._news.set()

    def _note(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._take(message.delta.new_element, message.delta.fragment_id)
        elif kind == "new_session" and not message.metadata.run.fragment_ids:
            self._stop_timers(list(self._timers))  # the whole page is drawn anew, and says again what polls
        elif kind == "auto_rerun":
            poll = message.auto_rerun
            self._stop_timers([poll.fragment_id])
            self._timers[poll.fragment_id] = asyncio.create_task(self._poll(poll.fragment_id, poll.interval))
        elif kind == "stop_auto_rerun":
            self._stop_timers(message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            self.finished_scripts += 1

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "html":
            body = element.html.body
            if "ink-stages" in body:
                self._stages = body
            elif found := re.search(r"step ([\d,]+) of", body):
                self._note_step(int(found[1].replace(",", "")))
        elif kind == "imgs":
            self.frames += 1
        elif kind is not None:
            identifier = getattr(getattr(element, kind), "id", "")
            if isinstance(identifier, str) and identifier.startswith("$$ID-"):
                key = identifier.split("-", 2)[2]
                self._ids[key], self._fragments[key] = identifier, fragment

    def _note_step(self, step: int) -> None:
        if step != self.step:
            self.step, self.step_since = step, time.monotonic()

    def _stop_timers(self, fragments: Any) -> None:
        for fragment in fragments:
            timer = self._timers.pop(fragment, None)
            if timer is not None:
                timer.cancel()

    async def until_closed(self) -> None:
        """Wait until the connection is closed, and raise what closed it."""
        await self._reading

    async def _until(self, condition: Callable[[], object], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                if self._reading.done():
                    self._reading.result()
                    raise ConnectionError("the page has closed the connection")
                self._news.clear()
                await self._news.wait()
