"""The number of admitted tabs, and the notice for the others."""

import asyncio
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mlp.page.server import tab_limit
from mlp.page.server.tab_limit import MARK, TAB_DESCRIPTORS, UNPAIRED, TabLimit, raise_descriptor_limit, reserve
from tests.page.sight import APP, PATIENCE_S

LIMIT = 1024
TAB = {"type": "websocket", "path": "/_stcore/stream", "headers": []}
SECOND = {**TAB, "path": "/live"}
VISIT = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", b"text/html,*/*")]}
ASSET = {"type": "http", "method": "GET", "path": "/static/index.js", "headers": [(b"accept", b"*/*")]}


class Machine:
    """A server with this many open descriptors, where each tab stays and takes its share."""

    def __init__(self, n_open: int):
        self.n_open = n_open
        self.tabs: list[bool] = []  # whether each was marked
        self.tab_limit: Any = None
        self.leave = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            self.tabs.append((MARK.lower().encode(), b"1") in scope["headers"])
            self.n_open += TAB_DESCRIPTORS
            await self.leave.wait()
            self.n_open -= TAB_DESCRIPTORS
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask(self, scope: dict[str, Any]) -> list[dict[str, Any]]:
        """Return all messages of the answer."""
        sent = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.tab_limit(dict(scope), None, send)
        return sent


def test_tabs_are_admitted_notified_refused_and_admitted_again(monkeypatch: pytest.MonkeyPatch):
    async def crowd() -> None:
        machine = Machine(n_open=60)
        monkeypatch.setattr(tab_limit, "descriptors", lambda: (machine.n_open, LIMIT))
        machine.tab_limit = TabLimit(machine)
        assert (await machine.ask(VISIT))[0]["status"] == 200
        tabs = [asyncio.create_task(machine.ask(TAB)) for _ in range(300)]
        await asyncio.sleep(0)
        n_admitted, n_notified = machine.tabs.count(False), machine.tabs.count(True)
        assert n_admitted == (LIMIT - reserve(LIMIT) - 60) // TAB_DESCRIPTORS == 141
        assert n_notified == reserve(LIMIT) // 2 // TAB_DESCRIPTORS == 25
        assert machine.n_open < LIMIT - reserve(LIMIT) // 4
        refused = [task for task in tabs if task.done()]
        assert len(refused) == 300 - n_admitted - n_notified
        assert refused[0].result() == [{"type": "websocket.close", "code": 1013}]

        page, body = await machine.ask(VISIT)
        assert page["status"] == 503
        assert "Inkling is full at the moment" in body["body"].decode()
        assert (await machine.ask(ASSET))[0]["status"] == 200  # for admitted visitors

        machine.leave.set()
        await asyncio.gather(*tabs)
        assert (await machine.ask(VISIT))[0]["status"] == 200

    asyncio.run(crowd())


def test_tabs_are_limited_without_a_descriptor_limit(monkeypatch: pytest.MonkeyPatch):
    async def crowd() -> None:
        monkeypatch.setattr(tab_limit, "descriptors", lambda: None)
        machine = Machine(n_open=0)
        machine.tab_limit = TabLimit(machine, max_tabs=5)
        tabs = [asyncio.create_task(machine.ask(TAB)) for _ in range(6)]
        await asyncio.sleep(0)
        assert machine.tabs == [False] * 5 + [True]
        machine.leave.set()
        await asyncio.gather(*tabs)

    asyncio.run(crowd())


def test_each_tab_gets_a_second_socket_and_few_more_connect(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tab_limit, "descriptors", lambda: None)

    async def crowd() -> None:
        machine = Machine(n_open=0)
        machine.tab_limit = TabLimit(machine, max_tabs=20)
        sockets = [asyncio.create_task(machine.ask(socket)) for socket in [TAB] * 10 + [SECOND] * 200]
        await asyncio.sleep(0)
        assert len(machine.tabs) == 10 + 10 + UNPAIRED
        assert sockets[-1].result() == [{"type": "websocket.close", "code": 1013}]
        machine.leave.set()
        await asyncio.gather(*sockets)

    asyncio.run(crowd())


def test_server_raises_its_descriptor_limit():
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        assert tab_limit.descriptors()[1] == 256
        raise_descriptor_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_tab_without_room_sees_a_notice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(type(st.context), "headers", {MARK: "1"})
    page = AppTest.from_file(APP, default_timeout=PATIENCE_S).run()
    assert "Inkling is full at the moment" in page.info[0].value
    assert "open the page again in a few minutes" in page.info[0].value
    assert not page.button
    assert "visitor_id" not in page.session_state
