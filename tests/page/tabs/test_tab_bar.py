"""From one tab to another by a click in the first."""

from streamlit.testing.v1 import AppTest

from tests.browser.server import APP


def opened(tab, **query):
    test = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in {"tab": tab, **query}.items():
        test.query_params[name] = value
    return test.run()


def test_a_lead_opens_its_tab_once():
    test = opened("Mistakes")
    test.session_state["leads_to"] = "Look inside"
    test.run()
    assert not test.exception
    assert test.session_state["tab"] == "Look inside"
    assert "leads_to" not in test.session_state


def test_a_lead_to_a_tab_that_a_teacher_has_hidden_leads_nowhere():
    test = opened("Mistakes")
    test.session_state["leads_to"] = "No such tab"
    test.run()
    assert not test.exception
    assert test.session_state["tab"] == "Mistakes"
    assert "leads_to" not in test.session_state
