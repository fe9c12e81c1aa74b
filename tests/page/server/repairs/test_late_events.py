"""A script's output reaches the browser, even if another starts before the event loop has handled it."""

import asyncio
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from mlp.page.server.repairs import late_events

SCRIPT = """
import streamlit as st

st.fragment(lambda: st.text("the answer"), key="answer")()
st.fragment(lambda: st.text("the way"), key="way")()
"""


@pytest.fixture
def heard_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_create_scriptrunner", "_handle_scriptrunner_event_on_event_loop"):
        monkeypatch.setattr(AppSession, name, getattr(AppSession, name))  # to be as before after the test
    late_events.install()


def rerun(session: AppSession, fragment: str = "") -> None:
    message = BackMsg()
    message.rerun_script.fragment_id = fragment
    session.handle_backmsg(message)


def wait_for_scripts() -> None:
    """Return when no script runs, while the event loop stands still, as if busy."""
    for thread in threading.enumerate():
        if thread.name == "ScriptRunner.scriptThread":
            thread.join(10)


@pytest.mark.usefixtures("heard_out")
@pytest.mark.parametrize("drawn_next", ["the answer", "the way", "the page"])
def test_a_fragment_is_shown_although_the_next_script_begins_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_next: str
):
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    async def drawn() -> list[str]:
        session = AppSession(
            ScriptData(str(script), is_hello=False), MemoryUploadedFileManager(""), ScriptCache(), None, {}
        )

        async def flushed() -> list:
            wait_for_scripts()
            await asyncio.sleep(0)
            return session.flush_browser_queue()

        rerun(session)
        ids = {message.delta.new_element.text.body: message.delta.fragment_id for message in await flushed()}
        rerun(session, ids["the way"])
        wait_for_scripts()
        rerun(session, ids.get(drawn_next, ""))
        shown = [message.delta.new_element.text.body for message in await flushed()]
        session.shutdown()
        return shown

    assert "the way" in asyncio.run(drawn())
