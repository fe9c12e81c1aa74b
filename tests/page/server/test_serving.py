"""The server waits for browsers on slow lines, and replaces parts of the Streamlit that they were written for."""

import asyncio
import hashlib
import inspect
import os
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
import streamlit as st
import uvicorn

from mlp.machine import wait_for_running_threads
from mlp.page.live.live_page import LivePage, Parts
from mlp.page.live.socket import Channels
from mlp.page.server import serving
from tests.page.server import skipped_waits

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Keep a socket open."""
    await receive()
    await send({"type": "websocket.accept"})
    await receive()


def test_socket_on_a_slow_line_has_minutes_to_answer_a_ping():
    async def stay_silent() -> None:
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="websockets-sansio", interface="asgi3"
        )
        config.load()
        serving.be_patient(config)
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
        writer.write(REQUEST)
        assert (await reader.read()).startswith(b"HTTP/1.1 101")  # up to its end, as this browser answers no ping
        assert serving.PING_S < skipped_waits.now() < 1.5 * serving.PING_S
        writer.close()
        server.force_exit = True
        await server.shutdown()

    skipped_waits.run(stay_silent(), silence_s=0.01)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The arguments of the server's app, and the policies of threads that got it ready."""
    monkeypatch.setattr("mlp.page.server.serving.REPLACED", ())
    option = st.get_option
    monkeypatch.setattr("streamlit.get_option", lambda name: name == "server.headless" or option(name))
    started, before = list[int](), sys.getswitchinterval()
    yield serving.served(lambda: started.append(os.sched_getscheduler(0)), []) | {"started": started}
    sys.setswitchinterval(before)


def test_python_threads_of_a_server_take_short_turns(server: dict[str, Any]):
    assert sys.getswitchinterval() == pytest.approx(serving.SWITCH_S)


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux has these policies")
def test_only_the_threads_of_a_stroke_take_busy_cores(server: dict[str, Any]):
    class PolicyOfItsThread:
        def parts(self, names: Collection[str]) -> Parts:
            return {"policy": os.sched_getscheduler(0)}

    async def live() -> list[int]:
        async with server["lifespan"](None):
            channels, tab = Channels(), cast(LivePage, PolicyOfItsThread())
            made = [await maker.make(tab, [], None) for maker in (channels.readings, channels.others)]
            return [os.sched_getscheduler(0), *(parts["policy"] for parts in made)]

    with ThreadPoolExecutor(1, initializer=wait_for_running_threads) as thread:
        policies = thread.submit(asyncio.run, live()).result()
    assert policies == [os.SCHED_OTHER, os.SCHED_OTHER, os.SCHED_BATCH]
    assert server["started"] == [os.SCHED_BATCH]


SOURCES = {
    "on_script_will_rerun": "61c14e58f2181666",
    "_coalesce_widget_states": "b2f3775c99ff1694",
    "_maybe_handle_execution_control_request": "5bae9b98a9044a8a",
    "_create_scriptrunner": "1529b64dc24cab50",
    "_run_script": "b576d3acf1a5b905",
    "handle_backmsg": "54694407b0ff13a5",
    "clear": "08d22c7db31b85d4",
    "WEBSOCKET_MAX_SEND_QUEUE_SIZE": "0604cd3138feed20",
    "set_widget_from_proto": "a10eed07795c2ed2",
    "__getitem__": "d121d4c8594e5b4d",
    "disconnect_session": "89280f8176239b3c",
}
"""Digests of the sources of 1.67."""


@pytest.mark.parametrize(
    ("owner", "name"), [(owner, name) for owner, name, _ in serving.REPLACED], ids=lambda one: str(one)
)
def test_replaced_part_of_streamlit_has_not_changed(owner: Any, name: str):
    part = getattr(owner, name)
    source = inspect.getsource(part) if callable(part) else repr(part)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == SOURCES[name]
