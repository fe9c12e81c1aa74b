"""The address that a browser is told last is that of what the page shows."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.state.session_state import SessionState

from mlp.page.server.repairs import late_links
from tests.page.server.tab import Tab

SCRIPT = """
import streamlit as st

def start():
    st.session_state.update(rate=5, momentum=7)
    st.query_params["recipe"] = "large"

tab = st.pills("Section", ["Inside", "Runs", "Lessons"], default="Inside", key="tab", bind="query-params")
if tab == "Inside":
    st.session_state.setdefault("view", "Waves")
    st.pills("View", ["Dots", "Waves"], key="view", bind="query-params")
st.slider("Rate", 1, 9, 1, key="rate", bind="query-params")
st.slider("Momentum", 1, 9, 1, key="momentum", bind="query-params")
st.button("Large", key="large", on_click=start)
if st.button("Leave it", key="leave"):
    st.query_params.pop("recipe", None)
"""

Flow = Callable[[Tab], Coroutine[None, None, None]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Flow], None]:
    """A function that plays a flow in a tab where the page stands with ``view=Waves`` in its address."""
    for owner, name in (
        (QueryParams, "_send_query_param_msg"),
        (SessionState, "on_script_will_rerun"),
        (SessionState, "on_script_finished"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # to be as before after the test
    late_links.install()
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: Mock())
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def play(flow: Flow) -> None:
        async def whole() -> None:
            tab = Tab(script)
            await tab.press()
            await tab.drawn()
            await tab.send(query="view=Waves")
            await tab.drawn()
            tab.addresses()
            await flow(tab)
            await tab.close()

        asyncio.run(whole())

    return play


def chosen(tab: Tab, key: str, label: str) -> WidgetState:
    state = WidgetState(id=tab.id_of(key))
    state.string_array_value.data.append(label)
    return state


def pressed(tab: Tab, key: str) -> WidgetState:
    return WidgetState(id=tab.id_of(key), trigger_value=True)


def at(tab: Tab, key: str, number: int) -> WidgetState:
    state = WidgetState(id=tab.id_of(key))
    state.double_array_value.data.append(number)
    return state


def test_of_two_quick_choices_the_address_has_the_later_one(play):
    async def flow(tab: Tab) -> None:
        await tab.send(chosen(tab, "tab", "Runs"), query="tab=Runs&view=Waves")
        await tab.drawn()
        assert tab.addresses() == ["tab=Runs"]  # the view has gone
        await tab.send(chosen(tab, "tab", "Lessons"), query="tab=Lessons&view=Waves")
        await tab.drawn()
        assert tab.addresses() == ["tab=Lessons"]

    play(flow)


def test_an_address_that_came_late_is_put_right_also_where_it_hides_the_later_choice(play):
    async def flow(tab: Tab) -> None:
        await tab.send(chosen(tab, "tab", "Runs"), query="tab=Runs&view=Waves")
        await tab.drawn()
        assert tab.addresses() == ["tab=Runs"]
        await tab.send(chosen(tab, "tab", "Lessons"), query="tab=Runs")  # told by a later timer
        await tab.drawn()
        assert tab.addresses() == ["tab=Lessons"]

    play(flow)


def test_what_the_server_set_stays_in_the_address_although_the_browser_did_not_know_of_it(play):
    async def flow(tab: Tab) -> None:
        await tab.send(pressed(tab, "large"), query="view=Waves")
        await tab.drawn()
        assert tab.addresses() == ["view=Waves&recipe=large&rate=5&momentum=7"]  # once, not three times
        await tab.send(chosen(tab, "view", "Dots"), at(tab, "rate", 5), at(tab, "momentum", 7), query="view=Dots")
        await tab.drawn()
        assert tab.addresses() == ["view=Dots&recipe=large&rate=5&momentum=7"]

    play(flow)


def test_what_the_server_took_out_of_the_address_stays_out(play):
    async def flow(tab: Tab) -> None:
        await tab.send(pressed(tab, "large"), query="view=Waves")
        await tab.drawn()
        known = "view=Waves&recipe=large&rate=5&momentum=7"
        await tab.send(pressed(tab, "leave"), query=known)
        await tab.drawn()
        assert tab.addresses()[-1] == "view=Waves&rate=5&momentum=7"
        await tab.send(at(tab, "rate", 6), query=known.replace("rate=5", "rate=6"))
        await tab.drawn()
        assert tab.addresses() == ["view=Waves&rate=6&momentum=7"]

    play(flow)


def test_a_browser_that_knows_the_address_is_told_nothing(play):
    async def flow(tab: Tab) -> None:
        await tab.send(chosen(tab, "tab", "Runs"), query="tab=Runs&view=Waves")
        await tab.drawn()
        tab.addresses()
        await tab.send(chosen(tab, "tab", "Runs"), query="tab=Runs")
        await tab.drawn()
        assert tab.addresses() == []

    play(flow)


def test_going_back_in_the_browser_is_no_late_address(play):
    async def flow(tab: Tab) -> None:
        await tab.send(pressed(tab, "large"), query="view=Waves")
        await tab.drawn()
        tab.addresses()
        await tab.send(query="view=Waves", by_history=True)
        await tab.drawn()
        assert not any("recipe" in address for address in tab.addresses())

    play(flow)
