"""A choice counts once, however often the browser repeats it after the page has set the control."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.state.session_state import SessionState

from mlp.page.server.repairs import repeated_choices
from tests.page.server.tab import Tab

SCRIPT = """
import streamlit as st
from tests.page.server.repairs.test_repeated_choices import page

@st.fragment(key="reading")
def reading(drawing):
    st.session_state["correction"] = page.labels.get(drawing)
    st.pills("It was a", [1, 7], key="correction", on_change=say, args=(drawing,))

def say(drawing):
    page.said.append((drawing, st.session_state["correction"]))
    page.labels[drawing] = st.session_state["correction"]

reading(page.drawing)
"""

START = """
import streamlit as st
from tests.page.server.repairs.test_repeated_choices import page

@st.fragment(key="settings")
def settings():
    rate = st.slider("Rate", 1, 9, 1, key="rate")
    st.session_state["lesson_choice"] = {1: "small", 5: "large"}.get(rate)
    st.pills("Start from", ["small", "large"], key="lesson_choice", on_change=start)

def start():
    page.said.append(st.session_state["lesson_choice"])
    st.session_state["rate"] = 5 if st.session_state["lesson_choice"] == "large" else 1

st.button("By hand", key="by_hand", on_click=lambda: st.session_state.update(rate=3))
settings()
"""

RATE = """
import streamlit as st
from tests.page.server.repairs.test_repeated_choices import page

st.session_state["live_rate"] = page.rate
st.slider("Rate of this run", 1, 9, key="live_rate", on_change=lambda: page.said.append(st.session_state["live_rate"]))
st.button("Look", key="look")
"""

page = SimpleNamespace()
"""The drawing, and its choices."""


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


def chosen(tab: Tab, *labels: str, key: str = "correction") -> WidgetState:
    state = WidgetState(id=tab.id_of(key))
    state.string_array_value.data.extend(labels)
    return state


def states_of_start(tab: Tab, rate: float, *recipe: str) -> tuple[WidgetState, WidgetState]:
    state = WidgetState(id=tab.id_of("rate"))
    state.double_array_value.data.append(rate)
    return state, chosen(tab, *recipe, key="lesson_choice")


def test_drawing_after_a_correction_does_not_get_its_label(script: Path):
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
        page.drawing = "a 7"  # again, and the browser does not know yet that it was labeled
        await tab.send(chosen(tab, "1"))
        await tab.drawn()
        await tab.send(chosen(tab))
        await tab.close()

    asyncio.run(whole())
    assert page.said == [("a 7", 7), ("a picture of a 1", 1)]


def test_choice_survives_a_message_before_its_script(script: Path):
    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        await tab.send(chosen(tab, "7"), fragment=tab.fragment_of("correction"))
        await tab.send(chosen(tab, "7"))
        await tab.close()

    asyncio.run(whole())
    assert page.said == [("a 7", 7)]


def from_start(script: Path, *messages: tuple[str, float, tuple[str, ...]]) -> list[tuple[int, list[str | None]]]:
    """Open a page of settings and send from where, rate and starting points; give the rate after each, and choices."""
    script.write_text(START)
    after = []

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        for origin, rate, recipe in messages:
            states = states_of_start(tab, rate, *recipe)
            if origin == "by_hand":
                states = (*states, WidgetState(id=tab.id_of("by_hand"), trigger_value=True))
            fragment = "" if origin == "by_hand" else tab.fragment_of("rate")
            await tab.send(*states, fragment=fragment, by_timer=origin == "timer")
            await tab.drawn()
            after.append((tab.value_of("rate"), list(page.said)))
        await tab.close()

    asyncio.run(whole())
    return after


def test_recipe_does_not_return_after_two_slider_moves(script: Path):
    small = ("small",)
    after = from_start(script, ("settings", 2, small), ("settings", 3, small), ("timer", 3, small))
    assert after == [(2, []), (3, []), (3, [])]


def test_recipe_does_not_return_after_a_button_changed_settings(script: Path):
    small = ("small",)
    after = from_start(script, ("by_hand", 1, small), ("timer", 3, small), ("settings", 4, small))
    assert after == [(3, []), (3, []), (4, [])]


def test_a_starting_point_can_be_chosen_again_after_a_setting_was_moved(script: Path):
    small = ("small",)
    after = from_start(script, ("settings", 2, small), ("settings", 2, small), ("settings", 1, ("large",)))
    assert after == [(2, []), (1, ["small"]), (5, ["small", "large"])]


def test_recipe_can_be_chosen_again_after_a_button_changed_settings(script: Path):
    small = ("small",)
    assert from_start(script, ("by_hand", 1, small), ("settings", 3, small)) == [(3, []), (1, ["small"])]


def test_choice_of_another_tab_survives_an_early_press(script: Path):
    script.write_text(RATE)
    page.rate = 5

    async def whole() -> None:
        tab = Tab(script)
        await tab.press()
        await tab.drawn()
        page.rate = 2  # in another tab
        for rate, name in ((5, "look"), (5, "look"), (7, None)):
            states = [WidgetState(id=tab.id_of("live_rate"))]
            states[0].double_array_value.data.append(rate)
            if name:
                states.append(WidgetState(id=tab.id_of(name), trigger_value=True))
            await tab.send(*states)
            await tab.drawn()
        await tab.close()

    asyncio.run(whole())
    assert page.said == [7]
