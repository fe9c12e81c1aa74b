"""The strip: each step of a plan opens a place that is not empty, and pupils' pages follow."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.classroom.holder.steps import Done, Position, done_in
from mlp.page.tabs.classroom.holder.strip import in_numbers, late
from mlp.page.tabs.classroom.kept import State
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS, TOO_FEW
from mlp.page.tabs.classroom.thread import CLASS_RUN, COUNTS
from mlp.page.tabs.lessons.plan import PLANS, TASKS
from mlp.page.train.card import script_state
from tests.page.sight import text, visitor_of
from tests.page.tabs.classroom.ways import keys
from tests.page.tabs.test_next_step import label
from tests.page.ways import press
from tests.sample_digits import sample

NOTHING = dict.fromkeys(COUNTS, 0)


def room_of(page: AppTest) -> Classroom:
    room = ROOMS.of(visitor_of(page))
    assert room is not None
    return room


def begun(page: AppTest, plan: str) -> AppTest:
    """Begin a plan from the lessons."""
    page.button_group(key="plan").set_value(plan).run()
    return press(page, "plan_begin")


def is_empty(page: AppTest, key: str) -> bool:
    """Whether a place shows neither a text nor anything to press."""
    place = page.container(key=key)
    return not (text(page, key) or list(place.button) or list(place.text_input) or list(place.button_group))


def followed(pupil: AppTest) -> str:
    """Return the label of what is next on a pupil's page."""
    pupil.run()
    return label(pupil)


@pytest.mark.parametrize("plan", PLANS)
def test_each_step_of_a_plan_opens_a_place_that_is_not_empty(open_page: Callable[..., AppTest], plan: str):
    page = begun(open_page(tab="Lessons"), plan)
    assert f"{plan} Board mode {PLANS[plan].question}" in text(page, "strip")
    assert "Board mode" not in text(open_page(visitor=page, board="1"), "strip")
    for number, stage in enumerate(PLANS[plan].stages):
        assert page.button(key="strip_next").label == f"{stage.name} ›"
        press(page, "strip_next")
        assert "Board mode" not in text(page, "strip")
        assert f"{number + 1} of {len(PLANS[plan].stages)} · {stage.name} 0 of {stage.minutes} min" in text(
            page, "strip"
        )
        assert re.sub("<.*?>", "", stage.usual) in text(page, "strip")
        assert not is_empty(page, stage.task.place), stage.name
        if stage.task.name == "name":
            visitor_of(page).signs.change(DrawingSet(("♥", "★")))
    assert "strip_next" not in keys(page)
    job = visitor_of(page).job
    assert job is None or replace(job.snapshot().settings, seed=CLASS_RUN.seed) == CLASS_RUN
    assert (job is not None) == (plan == "Digits")


def test_plan_of_signs_opens_no_room_before_two_are_named(open_page: Callable[..., AppTest]):
    page = press(begun(open_page(tab="Lessons"), "Signs of our own"), "strip_next")
    page.button(key="strip_next").click().run()
    assert [one.value for one in page.error] == [TOO_FEW]
    assert ROOMS.of(visitor_of(page)) is None
    visitor_of(page).signs.change(DrawingSet(("♥", "★")))
    press(page.run(), "strip_next")
    assert room_of(page).names == ("♥", "★")


def test_pupils_pages_follow_the_steps_of_the_plan(open_page: Callable[..., AppTest]):
    holder = press(begun(open_page(tab="Lessons"), "Digits"), "strip_next")
    room = room_of(holder)
    room.open_door()
    pupil = press(open_page(room=room.code), "room_join")
    assert "strip_next" not in keys(pupil)
    before = script_state(visitor_of(pupil))
    seen = [followed(pupil)]
    for _ in PLANS["Digits"].stages[1:]:
        press(holder, "strip_next")
        seen.append(followed(pupil))
    think = "Say what you think"
    of_steps = ["Train a network", "Guess what is misread", "See who reads whom", "", "See what the class wrote"]
    assert seen == [think, think, *of_steps, think, "Save my sheet"]
    assert script_state(visitor_of(pupil)) == before  # nothing has begun by itself
    for _ in range(2):
        press(holder, "strip_back")
    assert (room.task.name, room.shows_answer) == ("teach", True)


