"""The section Room: guesses before the table, the table, and what a network learns from the others."""

import gc
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.analysis.classroom.class_table import MIN_WRITERS_TO_RANK, Contender, Writer, class_table, compared
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet, Example
from mlp.images.mnist import Split
from mlp.page.draw.networks import pretrained
from mlp.page.tabs.classroom.guesses import UNSURE, guess_rows
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import DOOR, GIVEN, PEOPLE, ROOMS, TOO_FEW, seat_of
from mlp.page.tabs.classroom.table import APART, limits_of, score, table_html, table_of
from mlp.page.tabs.classroom.thread import steps_in
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.session import visitors
from tests.images.drawings.sample_drawings import letters, own_digits
from tests.page.draw.test_your_signs import shape
from tests.page.live.test_parts import outdated
from tests.page.sight import address, at_rest, component, draw, eventually, markup, page_of, text, visitor_of
from tests.page.tabs.classroom.ways import Pages, keys, me
from tests.page.tabs.test_next_step import label
from tests.page.ways import measured, press
from tests.sample_digits import sample


def give(room: Classroom, who: str, digits: Split) -> None:
    for image, digit in zip(digits.images, digits.labels, strict=True):
        room.give(who, int(digit), image)


@pytest.fixture
def classroom(classroom: Pages) -> Pages:
    """The room, to which both have given twenty test digits."""
    room, *pages = classroom
    test = sample().test
    for number, page in enumerate(pages):
        part = slice(20 * number, 20 * number + 20)
        give(room, me(page), Split(test.images[part], test.labels[part]))
    return room, *[page.run() for page in pages]


def test_link_fills_in_the_code_and_only_a_press_joins(open_page):
    holder = open_page(tab="Room")
    holder.button(key="room_open").click().run()
    room = ROOMS.of(visitor_of(holder))
    room.open_door()
    page = open_page(room=room.code, epochs="3")
    visitor = visitor_of(page)
    assert (len(room.learners), seat_of(visitor)) == (1, None)
    assert page.text_input(key="room_typed").value == room.code
    assert "how your run and your uploaded network read" in text(page)
    assert address(page)["room"] == [room.code]
    page.button(key="room_join").click().run()
    assert room.learner(person(visitor.id)) is not None
    assert address(page.run()) == {"tab": ["Room"], "epochs": ["3"]}
    room.let_go(person(visitor.id))
    assert {"room_open", "room_join"} <= {one.key for one in page.run().button}
    page.text_input(key="room_typed").set_value(room.code)
    page.button(key="room_join").click().run()
    page = open_page(visitor=page, room="zzzzzzzz")
    assert f"You are in room {room.code}" in text(page)
    assert seat_of(visitor) == (room.code, False)


def test_name_that_is_misread_most_is_told_from_enough_writers_on():
    room, digits = Classroom("room k7p3x"), sample().test
    eights = [Example(8, image) for image in digits.images[digits.labels == 3][:2]]  # read as 3 by a good network
    ones = [Example(1, image) for image in digits.images[digits.labels == 1][:2]]
    for _ in range(MIN_WRITERS_TO_RANK):
        room.add_file(DrawingSet(DIGITS, (*eights, *ones)))
    room.learners[0] = replace(room.learners[0], guess=8)
    [network] = [Contender("", "Basic", pretrained("article"), "Basic, 25 epochs")]

    def told(n: int) -> str:
        writers = [Writer(one.who, one.name, one.drawings) for one in room.learners[:n]]
        return guess_rows(room, compared(class_table([network], writers)), 8)

    most = "Misread most in our class, by networks trained alike (Basic, 25 epochs): <b>8</b>. 1 of 1 guessed it."
    assert f"{most} You guessed <b>8</b>." in told(MIN_WRITERS_TO_RANK)
    fewer = told(MIN_WRITERS_TO_RANK - 1)
    assert UNSURE.format(writers=MIN_WRITERS_TO_RANK - 1) in fewer
    assert f"{most} Of " in fewer
    assert UNSURE[20:] not in told(MIN_WRITERS_TO_RANK)
    assert 'class="marked"' not in fewer


def test_limits_are_said_to_hold_for_classes_of_as_many_writers():
    writers = [Writer(f"{n}", "", own_digits(sample().test.images[:9], sample().test.labels[:9])) for n in range(6)]
    few, enough = (
        class_table([Contender("", "Basic", pretrained("article"))], each) for each in (writers[1:], writers)
    )
    assert (score(few[0]), limits_of(few[0])) == ("45 of 45 right", "")
    assert score(enough[0]) == "54 of 54 right"
    assert re.search(r"between \d+ and 100 of 100 in other classes of as many writers", limits_of(enough[0]))


