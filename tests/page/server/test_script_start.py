"""Each script starts at the top of the page."""

import asyncio
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest

from tests.page.sight import APP, PATIENCE_S

SCRIPT = """
import streamlit as st
from mlp.page.server.repairs import start_at_the_top

start_at_the_top()
st.text("top")
with st.container():
    st.fragment(lambda: st.text("within"), key="watch")()
"""


@pytest.fixture
def page_requested_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole page is requested whenever a fragment has drawn everything."""

    def ask() -> None:
        context = get_script_run_ctx()
        if context is not None and context.fragment_ids_this_run and context.script_requests is not None:
            context.script_requests.request_rerun(RerunData())

    runtime = Mock()
    runtime.dataframe_source_mgr.remove_orphaned_sources = ask  # the last act of a script
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: runtime)
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)


@pytest.mark.usefixtures("page_requested_at_the_end")
def test_page_requested_at_a_fragments_end_is_drawn_from_the_top(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    async def drawn() -> list[tuple[str, list[int]]]:
        session = AppSession(
            ScriptData(str(script), is_hello=False), MemoryUploadedFileManager(""), ScriptCache(), None, {}
        )

        async def rerun(fragment: str = "") -> list:
            message = BackMsg()
            message.rerun_script.fragment_id = fragment
            session.handle_backmsg(message)
            for thread in threading.enumerate():
                if thread.name == "ScriptRunner.scriptThread":
                    await asyncio.to_thread(thread.join, 10)
            await asyncio.sleep(0)
            return [message for message in session.flush_browser_queue() if message.delta.new_element.text.body]

        watch = (await rerun())[-1].delta.fragment_id
        shown = await rerun(watch)
        session.shutdown()
        return [(message.delta.new_element.text.body, list(message.metadata.delta_path)) for message in shown]

    assert asyncio.run(drawn()) == [("top", [0, 0]), ("within", [0, 1, 0, 0])]


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
