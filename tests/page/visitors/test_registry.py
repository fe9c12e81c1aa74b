"""Only their id identifies visitors, their number is limited, and the page shows and takes their codes."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from streamlit.testing.v1 import AppTest

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.newcomer import NO_CODE, UNKNOWN_CODE, UNREADABLE
from mlp.page.visitors.registry import NoSpaceError, Visitors
from tests.page.sight import visitor_of


@pytest.fixture
def visitors(clock, open_sessions):
    return Visitors(open_sessions.__contains__)


def test_ids_are_random_and_foreign_ids_are_refused(visitors):
    ids = {visitors.get(None, "tab").id for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}", each) for each in ids)  # 80 bits
    for guess in ("xxxx-xxxx-xxxx-xxxx", "", "a", next(iter(ids))[:-1], next(iter(ids)).upper()):
        newcomer = visitors.get(guess, "tab")
        assert newcomer.id != guess
        assert newcomer.id not in ids


def test_returning_visitor_without_room_is_refused_and_loses_nothing(tmp_path, open_sessions):
    open_sessions.add("tab")
    before = Visitors(open_sessions.__contains__, Checkpoints(tmp_path))
    away = before.get(None, "tab")
    away.keep_drawing({"data": "x" * 1000})
    before.save()
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0015)
    here = visitors.get(None, "tab")
    here.keep_drawing({"data": "x" * 1000})
    with pytest.raises(NoSpaceError):
        visitors.get(away.id, "another")
    assert visitors.get(None, "newcomer").has_work() is False
    here.keep_drawing(None)
    assert visitors.get(away.id, "another").drawing == away.drawing


def test_two_tabs_that_return_at_once_share_their_visitor(tmp_path, monkeypatch):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor_id = before.get(None, "tab").id
    before.get(visitor_id, "tab").keep_drawing({"data": "data:"})
    before.save()
    after, both_read = Visitors(lambda session: True, Checkpoints(tmp_path)), threading.Barrier(2)
    read = Checkpoints.load

    def read_together(*args):
        with suppress(threading.BrokenBarrierError):
            both_read.wait(0.3)  # longer than it takes if nothing prevents it
        return read(*args)

    monkeypatch.setattr(Checkpoints, "load", read_together)
    with ThreadPoolExecutor() as executor:
        found = list(executor.map(lambda tab: after.get(visitor_id, tab), ["first", "second"]))
    assert found[0] is found[1]
    assert found[0].sessions == {"first", "second"}


def test_unsavable_visitor_affects_no_other(tmp_path, caplog):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    broken, whole = before.get(None, "tab"), before.get(None, "tab")
    for visitor in (broken, whole):
        visitor.keep_drawing({"data": "data:"})
    broken.runs.runs.append(None)
    before.save()
    assert "some work could not be saved" in caplog.text
    assert Visitors(lambda session: True, Checkpoints(tmp_path)).get(whole.id, "tab").drawing == whole.drawing


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
