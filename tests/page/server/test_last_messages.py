"""All that a script has drawn is sent, even if a request arrives as it ends."""

import asyncio
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.page.server.tab import WAIT_S, Tab

SCRIPT = """
import streamlit as st
from tests.page.server.test_last_messages import may_end, rounds

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
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    rounds.clear()
    may_end.set()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return script


async def opened(script: Path) -> Tab:
    tab = Tab(script)
    await tab.press()
    await tab.drawn()
    return tab


async def redraw_as_the_last_one_ends(tab: Tab) -> None:
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


def test_tab_that_closes_begins_no_script(script: Path):
    async def scenario() -> None:
        tab, later = await opened(script), []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.get_running_loop(), "call_later", lambda seconds, *act: later.append(act))
            await redraw_as_the_last_one_ends(tab)
            await tab.close()
        for act, *arguments in later:
            act(*arguments)
        assert later
        await tab.drawn()

    asyncio.run(scenario())
    assert "".join(rounds) == "aba"
