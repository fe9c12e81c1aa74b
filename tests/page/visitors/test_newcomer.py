"""The page shows a visitor's code, and accepts only valid ones; tests/browser has leaving and coming back."""

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.train import script_state
from mlp.page.visitors.newcomer import NO_CODE, UNKNOWN_CODE, UNREADABLE
from mlp.page.visitors.registry import Visitors
from tests.page.sight import visitor_of


def test_only_visitors_with_work_have_something_to_put_away(page: AppTest):
    assert "put_work_away" not in [button.key for button in page.button]
    page.button(key="step").click().run()
    assert page.button(key="put_work_away").label == "Put my work away"
    assert any(visitor_of(page).id in text.value for text in page.markdown)
    assert page.button(key="remove_all").disabled
    page.checkbox(key="remove_sure").check().run()
    assert not page.button(key="remove_all").disabled


@pytest.mark.parametrize(
    ("typed", "message"),
    [("", NO_CODE), ("k7dw-m3xq", NO_CODE), ("<b>!", NO_CODE), ("k7dw m3xq 9tfa 2b8h", UNKNOWN_CODE)],
)
def test_unknown_codes_are_refused_with_a_reason(page: AppTest, typed: str, message: str):
    page.text_input(key="code").input(typed)
    page.button(key="come_back").click().run()
    assert [error.value for error in page.error] == [message]


def test_unreadable_disk_is_reported(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    def fail(self: Visitors, visitor_id: str) -> bool:
        raise OSError(5, "input/output error")

    monkeypatch.setattr(Visitors, "knows", fail)
    page.text_input(key="code").input("k7dw-m3xq-9tfa-2b8h")
    page.button(key="come_back").click().run()
    assert [error.value for error in page.error] == [UNREADABLE]


def test_tab_follows_a_move_made_elsewhere_while_its_script_begins(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    moved: dict[str, str] = {}
    monkeypatch.setattr(Visitors, "moved", lambda self, session_id: moved.get("to"))
    monkeypatch.setattr(script_state, "wait_for_step", lambda visitor: moved.update(to=visitor.id))
    page.run()
    assert any("This page reloads." in element.proto.body for element in page.main if element.type == "html")
