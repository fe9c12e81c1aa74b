"""A tab without a browser: speaks Streamlit's protocol and the live channel's, as the browser's parts do."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

REDRAW_S = 1.0
REDRAW_PATIENCE_S = 10.0  # for one page to be drawn
GOING_AWAY = 1001


class Connection:
    """Opens the page, sends the states of widgets, and follows the live channel.

    Parameters
    ----------
    url : str
        The page's address, such as ``http://127.0.0.1:8501``.
    query : str
        The part of the address after the question mark.
    live : bool
        Whether it opens the live channel, as most browsers do; else it asks for the page each second while a run plays.
    """

    def __init__(self, url: str, query: str = "", *, live: bool = True) -> None:
        self._query = query
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page_url = url
        self._cookie = ""  # of the page, once it has set one
        self._ids: dict[str, str] = {}  # element ids by key
        self._fragments: dict[str, str] = {}  # the fragment of each element, by key
        self._held: dict[str, WidgetState] = {}  # states sent with every message, by key, like a browser's
        self._live = live
        self._live_key: str | None = None
        self._channel: ClientConnection | None = None
        self._asked = self._answered = 0
        self._requested: str | None = None
        self._redrawn: dict[str, float] = {}  # the parts that it has asked for, each with its number
        self._sees_tab = "tab=" in query or "lab=" in query  # else it lies below the screen, as on a page just opened
        self._stages = ""
        self._moves = False  # whether a run plays
        self._changed = asyncio.Event()
        self._socket: ClientConnection
        self._reading: asyncio.Task
        self._following: asyncio.Task
        self.finished_scripts = 0
        self.step = 0  # of the run, as the page shows it
        self.step_since = time.monotonic()  # the time at which it was first shown
        self.frames = 0  # number of updates of the curves

    async def connect(self) -> None:
        """Open the page, as the same visitor if there was one, and request it, without waiting."""
        self._ids.clear()
        self._fragments.clear()
        self._held.clear()
        self._stages, self.finished_scripts = "", 0
        self._socket = await connect(
            self._url,
            subprotocols=["streamlit"],
            origin=self._page_url,
            max_size=None,
            ping_interval=None,
            additional_headers={"Cookie": self._cookie} if self._cookie else {},
        )
        self._reading = asyncio.create_task(self._read())
        await self.send()

    async def follow(self) -> None:
        """Open the live channel, or request the page once a second, as browsers do if it does not open."""
        if not self._live:
            self._following = asyncio.create_task(self._redraw())
            return
        url = self._url.replace("_stcore/stream", "live")
        self._channel = await connect(url, origin=self._page_url, max_size=None, ping_interval=None)
        await self._channel.send(json.dumps({"version": 1, "key": self._live_key, "hidden": False}))
        self._following = asyncio.create_task(self._take_parts(self._channel))

    async def close(self) -> None:
        """Close the tab with the code that a browser sends."""
        self._following.cancel()
        if self._channel is not None:
            await self._channel.close(GOING_AWAY)
        if self._reading.done() and not self._reading.cancelled():
            self._reading.exception()  # the page closed first, which was raised where it was awaited
        self._reading.cancel()
        await self._socket.close(GOING_AWAY)

    @property
    def widgets(self) -> dict[str, str]:
        """The ids of all elements that the page has drawn so far, by key."""
        return dict(self._ids)

    @property
    def is_live(self) -> bool:
        """Whether the live channel is open."""
        return self._channel is not None

    async def ask(self, data_url: str, seconds: float) -> None:
        """Ask for the reading of a drawing over the live channel, and return when it has arrived."""
        assert self._channel is not None
        self._asked += 1
        await self._channel.send(json.dumps({"ask": self._asked, "ink": data_url, "pen": False}))
        await self._until(lambda: self._answered == self._asked, seconds)

    async def send_canvas(self, text: str) -> None:
        """Send this as the canvas's state, now and with all later messages, without waiting."""
        self.hold("canvas", WidgetState(id=self._ids["canvas"], json_value=text))
        await self.send(fragment=self._fragments["canvas"])

    def hold(self, key: str, state: WidgetState) -> None:
        """Send this state of an element with all later messages."""
        self._held[key] = state

    async def send(self, *widgets: WidgetState, fragment: str = "") -> None:
        """Send the states of widgets, and request the page or one of its fragments, without waiting."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self._query
        rerun.widget_states.widgets.extend([*widgets, *self._held.values()])
        rerun.fragment_id = fragment
        rerun.context_info.url = self._page_url
        rerun.context_info.timezone = "UTC"
        rerun.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())

    async def _redraw(self) -> None:
        drawn, asked_at = -1, 0.0
        while True:
            await asyncio.sleep(REDRAW_S)
            if self._moves and (self.finished_scripts > drawn or time.monotonic() - asked_at > REDRAW_PATIENCE_S):
                drawn, asked_at = self.finished_scripts, time.monotonic()
                await self._trigger("draw", asked_at)

    async def _take_parts(self, channel: ClientConnection) -> None:
        """Record the parts from the live channel, and request scripts as the browser's part does."""
        async for data in channel:
            message = json.loads(data)
            parts = message["parts"]
            await channel.send(json.dumps({"got": message["number"]}))
            self._answered = message.get("answers", self._answered)
            self.frames += bool(parts.get("plot.loss"))
            for name, html in parts.items():
                if name.startswith("html."):
                    self._take_html(html)
            if "step" in parts:
                self._note_step(parts["step"][1])
            if "draw" in parts and parts["draw"] != self._requested:
                self._requested = parts["draw"]
                if self._requested is not None:
                    await self._trigger("draw", self._requested)
            seen = {key: number for key, number, in_tab in parts.get("outdated", []) if self._sees_tab or not in_tab}
            if wanted := [key for key, number in seen.items() if self._redrawn.get(key) != number]:
                self._redrawn |= seen
                await self._trigger("redraw", wanted)
            self._changed.set()

    async def _trigger(self, event: str, value: Any) -> None:
        """Send the live channel component's request for a script."""
        key = "live" if event == "draw" else "live_requests"
        name = f"$$STREAMLIT_INTERNAL_KEY_{self._ids[key]}__events"
        event_state = WidgetState(id=name, json_trigger_value=json.dumps([{"event": event, "value": value}]))
        await self.send(event_state, fragment=self._fragments[key])

    async def _read(self) -> None:
        async for data in self._socket:
            message = ForwardMsg()
            message.ParseFromString(data)
            self._note(message)
            self._changed.set()

    def _note(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._take(message.delta.new_element, message.delta.fragment_id)
        elif kind == "script_finished":
            self.finished_scripts += 1

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "html":
            self._take_html(element.html.body)
        elif kind == "bidi_component" and element.bidi_component.component_name == "chart":
            self.frames += 1
        elif kind is not None:
            identifier = getattr(getattr(element, kind), "id", "")
            if isinstance(identifier, str) and identifier.startswith("$$ID-"):
                key = identifier.split("-", 2)[2]
                self._ids[key], self._fragments[key] = identifier, fragment
                if key == "live":
                    data = json.loads(element.bidi_component.json)
                    self._live_key, self._moves = data["key"], data["moves"]

    def _take_html(self, body: str) -> None:
        if "ink-stages" in body:
            self._stages = body
        elif found := re.search(r"step ([\d,]+) of", body):
            self._note_step(int(found[1].replace(",", "")))

    def _note_step(self, step: int) -> None:
        if step != self.step:
            self.step, self.step_since = step, time.monotonic()

    async def until_closed(self) -> None:
        """Wait until the connection is closed, and raise the reason."""
        await self._reading

    async def _until(self, condition: Callable[[], object], seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                if self._reading.done():
                    self._reading.result()
                    raise ConnectionError("the page has closed the connection")
                self._changed.clear()
                await self._changed.wait()
