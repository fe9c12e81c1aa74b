"""A choice counts once, however often the browser repeats it after the page has set the control."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mlp.page.session_var import ResetVar
from tests.page.server.tab import Tab

corrected = ResetVar[int | None]("corrected", None)
rate = ResetVar[int]("rate", 1)

CORRECTION = """
import streamlit as st
from tests.page.test_reset_var import corrected, page

@st.fragment(key="reading")
def reading(drawing):
    corrected.set(page.labels.get(drawing))
    st.pills("It was a", [1, 7], key=corrected.key, on_change=corrected.on_change(record), args=(drawing,))

def record(drawing):
    page.seen.append((drawing, corrected.get()))
    page.labels[drawing] = corrected.get()

reading(page.drawing)
"""

RATE = """
import streamlit as st
from tests.page.test_reset_var import page, rate

def record():
    page.seen.append(rate.get())
    page.rate = rate.get()

rate.set(page.rate)
st.slider("Rate of this run", 1, 9, key=rate.key, on_change=rate.on_change(record))
st.button("Look", key="look")
"""

page = SimpleNamespace()
"""The page's content and the visitor's choices."""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    page.drawing, page.labels, page.seen, page.rate = "a 7", {}, [], 5
    script = tmp_path / "script.py"
    script.write_text(CORRECTION)
    return script


def label(tab: Tab, key: str, *labels: str) -> WidgetState:
    state = WidgetState(id=tab.id_of(key))
    state.string_array_value.data.extend(labels)
    return state


def test_drawing_after_a_correction_does_not_get_its_label(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        old, fragment = label(tab, "corrected", "7"), tab.fragment_of("corrected")
        await tab.send(old, fragment=fragment)
        await tab.drawn()
        page.drawing = "a picture of a 1"
        await tab.send(old)  # the upload: the page is redrawn, with nothing chosen
        await tab.drawn()
        await tab.send(old)  # sent before the browser received that
        await tab.drawn()
        await tab.send(label(tab, "corrected_1", "1"), fragment=fragment)
        await tab.drawn()
        page.drawing = "a 7"  # again, and the browser does not know yet that it was labeled
        await tab.send(label(tab, "corrected_1", "1"))
        await tab.drawn()
        await tab.send(label(tab, "corrected_1"), fragment=fragment)
        await tab.drawn()
        await tab.send(label(tab, "corrected_2"), fragment=fragment)  # taken back
        await tab.close()

    asyncio.run(whole())
    assert page.seen == [("a 7", 7), ("a picture of a 1", 1), ("a 7", None)]


def test_choice_survives_a_message_before_its_script(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        await tab.send(label(tab, "corrected", "7"), fragment=tab.fragment_of("corrected"))
        await tab.send(label(tab, "corrected", "7"))
        await tab.close()

    asyncio.run(whole())
    assert page.seen == [("a 7", 7)]


def test_choice_of_another_tab_survives_an_early_press(script: Path):
    script.write_text(RATE)

    def states(tab: Tab, key: str, value: int) -> list[WidgetState]:
        slider = WidgetState(id=tab.id_of(key))
        slider.double_array_value.data.append(value)
        return [slider, WidgetState(id=tab.id_of("look"), trigger_value=True)]

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        page.rate = 2  # in another tab
        for key, value in (("rate", 5), ("rate", 5), ("rate_1", 7)):
            await tab.send(*states(tab, key, value))
            await tab.drawn()
        await tab.close()

    asyncio.run(whole())
    assert page.seen == [7]


def test_control_that_was_gone_does_not_return_with_an_old_choice(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        old = label(tab, "corrected", "7")
        await tab.send(old, fragment=tab.fragment_of("corrected"))
        await tab.drawn()
        page.drawing = "a 1"
        for _ in range(3):
            await tab.send(old)
            await tab.drawn()
        await tab.close()

    asyncio.run(whole())
    assert page.labels == {"a 7": 7}
