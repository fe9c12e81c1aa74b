"""A choice that was made for one drawing is none for the next, however often the browser repeats it."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState

from mlp.page.server import repeated_choices
from tests.page.server.tab import Tab

SCRIPT = """
import streamlit as st
from tests.page.server.test_repeated_choices import page

@st.fragment(key="reading")
def reading(drawing):
    st.session_state["correction"] = page.labels.get(drawing)
    st.pills("It was a", [1, 7], key="correction", on_change=say, args=(drawing,))

def say(drawing):
    page.said.append((drawing, st.session_state["correction"]))
    page.labels[drawing] = st.session_state["correction"]

reading(page.drawing)
"""

page = SimpleNamespace()
"""What is drawn, and what was said of it."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for owner, name in ((AppSession, "request_rerun"), (SessionState, "on_script_will_rerun")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # to be as before after the test
    repeated_choices.install()
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    page.drawing, page.labels, page.said = "a 7", {}, []
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return script


def chosen(tab: Tab, *labels: str) -> WidgetState:
    state = WidgetState(id=tab.id_of("correction"))
    state.string_array_value.data.extend(labels)
    return state


def test_a_picture_that_comes_after_a_correction_is_not_kept_under_its_label(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        await tab.send(chosen(tab, "7"), fragment=tab.fragment_of("correction"))
        await tab.drawn()
        page.drawing = "a picture of a 1"
        await tab.send(chosen(tab, "7"))  # the upload: the page is drawn anew, and sets the control back
        await tab.drawn()
        await tab.send(chosen(tab, "7"))  # on its way before the browser had heard of that
        await tab.drawn()
        await tab.send(chosen(tab, "7"), fragment=tab.fragment_of("correction"), by_timer=True)
        await tab.drawn()
        await tab.send(chosen(tab, "1"), fragment=tab.fragment_of("correction"))
        await tab.drawn()
        page.drawing = "a 7"  # again, and the browser does not know yet that it was labelled
        await tab.send(chosen(tab, "1"))
        await tab.drawn()
        await tab.send(chosen(tab))
        await tab.close()

    asyncio.run(whole())
    assert page.said == [("a 7", 7), ("a picture of a 1", 1)]


def test_a_choice_is_not_lost_where_another_message_comes_before_a_script_has_seen_it(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        await tab.send(chosen(tab, "7"), fragment=tab.fragment_of("correction"))
        await tab.send(chosen(tab, "7"))
        await tab.close()

    asyncio.run(whole())
    assert page.said == [("a 7", 7)]