def test_pupil_trains_what_ends_within_the_step(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = room_of(holder)
    room.open_door()
    pupil = press(open_page(room=room.code, epochs="100"), "room_join")
    room.begin(TASKS["train"])
    press(pupil.run(), "next_step")
    number = room.learner(person(visitor_of(pupil).id)).number
    seed = CLASS_RUN.seed + number  # of their own, so that the table shows how much is chance
    assert visitor_of(pupil).job.snapshot().settings == replace(CLASS_RUN, seed=seed)
    assert label(pupil) == "See what the class wrote"


def test_press_lets_in_all_whom_the_strip_counts(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = room_of(holder)
    for number in range(24):
        room.ask(f"learner {number}")
    holder.run()
    assert "24 wait." in text(holder, "strip")
    assert "Nobody is here yet." not in text(holder, "strip")
    assert {f"The {name} asks to come in." for name in room.waiting.values()} <= set(text_of_people(holder))
    old = holder.button(key="strip_let_in")
    room.send_away("learner 0")
    assert old.label == "Let in 24"
    holder.run()
    press(holder, "strip_let_in")
    assert {one.who for one in room.learners[1:]} == {f"learner {number}" for number in range(1, 24)}
    assert "strip_let_in" not in keys(holder)
    for who in ("eve", "fay"):
        room.ask(who)
    holder.run()
    eve, fay = room.waiting.values()
    assert f"The {eve} and the {fay} wait." in text(holder, "strip")
    assert holder.button(key="strip_let_in").label == "Let in 2"
    assert len(room.learners) == 24


def text_of_people(page: AppTest) -> list[str]:
    """Return the sentences about those who wait."""
    return [one.value for one in page.markdown if one.value.endswith(" asks to come in.")]


@pytest.mark.parametrize("plan", PLANS)
def test_going_forward_to_the_step_in_which_all_come_opens_the_door(open_page: Callable[..., AppTest], plan: str):
    page = begun(open_page(tab="Lessons"), plan)
    visitor_of(page).signs.change(DrawingSet(("♥", "★")))
    place = next(at for at, stage in enumerate(PLANS[plan].stages) if stage.task.opens_door)
    for number in range(place + 1):
        press(page, "strip_next")
        assert number == place or ROOMS.of(visitor_of(page)) is None or not room_of(page).door_is_open
    room = room_of(page)
    assert "The door is open 5 min more to all with the code." in text(page, "strip")
    press(page, "room_door")
    assert not room.door_is_open
    press(page, "strip_next")
    press(page, "strip_back")
    assert not room.door_is_open
    press(page, "room_door")
    room.ask("ann")
    assert room.learner("ann") is not None


def test_late_press_lets_in_nobody_whom_the_page_did_not_show(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = room_of(holder)
    room.ask("ann")
    late_press = holder.run().button(key="strip_let_in")
    room.send_away("ann")
    room.ask("eve")
    holder.run()  # the page shows Eve; the press was made before
    late_press.click().run()
    assert [one.who for one in room.learners] == [person(visitor_of(holder).id)]


def test_strip_counts_what_learners_have_done(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = room_of(holder)
    assert "Nobody is here yet." in text(holder, "strip")
    room.open_door()
    for who in ("ann", "ben"):
        room.ask(who)
    for image, digit in zip(sample().test.images[:200], sample().test.labels[:200], strict=True):
        room.give("ann", int(digit), image)
    room.guess("ben", 3)
    room.poll.ask(0)
    room.poll.count(0, room.learner("ann").number, [0] * 5)
    assert done_in(room, visitor_of(holder)) == Done(2, {**NOTHING, "drew": 1, "answered": 1, "guessed": 1}, 20)
    assert "1 of 2 drew all · 20 drawings" in text(holder.run(), "strip")


def test_plan_ends_with_its_room(open_page: Callable[..., AppTest]):
    page = press(begun(open_page(tab="Lessons"), "Digits"), "strip_next")
    assert "strip_end" not in keys(page)
    press(page, "room_close")  # nobody has drawn
    assert "Good-bye! The room is closed, and its drawings are deleted." in text(page, "room_goodbye")
    assert not {"strip_next", "strip_end"} & keys(page)
    press(begun(open_page(visitor=page, tab="Lessons"), "Digits"), "strip_end")
    assert "strip_next" not in keys(page.run())


def test_strip_says_if_training_ends_after_its_step():
    for number, stage in enumerate(PLANS["Digits"].stages):
        now, done = Position("Digits", number), Done(8, NOTHING, training_s=60.0 * stage.minutes + 300)
        told = "Training needs about 5 min more than this step." if stage.task.trains else ""
        assert late(now, done) == told
        assert late(now, done._replace(training_s=60.0 * stage.minutes)) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Draw", "<b>3 of 8 drew all</b> · 104 drawings"),
        ("Open the table", ""),
        ("Break it", "<b>1 of 8 found a mistake</b>"),
        ("Teach it", "<b>0 of 8 taught it</b>"),
    ],
)
def test_strip_counts_what_a_step_asks_for(name: str, told: str):
    [number] = [number for number, stage in enumerate(PLANS["Digits"].stages) if stage.name == name]
    done = Done(8, {**NOTHING, "drew": 3, "trained": 2, "claimed": 1}, 104)
    assert in_numbers(Position("Digits", number), done) == told


def test_room_keeps_what_its_class_does():
    room, again = Classroom("room k7p3x"), Classroom("room k7p3x")
    room.begin(TASKS["break"])
    State(again).load(0, State(room).files()[0].dump())
    assert (again.task.name, again.breaks) == ("break", True)
