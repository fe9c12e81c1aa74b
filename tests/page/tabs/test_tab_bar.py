"""From one tab to another by a click in the first."""

import pytest
from streamlit.testing.v1 import AppTest


def two_tabs() -> None:
    import streamlit as st

    from mlp.page.tabs.tab_bar import follow, lead_to, tab_bar

    chosen = tab_bar(["Mistakes", "Look inside"], "Mistakes")
    st.text(chosen)

    @st.fragment
    def pictures() -> None:
        for name in ("Look inside", "Hidden"):
            st.button(name, key=name, on_click=lead_to, args=(name,))
        follow()

    pictures()


@pytest.fixture
def bar() -> AppTest:
    return AppTest.from_function(two_tabs).run()


def test_a_click_opens_another_tab_once(bar: AppTest):
    bar.button(key="Look inside").click().run()
    assert (bar.text[0].value, bar.session_state["tab"]) == ("Look inside", "Look inside")
    bar.session_state["tab"] = "Mistakes"
    bar.run()
    assert bar.text[0].value == "Mistakes"


def test_a_click_that_leads_to_a_hidden_tab_leads_nowhere(bar: AppTest):
    bar.button(key="Hidden").click().run()
    assert not bar.exception
    assert bar.text[0].value == "Mistakes"
    bar.button(key="Look inside").click().run()
    assert bar.text[0].value == "Look inside"