def rows_of(room: Classroom) -> dict[str, list[str]]:
    """Return whose drawings each network of the table has read."""
    return {line.contender.name: list(line.cells) for line in table_of(room).lines}


def test_network_that_the_class_taught_reads_its_owners_drawings_only(classroom):
    room, holder, learner = classroom
    holder_id, learner_id = map(me, (holder, learner))
    name = room.learner(learner_id).name
    room.begin(TASKS["table"])
    assert rows_of(room) == {"Pretrained": [holder_id, learner_id], "MNIST alone": [holder_id, learner_id]}
    learner.run().button(key="step").click().run()
    assert rows_of(at_rest(learner) and room)[name] == [holder_id]
    [own] = [line.contender for line in table_of(room).lines if line.contender.owner]
    assert (own.title, own.learned) == (f"{name} · Basic, 25 epochs", "learned MNIST sample, in epoch 1 of 25")
    learner.button(key="room_teach").click().run()
    job = visitor_of(learner).job
    eventually(lambda: job.snapshot().step)
    job.pause()
    at_rest(learner)
    table = table_of(room)
    [taught] = [line for line in table.lines if line.contender.owner]
    assert (taught.contender.name, list(taught.cells)) == (name, [learner_id])
    assert taught.contender.way == "with the class"
    assert taught.contender.learned.startswith("1 · Basic, taught MNIST sample with 20 class digits (25%)")
    shown = table_html(compared(table.lines), table.writers, None)
    assert re.search(" of 20 right, of its owner’s<[^>]*><br>1 · Basic, taught ", shown)


def test_only_learners_of_a_plan_are_in_its_table_and_each_finds_their_own(classroom):
    room, holder, learner = classroom
    for page in (holder, learner):
        measured(press(page.run(), "train"))
    room.begin(TASKS["table"])
    writers, lines = table_of(room)
    assert [line.contender.owner for line in lines if line.contender.owner] == [me(learner)]
    for who, n_marks in ((me(holder), 1), (me(learner), 2)):  # the column, and of who has a network the row
        assert table_html(compared(lines), writers, None, who).count("<mark>you</mark>") == n_marks


def test_lessons_begin_with_the_same_network_and_hold_back_one_of_each_digit(classroom, open_page):
    _, _, learner = classroom
    visitor, digits = visitor_of(learner), sample().train
    visitor.digits.change(own_digits(digits.images[:20], digits.labels[:20]))
    drawings = open_page(visitor=learner, tab="Your drawings")
    learner.button(key="step").click().run()
    untaught = visitor_of(at_rest(learner)).job.snapshot().network.values.copy()
    drawings.run().segmented_control(key="network").set_value("run-1").run()
    held = []
    for page, key in ((drawings, "teach"), (learner, "room_teach"), (drawings, "teach")):
        page.run().button(key=key).click().run()
        job = visitor.job
        eventually(lambda job=job: job.snapshot().step)
        job.pause()
        at_rest(page)
        assert visitor.runs.origin[:2] == ("1 · Basic", None)
        np.testing.assert_array_equal(job.first_network.values, untaught)
        assert sorted(job.data.held.labels) == list(range(10))
        held.append(job.data.held_images)
    assert held[0] == held[1]


def test_network_of_the_class_alone_cannot_be_taught(classroom):
    _, _, learner = classroom
    learner.button(key="room_alone").click().run()
    job = visitor_of(learner).job
    eventually(lambda: job.snapshot().step)
    learner.run().button(key="room_teach").click().run()
    (error,) = learner.error
    assert "This network has learned drawings alone. Choose another network" in error.value
    assert visitor_of(learner).job is job


def copies_in_memory(pixels: bytes) -> list[type]:
    """Return the types of all objects of this process that hold these bytes."""
    gc.collect()
    to_look_at, seen, found = gc.get_objects(), {id(pixels)}, list[type]()
    while to_look_at:
        one = to_look_at.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, bytes) or (isinstance(one, np.ndarray) and one.dtype == np.uint8):
            found += [type(one)] * (pixels in bytes(one))
        else:
            to_look_at += gc.get_referents(one)
    return found


