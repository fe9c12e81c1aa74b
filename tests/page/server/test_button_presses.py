"""Presses during a busy script count completely and in order."""

import asyncio
import queue
import threading
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.runtime.state import SafeSessionState

from tests.page.server.tab import WAIT_S, Tab

SCRIPT = """
import streamlit as st
from tests.page.server.test_button_presses import stage

for name in "abc":
    st.button(name, key=name, on_click=stage.act, args=(name,))
stage.drawing()
"""

stage = SimpleNamespace()
"""The actions of the script and its callbacks, set by each test."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return script


async def expect_event(events: "queue.Queue[str]", wanted: str) -> None:
    """Wait until the script has reported this, while the event loop runs."""
    while await asyncio.to_thread(events.get, timeout=WAIT_S) != wanted:
        pass


@pytest.mark.usefixtures("replaced")
@pytest.mark.parametrize("wanted", ["abc", "cab", "bca", "aa", "aaaaaa", "abacab"])
def test_presses_during_a_redraw_count_in_order(script: Path, wanted: str):
    acts, events, may_continue = [], queue.Queue(), threading.Semaphore(0)
    stage.act = acts.append

    def drawing() -> None:
        events.put("draws")
        assert may_continue.acquire(timeout=WAIT_S)

    stage.drawing = drawing

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await expect_event(events, "draws")
        for name in wanted:  # at a point where the script can accept none
            await tab.press(name)
        may_continue.release()
        await expect_event(events, "draws")
        may_continue.release()
        await tab.close()

    asyncio.run(whole())
    assert "".join(acts) == wanted


@pytest.mark.usefixtures("replaced")
def test_press_is_handled_completely_while_the_next_waits(script: Path):
    acts, events, may_continue = [], queue.Queue(), threading.Semaphore(0)

    def act(name: str) -> None:
        import streamlit as st

        events.put(f"began {name}")
        assert may_continue.acquire(timeout=WAIT_S)
        st.session_state["last"] = name  # here Streamlit checks for other requests
        acts.append(name)

    stage.act = act
    stage.drawing = lambda: events.put("draws")

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await expect_event(events, "draws")
        await tab.press("a")
        await expect_event(events, "began a")
        await tab.press("b")
        may_continue.release()
        await expect_event(events, "began b")
        may_continue.release()
        await expect_event(events, "draws")
        await tab.close()

    asyncio.run(whole())
    assert acts == ["a", "b"]


@pytest.mark.usefixtures("replaced")
def test_press_counts_even_if_the_next_one_comes_before_its_callback(script: Path, monkeypatch: pytest.MonkeyPatch):
    acts, events, may_continue = [], queue.Queue(), threading.Semaphore(1)  # the page is opened without a halt
    stage.act = acts.append
    stage.drawing = lambda: events.put("draws")
    call_back = SafeSessionState.on_script_will_rerun

    def after_a_halt(held: SafeSessionState, *states: object, **more_states: object) -> None:
        events.put("takes")
        assert may_continue.acquire(timeout=WAIT_S)
        call_back(held, *states, **more_states)

    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", after_a_halt)

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await expect_event(events, "draws")
        await tab.press("a")
        await expect_event(events, "takes")
        await tab.press("b")
        may_continue.release(2)
        await expect_event(events, "draws")
        await tab.close()

    asyncio.run(whole())
    assert acts == ["a", "b"]
