"""The WebSocket of a page: receive questions, and send the parts of the page that have changed."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import streamlit as st
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mlp.machine import take_busy_cores, wait_for_running_threads
from mlp.page.live import protocol
from mlp.page.live.budget import Budget
from mlp.page.live.live_page import LivePage, Parts, page_of
from mlp.page.live.protocol import Ask, Begun, Hidden, Refused

log = logging.getLogger(__name__)

QUESTION = ("reading",)
"""Sources whose parts answer a question."""
PICTURE = ("scene",)
"""Sources whose parts an answer changes, too; as they cost more than the answer, they follow it."""
PICTURE_S = 0.1
"""Shortest time between two messages with pictures."""
CURVES = "plot."
"""First letters of the parts that wait until the line is free."""
MAX_REST_S = 1.0
"""Longest time without pictures after a message that took long."""


def live_route() -> WebSocketRoute:
    """Return the channel's route below the page's path, where ``st.App`` does not put it by itself."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return WebSocketRoute(f"/{base}/{protocol.PATH}".replace("//", "/"), Channels().serve)


class Maker:
    """A thread that makes parts of all pages, one after the other, and the budget for its time.

    ``policy`` sets how it shares the cores.
    """

    def __init__(self, name: str, policy: Callable[[], None]) -> None:
        self.budget = Budget()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=policy)

    async def make(self, page: LivePage, names: Collection[str], owner: str | None) -> Parts:
        """Return the parts of these sources, and charge their time to the budget, in whose turn this is."""
        loop = asyncio.get_running_loop()
        parts, seconds = await loop.run_in_executor(self._thread, _parts_and_seconds, page, names)
        self.budget.spend(seconds, owner)
        return parts


class Channels:
    """All open channels of the server, which share a thread for readings, and another for all other parts.

    The other parts take longer than a reading, for which no stroke should wait.
    """

    def __init__(self) -> None:
        self.readings = Maker("readings", take_busy_cores)
        self.others = Maker("live", wait_for_running_threads)

    async def serve(self, socket: WebSocket) -> None:
        """Update one page until its connection ends."""
        await socket.accept()
        with suppress(WebSocketDisconnect, OSError):
            try:
                channel = await self._named(socket)
                await channel.run()
            except Refused as refused:
                await socket.close(refused.code, str(refused).encode()[:123].decode(errors="ignore"))  # bytes at most

    async def _named(self, socket: WebSocket) -> "Channel":
        """Return the channel of the page that the first message names."""
        try:
            async with asyncio.timeout(protocol.FIRST_WITHIN_S):
                hello = protocol.parse_first(await _text(socket))
        except TimeoutError as error:
            raise Refused(protocol.TOO_LATE, "the first message did not come in time") from error
        page = page_of(hello.key)
        if page is None:
            raise Refused(protocol.UNKNOWN_KEY, "no open page has this key")
        return Channel(self, socket, page, hidden=hello.hidden)


