"""What the page repairs in Streamlit: its queue of messages, its scripts' beginnings and ends, and closed tabs."""

import asyncio
import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from mlp.page.server.messages import noting_left_tabs
from tests.page.server.browser_tab import WAIT_S, BrowserTab
from tests.page.sight import APP, PATIENCE_S


def filled() -> ForwardMsgQueue:
    """A queue with an answer, and something that is drawn."""
    upload, drawn = ForwardMsg(), ForwardMsg()
    upload.file_urls_response.response_id = "upload"
    drawn.delta.new_element.text.body = "a page"
    drawn.delta.fragment_id = "a fragment"
    queue = ForwardMsgQueue()
    for message in (upload, drawn):
        queue.enqueue(message)
    return queue


@pytest.mark.parametrize("fragments", [None, ["a fragment"]], ids=["the whole page", "a fragment"])
@pytest.mark.usefixtures("replaced")
def test_answer_survives_the_start_of_a_script(fragments: list[str] | None):
    queue = filled()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    sent = {message.WhichOneof("type") for message in queue.flush()}
    assert "file_urls_response" in sent
    assert queue.is_empty()


def drawn(*path: int, fragment: str = "", text: str | None = None) -> ForwardMsg:
    """A container, or a text, as a script sends it."""
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    if text is None:
        message.delta.add_block.allow_empty = True
    else:
        message.delta.new_element.text.body = text
    message.delta.fragment_id = fragment
    return message


def paths(queue: ForwardMsgQueue) -> list[tuple[int, ...]]:
    return [tuple(message.metadata.delta_path) for message in queue.flush()]


@pytest.fixture
def queue(replaced: None) -> ForwardMsgQueue:
    """Messages of a drawn page: a text, a fragment with a text in its container, and a text below."""
    queue = ForwardMsgQueue()
    queue.enqueue(drawn(0, 0, text="above"))
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 1"))
    queue.enqueue(drawn(0, 2, text="below"))
    return queue


def test_each_container_is_sent_before_its_content(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["watch"])
    queue.enqueue(drawn(0, 1, fragment="watch"))
    queue.enqueue(drawn(0, 1, 0, fragment="watch", text="step 2"))
    assert paths(queue) == [(0, 0), (0, 1), (0, 1, 0), (0, 2), (0, 1), (0, 1, 0)]


def test_old_output_is_dropped_when_the_whole_page_redraws(queue: ForwardMsgQueue):
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == []


N_DRAWN = 2000


class FullLine(Mock):
    """A connection that takes no message before it is freed."""

    def __init__(self) -> None:
        super().__init__(headers={}, cookies={}, client=None)
        self.freed = asyncio.Event()
        self.n_sent = 0

    async def send_bytes(self, _: bytes) -> None:
        await self.freed.wait()
        self.n_sent += 1


@pytest.mark.usefixtures("replaced")
def test_full_line_delays_messages_and_loses_none():
    async def visit() -> int:
        line = FullLine()
        client = StarletteSessionClient(line)
        for _ in range(N_DRAWN):
            client.write_forward_msg(ForwardMsg())
        line.freed.set()
        while line.n_sent < N_DRAWN:
            await asyncio.sleep(0)
        await client.aclose()
        return line.n_sent

    assert asyncio.run(asyncio.wait_for(visit(), 10)) == N_DRAWN


SCRIPT = """
import streamlit as st
from tests.page.server.test_repairs import may_end, rounds

@st.fragment
def part(name):
    rounds.append(name)
    st.button("Press", key=f"{name}{rounds.count(name)}")
    may_end.wait(20)

for name in "ab":
    part(name)
"""

rounds: list[str] = []
"""The fragments that have been drawn so far."""
may_end = threading.Event()
"""Set while scripts may end."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: None) -> Path:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock(get_client=lambda _: None))
    rounds.clear()
    may_end.set()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return script


async def opened(script: Path) -> BrowserTab:
    tab = BrowserTab(script)
    await tab.press()
    await tab.drawn()
    return tab


async def redraw_as_the_last_one_ends(tab: BrowserTab) -> None:
    """Request one fragment, and another when its script has ended and the event loop does not know that yet."""
    first, second = tab.fragment_of("a1"), tab.fragment_of("b1")
    may_end.clear()
    await tab.send(fragment=first)
    may_end.set()
    for thread in threading.enumerate():
        if thread.name == "ScriptRunner.scriptThread":
            thread.join(WAIT_S)  # the event loop waits, too
    await tab.send(fragment=second)


def test_request_at_the_end_of_a_script_loses_nothing_that_was_drawn(script: Path):
    async def scenario() -> None:
        tab = await opened(script)
        await redraw_as_the_last_one_ends(tab)
        async with asyncio.timeout(WAIT_S):
            while len(rounds) < 4:
                await asyncio.sleep(0.01)
        await tab.drawn()
        assert tab.id_of("a2") != tab.id_of("b2")
        await tab.close()

    asyncio.run(scenario())


PAGE_IN_A_CONTAINER = f"""
import runpy
import streamlit as st

with st.container(key="left_open"):
    runpy.run_path({str(APP)!r}, run_name="__main__")
"""
"""The page's script in a thread that has not left a fragment's container."""


def test_page_is_drawn_from_the_top_though_a_container_is_open():
    page = AppTest.from_string(PAGE_IN_A_CONTAINER, default_timeout=PATIENCE_S).run()
    assert not page.exception
    assert len(page.container(key="left_open").children) == 0
    assert "Draw a digit" in [header.value for header in page.header]


def visit(page: Any, code: int, send: Any) -> None:
    """Open a tab, and close it with this code."""
    messages = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": code}])

    async def receive() -> Any:
        return next(messages)

    asyncio.run(noting_left_tabs(page)({"type": "websocket"}, receive, send))


@pytest.mark.parametrize(("code", "kept"), [(1001, False), (1006, True), (1000, True)])
@pytest.mark.usefixtures("replaced")
def test_session_of_a_closed_tab_is_forgotten_at_once(monkeypatch: pytest.MonkeyPatch, code: int, kept: bool):
    monkeypatch.setattr("streamlit.runtime.get_instance", Mock())
    storage = MemorySessionStorage()
    manager = WebsocketSessionManager(storage, Mock(), Mock(), None)

    async def page(scope: Any, receive: Any, send: Any) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        session = manager.connect_session(Mock(), ScriptData("page.py", is_hello=False), {})
        with pytest.raises(WebSocketDisconnect):
            await socket.receive_bytes()
        manager.disconnect_session(session)

    async def send(message: Any) -> None:
        pass

    visit(page, code, send)
    assert bool(storage.list()) == kept
    assert manager.list_active_sessions() == []
    for session in storage.list():
        session.session.shutdown()
