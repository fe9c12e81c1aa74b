"""A control stays where the page moves it, and a choice counts once, however late messages arrive."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.page.session_var import ControlVar
from tests.page.server.browser_tab import BrowserTab

corrected = ControlVar[int | None]("corrected", None)


CORRECTION = """
import streamlit as st
from tests.page.test_control_var import corrected, page

@st.fragment(key="reading")
def reading(drawing):
    corrected.set(page.labels.get(drawing))
    with corrected.placed():
        st.pills("It was a", [1, 7], key=corrected.key, on_change=corrected.on_change(record), args=(drawing,))

def record(drawing):
    page.seen.append((drawing, corrected.get()))
    page.labels[drawing] = corrected.get()

reading(page.drawing)
"""


page = SimpleNamespace()
"""The page's content, and what it has seen of the visitor's choices."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    page.drawing, page.labels, page.seen = "a 7", {}, []
    script = tmp_path / "script.py"
    script.write_text(CORRECTION)
    return script


def label(tab: BrowserTab, key: str, *labels: str) -> WidgetState:
    """Return the state of the control that the page shows under this key now."""
    state = WidgetState(id=tab.id_of(key))
    state.string_array_value.data.extend(labels)
    return state


def test_drawing_after_a_correction_does_not_get_its_label(script: Path):
    async def whole() -> None:
        tab = BrowserTab(script)

        async def send(*states: WidgetState, fragment: str = "") -> None:
            await tab.send(*states, fragment=fragment)
            await tab.drawn()

        await send()
        old, fragment = label(tab, "corrected", "7"), tab.fragment_of("corrected")
        await send(old, fragment=fragment)
        page.drawing = "a picture of a 1"
        await send(old)  # the upload: the page is redrawn, with nothing chosen
        await send(old)  # sent before the browser received that
        chosen, taken_back = label(tab, "corrected", "1"), label(tab, "corrected")
        await send(chosen, fragment=fragment)
        page.drawing = "a 7"  # again, and the browser does not know yet that it was labeled
        await send(chosen)
        await send(taken_back, fragment=fragment)
        await send(label(tab, "corrected"), fragment=fragment)
        await tab.close()

    asyncio.run(whole())
    assert page.seen == [("a 7", 7), ("a picture of a 1", 1), ("a 7", None)]