def test_file_of_drawings_asks_for_memory_and_is_refused_in_a_sentence(classroom, monkeypatch):
    room, holder, _ = classroom
    n_before, digits = room.n_drawings, own_digits(sample().test.images[:9], sample().test.labels[:9])
    file = ("class.json", dump_drawings(digits).encode(), "application/json")
    monkeypatch.setattr(Visitors, "free_memory", lambda _self, n_bytes: n_bytes < digits.n_bytes)
    holder.file_uploader(key="room_file").set_value(file).run()
    assert room.n_drawings == n_before
    assert "class.json: it needs 0 MB of memory, more than the server can spare" in text(holder)
    monkeypatch.setattr(Visitors, "free_memory", lambda _self, n_bytes: n_bytes <= digits.n_bytes)
    holder.file_uploader(key="room_file").set_value(file).run()
    assert (room.n_drawings, [error.value for error in holder.error]) == (n_before + 9, [])
    signs = ("signs.json", dump_drawings(letters(2)).encode(), "application/json")
    holder.file_uploader(key="room_file").set_value(signs).run()
    refusal = "signs.json: This file holds drawings of other names than the room’s."
    for _ in range(2):  # until the next file
        assert [error.value for error in holder.run().error] == [refusal]


def test_full_room_refuses_a_file_before_it_is_read(classroom, monkeypatch):
    _, holder, _ = classroom
    monkeypatch.setattr(Classroom, "is_full", True)
    monkeypatch.setattr("mlp.page.tabs.classroom.holder.hold.decode_drawings", None)
    holder.file_uploader(key="room_file").set_value(("class.json", b"{", "application/json")).run()
    refusal = "class.json: A room takes 2,000 drawings of 40 writers at most."
    assert [error.value for error in holder.error] == [refusal]


@pytest.mark.parametrize("as_mistake", [False, True])
def test_nothing_of_a_closed_room_stays_in_memory(classroom, as_mistake):
    room, holder, learner = classroom
    pixels = np.random.default_rng([28, 28, as_mistake]).bytes(784)  # images of other tests have shorter seeds
    me = person(visitor_of(holder).id)
    if as_mistake:
        room.begin(TASKS["break"])
        room.change(replace(room.learner(me), claims=NO_DIGITS.with_example(3, np.frombuffer(pixels, np.uint8))))
        press(holder.run(), next(one.key for one in holder.button if one.key.startswith("round_yes")))
    else:
        room.give(me, 3, np.frombuffer(pixels, np.uint8))
    holder.button(key="strip_to_table").click().run()
    learner.run().button(key="round_teach" if as_mistake else "room_teach").click().run()
    eventually(lambda: visitor_of(learner).job.snapshot().step)
    visitor_of(learner).job.pause()
    at_rest(learner)
    assert copies_in_memory(pixels)
    holder.run().button(key="room_close_anyway").click().run()
    visitors().check()
    learner.run()
    eventually(lambda: not copies_in_memory(pixels))  # a save that began before has its copy until it ends


def test_strangers_at_the_door_change_only_the_page_of_whoever_holds_the_room(classroom, open_page, monkeypatch):
    for event in (DOOR, GIVEN, PEOPLE):
        monkeypatch.setattr(event, "every_s", 0.0)
    room, holder, learner = classroom
    room.open_door(0)
    waits = press(open_page(room=room.code), "room_join")
    pages = holder.run(), learner.run(), waits
    assert [outdated(page) for page in pages] == [[], [], []]
    room.ask("a stranger")
    assert [outdated(page) for page in pages] == [["strip_line"], [], []]
    room.guess(me(learner), 3)
    assert {"room_guess", "next_step_line"} <= set(outdated(learner))
    assert outdated(waits) == []
    room.send_away(*room.waiting)
    waits.run()
    assert page_of(waits).parts(["page"])["draw"] is None  # that one script has drawn all


