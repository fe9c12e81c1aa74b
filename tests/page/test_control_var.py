"""A control that the page moves stays where it is, though messages with its earlier position arrive late."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.page.session_var import ControlVar
from tests.page.server.tab import Tab

network = ControlVar[str]("network", "shipped")

SCRIPT = """
import streamlit as st
from tests.page.test_control_var import network, page

st.button("Train", key="train", on_click=network.set, args=("run",))

@st.fragment
def choice():
    with network.placed():
        st.segmented_control("Reads", ["shipped", "run"], key=network.key, default="shipped", required=True)
    page.shown.append(network.get())

choice()
"""

page = SimpleNamespace()
"""The network at each drawing of the choice."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    page.shown = []
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return script


def reads(tab: Tab, network: str) -> WidgetState:
    state = WidgetState(id=tab.id_of("network"))
    state.string_array_value.data.append(network)
    return state


def test_late_message_does_not_move_a_control_back(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        before, fragment = reads(tab, "shipped"), tab.fragment_of("network")
        await tab.send(before, WidgetState(id=tab.id_of("train"), trigger_value=True))
        await tab.drawn()
        for sent_meanwhile in ("", fragment):
            await tab.send(before, fragment=sent_meanwhile)
            await tab.drawn()
        chosen = reads(tab, "shipped")
        await tab.send(chosen, fragment=fragment)
        await tab.drawn()
        await tab.send(chosen, WidgetState(id=tab.id_of("train"), trigger_value=True))
        await tab.close()

    asyncio.run(whole())
    assert page.shown == ["shipped", "run", "run", "run", "shipped", "run"]
