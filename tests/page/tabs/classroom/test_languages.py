"""A room's words are read by each visitor in their own language."""

import json
from gettext import NullTranslations

import pytest

from mlp import language
from mlp.language import Later, mark, speaking, tr
from mlp.page.tabs.classroom.learner import by_itself, called
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ENDED, RUNS_ENDED, tell, told
from mlp.page.tabs.classroom.wall import all_parts
from mlp.page.visitors.persistence import UNSAVABLE, UNSAVED
from mlp.page.visitors.refusals import reason
from mlp.page.visitors.runs import OTHERS_LEAVE
from mlp.page.visitors.visitor import Visitor
from tests.languages.plain_words import english_in
from tests.page.test_every_text import Accented


@pytest.fixture(autouse=True)
def accented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each text accented letters in Esperanto, for which there is no catalog."""
    monkeypatch.setattr(language, "catalog", lambda name: Accented() if name == "eo" else NullTranslations())


def test_wall_of_a_language_is_not_that_of_another():
    room = Classroom("room k7p3")
    first = all_parts(room)
    with speaking("eo"):
        other = all_parts(room)
    assert first["html.room_wall"] == "0 drawings."
    assert [english_in(text) for text in other.values()] == [[]] * 11
    assert all_parts(room) == first


def test_what_became_of_a_room_is_told_in_the_language_of_the_page():
    visitor = Visitor("k7dw-m3xq-9tfa-2b8h")
    tell(visitor, RUNS_ENDED, runs=[1, 2])
    tell(visitor, ENDED, first=True, code="k7p3")
    visitor.kept = json.loads(json.dumps(visitor.kept))  # as it returns from the disk
    assert told(visitor) == (
        "Room k7p3 was closed, and its drawings are deleted. "
        "With the closed room, run 1 and run 2 ended, too. The weights stay under Runs."
    )
    with speaking("eo"):
        assert english_in(told(visitor).replace(" kaj ", "")) == []


def test_notices_and_refusals_keep_what_translates_them():
    visitor = Visitor("k7dw-m3xq-9tfa-2b8h")
    visitor.add_notice(UNSAVED)
    visitor.add_notice(UNSAVABLE)
    rule = mark("it needs {size:,.0f} MB of memory, more than the server can spare; {remedy}")
    refused = ValueError(Later(rule, size=7, remedy=OTHERS_LEAVE))
    with speaking("eo"):
        assert english_in(tr(visitor.notice or "")) == english_in(reason(refused)) == []
    assert reason(refused) == (
        "it needs 7 MB of memory, more than the server can spare; try again when other visitors have left."
    )


def test_animals_and_numbers_have_names_in_each_language():
    names = "otter", "number 51", "file 3"
    assert [*map(by_itself, names)] == [*names]
    with speaking("eo"):
        assert [english_in(text) for name in names for text in (by_itself(name), called(name))] == [[]] * 6