def test_room_leads_through_its_own_steps(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    room = ROOMS.of(visitor_of(holder))
    room.open_door()
    page = press(open_page(room=room.code), "room_join")
    me = person(visitor_of(page).id)
    assert label(page) == label(holder) == ""  # the row below the canvas asks for drawings
    steps = [step.label for step in steps_in(room, room.learner(me))]
    room.collect(False)
    assert label(page.run()) == steps[0]
    room.guess(me, 3)
    assert label(page.run()) == steps[1]
    room.begin(TASKS["table"])
    assert label(page.run()) == "See who reads whom"
    assert label(holder.run()) == ""  # whose strip leads


def test_room_takes_the_drawing_before_the_signs(open_page: Callable[..., AppTest]):
    page = press(open_page(tab="Room"), "room_open")
    visitor_of(page).signs.change(letters(1))
    assert text(draw(page, 4), "answer").startswith("4 ")
    assert ">0</text>" in shape(page)


def test_no_digit_is_read_while_a_room_collects_signs(page: AppTest):
    visitor_of(page).signs.change(DrawingSet(("♥", "★")))
    press(page.run(), "open_a_room")
    assert "Draw ♥ or ★." in text(page, "answer")
    assert text(draw(page, 4), "answer") == "I don’t know this one. This network has not learned ♥ and ★."


def test_train_learns_the_signs_of_a_room_of_signs(open_page: Callable[..., AppTest]):
    page = open_page(tab="Room", epochs="1")
    visitor_of(page).signs.change(DrawingSet(("♥", "★")))
    press(page.run(), "room_open")
    page.button(key="train").click().run()
    assert ["This run cannot start: " in error.value for error in page.error] == [True]  # nobody has drawn any
    assert visitor_of(page).job is None
    room, images = ROOMS.of(visitor_of(page)), sample().test.images
    room.add_file(DrawingSet(room.names, tuple(Example(place % 2, images[place]) for place in range(8))))
    press(page.run(), "train")
    data, settings = visitor_of(page).runs.data, visitor_of(page).job.snapshot().settings
    assert (settings.names, data.names, data.room) == (room.names, room.names, room.code)


def test_page_says_what_a_room_will_collect_and_opens_none_for_one_sign(open_page: Callable[..., AppTest]):
    page = open_page(tab="Room")
    assert "A room that you open now collects digits." in text(page, "room_entrance")
    visitor_of(page).signs.change(DrawingSet(("♥",)))
    for key in ("room_open", "open_a_room"):
        page.run().button(key=key).click().run()
        assert [error.value for error in page.error] == [TOO_FEW]
        assert seat_of(visitor_of(page)) is None
    visitor_of(page).signs.change(DrawingSet(("♥", "★", "☾")))
    assert "A room that you open now collects ♥, ★ and ☾." in text(page.run(), "room_entrance")
    press(page, "room_open")
    assert ROOMS.of(visitor_of(page)).names == ("♥", "★", "☾")


def test_table_compares_one_way_which_the_holder_chooses_on_all_pages(classroom, open_page):
    room, holder, learner = classroom
    name = room.learner(me(learner)).name
    visitor_of(learner).uploads = {1: pretrained("pretrained")}
    learner.button(key="step").click().run()
    at_rest(learner)
    holder.run().button(key="strip_to_table").click().run()
    other = open_page(visitor=holder, tab="Room")

    def compared_and_apart(page: AppTest) -> list[list[str]]:
        bodies = component(page, "room_table").split(APART)
        return [re.findall(r'"row">([^<]*[^<\s])', body) for body in bodies]

    basic = [f"{name} · Basic, 25 epochs", "MNIST alone · Basic, 25 epochs"]
    ours, uploaded = "Pretrained · by Inkling", f"{name} · uploaded"
    for page in (other, learner.run()):
        first, apart = compared_and_apart(page)
        assert (sorted(first), apart) == (sorted(basic), [ours, uploaded])
    assert " by networks trained alike (Basic, 25 epochs)" in text(learner, "room_guesses")
    assert [one.key for one in learner.button_group if one.key == "room_way"] == []
    other.button_group(key="room_way").set_value("uploaded").run()
    for page in (other, holder.run(), learner.run(), open_page(visitor=holder, tab="Room")):
        first, apart = compared_and_apart(page)
        assert (first, len(apart)) == ([uploaded], 3)
    assert holder.button_group(key="room_way").value == "uploaded"
    visitor_of(learner).uploads = {}
    first, _ = compared_and_apart(learner.run())
    assert sorted(first) == sorted(basic)


def test_share_leads_to_the_field_for_a_code_where_joining_is_the_filled_button(open_page: Callable[..., AppTest]):
    page = press(open_page(), "enter_a_code")
    assert {key: page.button(key=key).proto.type for key in ("room_join", "room_open")} == {
        "room_join": "primary",
        "room_open": "secondary",
    }
    assert page.text_input(key="room_typed").label == "Code of a room"
    press(page, "room_open")
    assert not {"enter_a_code", "open_a_room"} & keys(page)


def test_training_with_the_class_is_filled_only_where_no_step_of_a_plan_asks_for_another_thing(classroom):
    room, _, learner = classroom

    def look() -> tuple[str, str]:
        page = learner.run()
        return page.button(key="room_teach").proto.type, page.button(key="room_alone").proto.type

    assert look() == ("primary", "secondary")
    room.begin(TASKS["come"])
    assert look() == ("secondary", "secondary")
    room.begin(TASKS["alone"])
    assert look() == ("secondary", "primary")


def test_code_of_a_room_brings_no_language_with_it(open_page: Callable[..., AppTest]):
    page = press(open_page(tab="Room", lang="de"), "room_open")
    room = ROOMS.of(visitor_of(page))
    assert f"room={room.code}" in markup(page)
    assert not re.search(f"room={room.code}[^<]*lang", markup(page))
