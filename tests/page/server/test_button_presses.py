"""Presses during a busy script count completely and in order."""

import asyncio
import queue
import threading
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.runtime.state import SafeSessionState

from tests.page.server.browser_tab import WAIT_S, BrowserTab

SCRIPT = """
import streamlit as st
from tests.page.server.test_button_presses import stage

for name in "abc":
    st.button(name, key=name, on_click=stage.act, args=(name,))
stage.drawing()
"""

stage = SimpleNamespace()
"""The actions of the script and its callbacks, set by each test."""


class Script:
    """The script in a tab: reports what it does, and waits at some points for the test."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._events: queue.Queue[str] = queue.Queue()
        self._may_continue = threading.Semaphore(0)

    def report(self, event: str, *, waits: bool) -> None:
        """Report an event, and wait until the test lets the script continue."""
        self._events.put(event)
        assert not waits or self._may_continue.acquire(timeout=WAIT_S)

    def play(self, *acts: str) -> None:
        """Open the page; then ``press NAME``, ``continue``, or wait, while the event loop runs, for an event."""

        async def whole() -> None:
            tab = BrowserTab(self._path)
            await tab.press()
            for act in acts:
                if act.startswith("press "):
                    await tab.press(act.removeprefix("press "))
                elif act == "continue":
                    self._may_continue.release()
                else:
                    while await asyncio.to_thread(self._events.get, timeout=WAIT_S) != act:
                        pass
            await tab.close()

        asyncio.run(whole())


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock(get_client=lambda _: None))
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return Script(path)


@pytest.mark.usefixtures("replaced")
@pytest.mark.parametrize("wanted", ["abc", "cab", "bca", "aa", "aaaaaa", "abacab"])
def test_presses_during_a_redraw_count_in_order(script: Script, wanted: str):
    acts: list[str] = []
    stage.act = acts.append
    stage.drawing = lambda: script.report("draws", waits=True)
    # All presses come at a point where the script can accept none.
    script.play("draws", *(f"press {name}" for name in wanted), "continue", "draws", "continue")
    assert "".join(acts) == wanted


@pytest.mark.usefixtures("replaced")
def test_press_is_handled_completely_while_the_next_waits(script: Script):
    acts: list[str] = []

    def act(name: str) -> None:
        import streamlit as st

        script.report(f"began {name}", waits=True)
        st.session_state["last"] = name  # here Streamlit checks for other requests
        acts.append(name)

    stage.act = act
    stage.drawing = lambda: script.report("draws", waits=False)
    script.play("draws", "press a", "began a", "press b", "continue", "began b", "continue", "draws")
    assert acts == ["a", "b"]


@pytest.mark.usefixtures("replaced")
def test_press_counts_even_if_the_next_one_comes_before_its_callback(script: Script, monkeypatch: pytest.MonkeyPatch):
    acts: list[str] = []
    stage.act = acts.append
    stage.drawing = lambda: script.report("draws", waits=False)
    call_back = SafeSessionState.on_script_will_rerun

    def after_a_halt(held: SafeSessionState, *states: object, **more_states: object) -> None:
        script.report("takes", waits=True)
        call_back(held, *states, **more_states)

    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", after_a_halt)
    script.play("takes", "continue", "draws", "press a", "takes", "press b", "continue", "continue", "draws")
    assert acts == ["a", "b"]
