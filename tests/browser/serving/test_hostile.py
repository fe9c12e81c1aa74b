"""Senders that use the page's protocol with messages that no browser would send."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosedError

from tests.browser.server import Server
from tests.wire.files import data_url, many_states
from tests.wire.visitor import Visitor

WRONG = {
    "bool_value": [True],
    "double_value": [float("nan")],
    "int_value": [-(2**40)],
    "string_value": ["x"],
    "double_array_value": [[], [1e300, -1e300, 0.0]],
    "int_array_value": [[-1, 2**40]],
    "string_array_value": [["x", "y"]],
    "json_value": ["[" * 20_000, '{"drawing": 3}', '"x"'],
    "bytes_value": [b"\xff"],
    "json_trigger_value": ["{"],
}


def spoken(conversation: Coroutine[Any, Any, Any]) -> Any:
    """Run a conversation to its end, in a separate thread, as the browser tests' event loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, conversation).result()


@asynccontextmanager
async def arrived(server: Server, query: str = "") -> AsyncIterator[Visitor]:
    """A sender with the page open; closes it at the end."""
    visitor = Visitor(server.url, query, live=False)
    try:
        await visitor.open()
        yield visitor
    finally:
        await visitor.close()


def state(identifier: str, kind: str, value: Any) -> WidgetState:
    made = WidgetState(id=identifier)
    if isinstance(value, list):
        getattr(made, kind).data.extend(value)
        getattr(made, kind).SetInParent()
    else:
        setattr(made, kind, value)
    return made


def test_wrong_control_values_break_and_log_nothing(server: Server):
    async def conversation() -> None:
        async with arrived(server, "tab=Your+drawings") as visitor:
            for kind, value in [(kind, value) for kind, values in WRONG.items() for value in values]:
                finished = visitor.finished_scripts
                await visitor.send(*(state(identifier, kind, value) for identifier in visitor.widgets.values()))
                await visitor.until(lambda finished=finished: visitor.finished_scripts > finished)
                assert visitor.exceptions == [], (kind, value)
            await visitor.draw(data_url(7))
            assert visitor.digit == "7"

    before = server.log.stat().st_size
    spoken(conversation())
    logged = server.log.read_bytes()[before:].decode()
    assert logged == ""


@pytest.mark.skipif(not Path("/proc").exists(), reason="memory is measured in /proc")
def test_message_that_unpacks_to_ten_megabytes_takes_no_more(server: Server):
    process = Path(f"/proc/{server.process.pid}")

    def highest_mb() -> float:
        found = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
        assert found
        return int(found[1]) / 1000

    async def conversation() -> float:
        async with arrived(server) as visitor:
            (process / "clear_refs").write_text("5")  # the highest so far counts no more
            before = highest_mb()
            await visitor.socket.send(many_states(4_900_000))
            with pytest.raises(ConnectionClosedError) as ended:
                await visitor.until_closed()
            assert ended.value.rcvd
            assert ended.value.rcvd.code == 1009
            return highest_mb() - before

    assert spoken(conversation()) < 100  # 10 kB, which take 320 MB once they are parsed


def test_oversized_message_ends_the_connection(server: Server):
    async def conversation() -> None:
        async with arrived(server) as visitor:
            path = [["Q", 100.5, 100.5, 101.5, 101.5]] * 26_000
            raw = {"objects": [{"type": "Path", "path": path}]}
            honest = json.dumps({"drawing": {"raw": raw, "data": data_url(7)}})
            assert 850_000 < len(honest) < 1_000_000
            await visitor.send_canvas(honest)
            await visitor.until(lambda: visitor.digit == "7")
            await visitor.send_canvas("[" + "[]," * 800_000 + "[]]")
            with pytest.raises(ConnectionClosedError):
                await visitor.until_closed()

    spoken(conversation())
