"""A room: who may enter, what it takes, and what leaves it."""

import threading
import time

import numpy as np
import pytest

from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet, Example
from mlp.page.tabs.classroom import room as module
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS
from mlp.page.tabs.classroom.learner import ANIMALS
from mlp.page.tabs.classroom.poll import N_IDEAS
from mlp.page.tabs.classroom.room import MAX_LEARNERS, MAX_WAITING, RETURNS_S, Classroom, ClassroomError
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.analysis_budget import within_budget
from tests.page.visitors.trouble import Clock


def image(number: int) -> np.ndarray:
    return np.full(784, 3 + number % 253, np.uint8)


@pytest.fixture
def room():
    room = Classroom("room k7p3x")
    room.ask("holder", holds=True)
    return room


def test_full_room_refuses_in_a_sentence(room):
    room.open_door()
    for number in range(MAX_LEARNERS - 1):
        room.ask(str(number))
    with pytest.raises(ClassroomError, match="places for 40 learners"):
        room.ask("one more")
    room.let_go("7")
    room.ask("one more")
    assert room.learner("one more") is not None


def test_drawing_that_was_given_already_is_refused_but_may_get_another_name(room):
    room.give("holder", 7, image(1))
    with pytest.raises(ClassroomError, match="given this very drawing already"):
        room.give("holder", 7, image(1))
    assert room.n_drawings == 1
    room.give("holder", 1, image(1))
    assert room.learner("holder").drawings.labels.tolist() == [1]


def test_waiting_strangers_take_no_place_and_can_all_be_sent_away(room):
    for number in range(MAX_WAITING):
        room.ask(str(number))  # more than there are animals
    assert len({*room.waiting.values(), room.learner("holder").name}) == MAX_WAITING + 1
    left = [name for name in room.waiting.values() if name not in ANIMALS]
    assert left == [f"number {number}" for number in range(2, 2 + len(left))]
    assert len(left) == MAX_WAITING + 1 - len(ANIMALS)
    with pytest.raises(ClassroomError, match="Too many wait"):
        room.ask("ann")
    room.send_away(*room.waiting)
    room.ask("ann")
    room.let_in("ann")
    assert (room.learner("ann").name in ANIMALS, room.waiting) == (True, {})


def test_no_door_leads_to_more_than_the_places(room):
    for number in range(MAX_LEARNERS + 3):
        room.ask(str(number))
    room.open_door()
    room.open_door(0)
    assert (len(room.learners), len(room.waiting)) == (MAX_LEARNERS, 4)
    room.let_in(next(iter(room.waiting)))
    with pytest.raises(ClassroomError, match="of 40 writers at most"):
        room.add_file(DrawingSet(DIGITS, (Example(0, image(0)),)))
    assert len(room.learners) == MAX_LEARNERS
    assert len({one.name for one in room.learners}) == MAX_LEARNERS


def test_each_change_changes_the_number_of_what_it_changes(room):
    """An address of what changed can be that of something freed."""
    looks, given = set(), set()
    for number in range(40):
        within_budget(room.last_table, (number,), list, plays=False)
        looks.add(room.look()[1])
        room.give("holder", 3, image(number))
        given.add(room.learner("holder").n_given)
    assert (len(looks), len(given)) == (40, 40)


def test_only_learners_give_while_it_collects_and_has_room(room):
    with pytest.raises(ClassroomError, match="takes no more drawings"):
        room.give("stranger", 0, image(0))
    room.collect(False)
    assert room.asks_for("holder") is None
    with pytest.raises(ClassroomError, match="takes no more drawings"):
        room.give("holder", 0, image(0))
    room.collect(True)
    many = DrawingSet(DIGITS, tuple(Example(0, image(number)) for number in range(MAX_DRAWINGS)))
    room.add_file(many)
    with pytest.raises(ClassroomError, match="2,000 drawings, the most"):
        room.give("holder", 0, image(0))
    with pytest.raises(ClassroomError, match="2,000 drawings of 40 writers at most"):
        room.add_file(many)
    with pytest.raises(ClassroomError, match="2,000 drawings of 40 writers at most"):
        room.check_place()
    with pytest.raises(ClassroomError, match="other names"):
        room.add_file(DrawingSet(("A", "B")))


def test_learner_who_comes_back_answers_once(room):
    room.open_door()
    room.poll.ask(0)
    room.ask("ann")
    room.poll.count(0, room.learner("ann").number, [0] * N_IDEAS)
    room.let_go("ann", may_return=True)
    room.ask("ann")
    with pytest.raises(ValueError, match="you have answered before"):
        room.poll.count(0, room.learner("ann").number, [0] * N_IDEAS)


def test_nobody_else_gets_the_animal_of_somebody_who_left_for_two_hours(room, monkeypatch):
    monkeypatch.setattr(module, "time", clock := Clock())
    room.open_door()
    everybody = [str(number) for number in range(MAX_LEARNERS - 1)]
    for who in everybody:
        room.ask(who)
    names = {who: room.learner(who).name for who in everybody}
    for who in everybody:
        room.let_go(who, may_return=True)
    for who in everybody:
        room.ask(f"new {who}")  # who left holds no place
    assert not {one.name for one in room.learners} & set(names.values())
    room.let_go("new 0")
    room.ask("0")
    assert room.learner("0").name == names["0"]
    clock.now += RETURNS_S
    assert room.may_return == []
    room.let_go("new 1")
    room.open_door()
    room.ask("1")
    assert room.learner("1").number > room.learner("new 38").number


def test_nobody_guesses_once_the_table_is_open(room):
    room.guess("holder", 4)
    room.begin(TASKS["table"])
    room.guess("holder", 7)
    assert room.learner("holder").guess == 4


def test_change_is_announced_at_once_and_those_within_a_pause_together(monkeypatch):
    class Page:
        n_changes, told = 0, threading.Event()

        def changed(self, *_names):
            self.n_changes += 1
            self.told.set()

    monkeypatch.setattr("mlp.page.visitors.by_code.PAUSE_S", 1000)
    room = Classroom("room k7p3x")
    page = Page()
    room.listeners.add(page)
    for number, act in enumerate(
        (
            lambda: room.ask("ann"),
            lambda: room.let_in("ann"),
            lambda: room.give("ann", 0, image(0)),
            lambda: room.guess("ann", 1),
            lambda: room.begin(TASKS["table"]),
            lambda: room.let_go("ann"),
        ),
        start=1,
    ):
        room.notified_at = -1000  # long ago
        act()
        assert page.told.wait(10)
        page.told.clear()
        assert page.n_changes == number
    monkeypatch.setattr("mlp.page.visitors.by_code.PAUSE_S", 0.5)
    room.notified_at = time.monotonic()
    for collects in (False, True, False):
        room.collect(collects)
    assert page.told.wait(10)
    time.sleep(0.6)
    assert page.n_changes == number + 1