class Channel:
    """One connection; ``hidden`` says whether its page is hidden."""

    def __init__(self, channels: Channels, socket: WebSocket, page: LivePage, *, hidden: bool) -> None:
        self._channels = channels
        self._socket = socket
        self._page = page
        self._hidden = hidden
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._due: set[str] = set()
        self._urgent: set[str] = set()  # of these, sources whose texts do not wait for pictures
        self._question: Ask | None = None
        self._asked = asyncio.Event()
        self._reading = asyncio.Lock()  # no older reading is sent after a newer one
        self._woken = asyncio.Event()
        self._arrived = True  # the last message
        self._pictured = False  # the last message had more than the answer to a question
        self._rests_until = 0.0
        self._sent: Parts = {}
        self._number = 0
        self._sent_at = self._loop.time()

    def wake(self, names: Collection[str], *, urgent: bool = False) -> None:
        """Send the changed parts of these sources; safe from any thread."""
        self._in_loop(self._wake, names, urgent)

    def hand_over(self) -> None:
        """Close, as the page has opened another connection; safe from any thread."""
        self._in_loop(self._end, Refused(protocol.TAKEN_OVER, "this page has opened another connection"))

    def _in_loop(self, act: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(act, *args)

    def _wake(self, names: Collection[str], urgent: bool = False) -> None:
        self._due.update(names)
        if urgent:
            self._urgent.update(names)
        self._woken.set()

    def _end(self, why: Refused) -> None:
        if not self._ended.done():
            self._ended.set_exception(why)

    async def run(self) -> None:
        """Listen and send until the connection ends, or another one of the same page takes over."""
        self._page.connect(self)
        tasks = [
            asyncio.create_task(act()) for act in (self._listen, self._answer, self._update, self._send_heartbeats)
        ]
        try:
            done, _ = await asyncio.wait([*tasks, self._ended], return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
        finally:
            self._page.disconnect(self)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._ended.cancel()

    async def _listen(self) -> None:
        """Record the browser's messages; nothing waits here, so no message can pile up."""
        begun, n = self._loop.time(), 0
        while True:
            message = protocol.parse(await _text(self._socket))
            if self._loop.time() - begun > 1:
                begun, n = self._loop.time(), 0
            n += 1
            if n > protocol.MAX_PER_SECOND:
                raise Refused(protocol.TOO_MANY, f"more than {protocol.MAX_PER_SECOND} messages in a second")
            if isinstance(message, Ask):
                self._question = message
                self._page.ask(message)
                self._asked.set()
            elif isinstance(message, Begun):
                self._page.desk.begin_stroke()
            elif isinstance(message, Hidden):
                self._hidden = message.hidden
                self._woken.set()
            elif message.got == self._number:
                self._arrived = True
                self._page.trip_s = self._loop.time() - self._sent_at
                if self._pictured:
                    self._rest(self._page.trip_s)
                self._page.arrived(self._sent.get("step"))
                self._woken.set()

    def _rest(self, seconds: float) -> None:
        """Send only answers for some time, so that half of a slow line stays free for strokes and presses."""
        seconds = min(seconds, MAX_REST_S)
        self._rests_until = max(self._rests_until, self._loop.time() + seconds)
        self._loop.call_later(seconds, self._woken.set)

    async def _answer(self) -> None:
        """Answer each question at once, before anything else of its page; of several, only the newest."""
        readings = self._channels.readings
        while True:
            await self._asked.wait()
            self._asked.clear()
            async with self._reading:
                async with readings.budget.turn(self._page.owner):
                    question, self._question = self._question, None
                    if question is None:  # answered just now, as it came while another one waited for this turn
                        continue
                    parts = await readings.make(self._page, QUESTION, self._page.owner)
                await self._send(parts, question)
            self._page.note_answered(question)
            self._wake(PICTURE)

    async def _update(self) -> None:
        """Send urgent texts at once, and the rest when the last message has arrived and rests are over."""
        readings, others = self._channels.readings, self._channels.others
        while True:
            try:
                # Not wait_for, which before Python 3.12 misses a cancellation just when the event comes.
                async with asyncio.timeout(self._page.due_in_s):
                    await self._woken.wait()
            except TimeoutError:
                self._page.due_in_s = None
                self._wake(["page"])
            self._woken.clear()
            whole = self._arrived and self._loop.time() >= self._rests_until
            if self._hidden or not (self._urgent or (self._due and whole)):
                continue  # the parts stay due
            names, self._urgent = self._urgent, set()
            if whole:
                names, self._due = self._due, set()
            shown = self._page.desk.answered
            async with others.budget.turn(None):
                parts = await others.make(self._page, names.difference(QUESTION), None)
            async with self._reading:
                if not names.isdisjoint(QUESTION):
                    async with readings.budget.turn(None):
                        parts |= await readings.make(self._page, QUESTION, None)
                    if names.isdisjoint(PICTURE) or self._page.desk.answered is not shown:
                        self._wake(PICTURE)  # of what was read just now, such as an image given after Clear
                await self._send(parts, whole=whole)

    async def _send(self, parts: Parts, question: Ask | None = None, *, whole: bool = False) -> None:
        """Send the parts that have changed, and an answer even without any."""
        changed = {
            name: value
            for name, value in parts.items()
            if (name not in self._sent or value != self._sent[name]) and (whole or not name.startswith(CURVES))
        }
        if not changed and question is None:
            return
        self._sent |= changed
        self._number += 1
        self._arrived = False
        self._sent_at = self._loop.time()
        self._pictured = whole
        if whole:
            self._rest(max(PICTURE_S, 2 * self._page.trip_s))
        await self._socket.send_text(
            protocol.encoded(self._number, changed, None if question is None else question.ask)
        )

    async def _send_heartbeats(self) -> None:
        """Send an empty message after each second without one, so that a browser notices a lost connection."""
        while True:
            await asyncio.sleep(protocol.BEAT_S)
            if not self._hidden and self._loop.time() - self._sent_at >= protocol.BEAT_S:
                await self._socket.send_text(protocol.encoded(0, {}, None))


async def _text(socket: WebSocket) -> str:
    """Return the next message, which must be text."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    if text is None:
        raise Refused(protocol.MALFORMED, "a message must be text")
    return text


def _parts_and_seconds(page: LivePage, names: Collection[str]) -> tuple[Parts, float]:
    begun = time.thread_time()
    try:
        parts = page.parts(names)
    except Exception:  # the page stays as it is, and a script that fails shows its own error
        log.exception("a part of the page could not be made")
        parts = {}
    return parts, time.thread_time() - begun
