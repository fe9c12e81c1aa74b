"""From one tab to another by a click in the first."""

import pytest
from streamlit.testing.v1 import AppTest


def two_tabs() -> None:
    import streamlit as st

    from mlp.page.tabs.part import Part
    from mlp.page.tabs.tab_bar import go_to_tab, tab_bar

    outer = {name: [Part(name, lambda *_: None)] for name in ("Mistakes", "Look inside")}
    tab, part = tab_bar(
        {**outer, "Mine": [Part(name, lambda *_: None) for name in ("Runs", "Your drawings")]}, "Mistakes"
    )
    st.text(tab if tab == part.name else f"{tab}: {part.name}")

    @st.fragment
    def pictures() -> None:
        for name in ("Look inside", "Hidden", "Your drawings", "Mine"):
            st.button(name, key=name, on_click=go_to_tab, args=(name,))

    pictures()


@pytest.fixture
def bar() -> AppTest:
    return AppTest.from_function(two_tabs).run()


def test_click_opens_another_tab_once(bar: AppTest):
    bar.button(key="Look inside").click().run()
    assert (bar.text[0].value, bar.session_state["tab"]) == ("Look inside", "Look inside")
    bar.session_state["tab"] = "Mistakes"
    bar.run()
    assert bar.text[0].value == "Mistakes"


def test_click_to_a_hidden_tab_opens_nothing(bar: AppTest):
    bar.button(key="Hidden").click().run()
    assert not bar.exception
    assert bar.text[0].value == "Mistakes"
    bar.button(key="Look inside").click().run()
    assert bar.text[0].value == "Look inside"


def test_click_opens_a_part_which_stays_open(bar: AppTest):
    bar.button(key="Your drawings").click().run()
    assert (bar.text[0].value, bar.session_state["tab"]) == ("Mine: Your drawings", "Mine")
    bar.button(key="Look inside").click().run()
    bar.button(key="Mine").click().run()
    assert bar.text[0].value == "Mine: Your drawings"
