"""The wall of whoever holds a room names each drawing's learner, and one press takes the drawing away everywhere."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_file import parse_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.page.tabs.classroom.holder.held_wall import ASK
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS
from mlp.page.tabs.classroom.learner import number_of
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.table import table_of
from mlp.page.tabs.lessons.plan import PLANS, TASKS
from tests.page.sight import component, text, visitor_of
from tests.page.tabs.classroom.ways import Pages, keys, me
from tests.page.ways import press
from tests.sample_digits import sample


def given(classroom: Pages) -> tuple[Classroom, AppTest, AppTest, np.ndarray]:
    """Return a room to which its learner has given two drawings, of which the first is a claim and a mistake, too."""
    room, holder, learner = classroom
    rude, other = sample().test.images[:2]
    for image in (rude, other):
        room.give(me(learner), 3, image)
    found = NO_DIGITS.with_example(3, rude)
    with room.lock:
        room.change(replace(room.learner(me(learner)), claims=found, mistakes=found.with_example(4, other)))
    return room, holder.run(), learner.run(), rude


def pressed(page: AppTest, number: int) -> AppTest:
    """Return a page after a press on a drawing of its wall."""
    page.session_state["room_drawing"] = number
    return page.run()


def test_only_the_holders_wall_says_whose_each_drawing_is(classroom: Pages):
    room, holder, learner, rude = given(classroom)
    mine = room.learner(me(learner))
    shown = component(holder, "room_held_wall")
    assert re.findall(r'aria-label="([^"]*)"', shown) == [f"The {mine.name}’s 3"] * 2
    assert f'data-number="{number_of(mine, rude)}"' in shown
    assert ASK in text(holder, "room_whose")
    assert f"The {mine.name}’s 3" in text(pressed(holder, number_of(mine, rude)), "room_whose")
    assert "2 drawings" in text(learner, "room_wall")
    assert f"{mine.name}’s" not in text(learner, "room_wall")
    assert not {"room_remove", "round_remove"} & keys(learner)


def test_removed_drawing_is_nowhere_in_the_room(classroom: Pages):
    room, holder, learner, rude = given(classroom)
    press(holder, "strip_to_table")
    assert [len(writer.drawings) for writer in table_of(room).writers] == [2]
    press(pressed(holder, number_of(room.learner(me(learner)), rude)), "room_remove")
    mine = room.learner(me(learner))
    assert [getattr(mine, each).place_of(rude) for each in ("drawings", "claims", "mistakes")] == [None] * 3
    assert [len(getattr(mine, each)) for each in ("drawings", "claims", "mistakes")] == [1, 0, 1]
    assert [len(writer.drawings) for writer in table_of(room).writers] == [1]
    assert len(parse_drawings(room.copy(), most=MAX_DRAWINGS)) == 1  # as drawing and mistake
    assert component(holder, "room_held_wall").count("aria-label") == 1
    assert "1 drawing: " in text(learner.run(), "room_wall")
    assert room.asks_for(mine.who) == 0


def test_mistake_of_a_round_is_removed_where_it_is_seen(classroom: Pages):
    room, holder, learner, _ = given(classroom)
    before = [*room.learner(me(learner)).mistakes.examples]
    press(holder, "round_remove")
    assert len(room.learner(me(learner)).mistakes) == len(before) - 1


def test_run_that_learned_a_removed_drawing_keeps_its_copy(classroom: Pages):
    room, holder, learner, rude = given(classroom)
    press(holder, "room_teach")
    data = visitor_of(holder).runs.data
    visitor_of(holder).job.pause()
    room.remove(number_of(room.learner(me(learner)), rude))
    assert rude.tobytes() in {image.tobytes() for image in data.learned.images}


def test_press_on_a_drawing_that_has_gone_shows_no_other(classroom: Pages):
    room, holder, learner, rude = given(classroom)
    mine = room.learner(me(learner))
    pressed(holder, number_of(mine, rude))
    room.remove(number_of(mine, rude))
    assert "room_remove" not in keys(holder.run())
    room.remove(number_of(mine, rude))  # from another tab
    assert len(room.learner(me(learner)).drawings) == 1


def all_words(page: AppTest) -> str:
    """Return all that a page sends: its texts, its strip, and the data of its components."""
    components = [json.loads(one.proto.json or "null") for one in page.get("bidi_component")]
    return f"{text(page)} {text(page, 'strip')} {components}"


def test_page_on_the_board_has_neither_names_of_drawings_nor_their_removal_nor_answers(
    classroom: Pages, open_page: Callable[..., AppTest]
):
    room, holder, learner, rude = given(classroom)
    press(holder, "strip_to_break")
    mine = room.learner(me(learner))
    board = pressed(open_page(visitor=holder, tab="Room", board="1"), number_of(mine, rude))
    of_page, of_board = map(all_words, (pressed(holder, number_of(mine, rude)), board))
    stage = next(stage for stage in PLANS["Digits"].stages if stage.task is TASKS["break"])
    for words in (f"The {mine.name}’s 3", stage.usual):
        assert words in of_page, words
        assert words not in of_board, words
    assert {"room_remove", "round_remove"} <= keys(holder)
    assert not {"room_remove", "round_remove"} & keys(board)
    assert stage.asks in of_board
    assert "**Does everybody read a 3?** Waiting: 1." in of_board  # which the class may say


def test_learner_reads_that_their_drawing_was_taken_away_until_they_give_another(classroom: Pages):
    room, holder, learner, rude = given(classroom)
    said = "Your teacher took your 3 away."
    assert said not in text(learner, "correction_row")
    press(pressed(holder, number_of(room.learner(me(learner)), rude)), "room_remove")
    assert said in text(learner.run(), "correction_row")
    assert said not in text(holder.run(), "correction_row")
    assert not any(b"removed" in file.dump() for work in room.works for file in work.files())
    room.give(me(learner), 0, sample().test.images[3])
    assert said not in text(learner.run(), "correction_row")
