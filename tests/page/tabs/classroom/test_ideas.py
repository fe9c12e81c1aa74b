"""What a class thinks of five ideas: each learner counts once, nobody is named, and each idea leads to what tells."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

import mlp.page.tabs.registry  # noqa: F401 (all places)
from mlp.jobs.checkpoints import Checkpoints
from mlp.page.tabs.classroom.ideas import ANSWERED, bars
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.poll import ANSWERS, LEAST, N_IDEAS, PHASES, Poll
from mlp.page.tabs.classroom.rooms import ROOMS
from tests.page.live.test_parts import outdated
from tests.page.sight import markup, text, visitor_of
from tests.page.tabs.classroom.test_rooms import back, server, with_class
from tests.page.tabs.classroom.ways import keys, me
from tests.page.tabs.test_next_step import label
from tests.page.visitors.sample_work import file_of
from tests.page.ways import press

AGREE, NOT_SURE, DISAGREE = range(len(ANSWERS))


def answer(page: AppTest, *answers: int) -> AppTest:
    """Choose an answer to each idea, and give them."""
    for number, one in enumerate(answers or [AGREE] * N_IDEAS):
        page.button_group(key=f"room_idea_{ROOMS.of(visitor_of(page)).poll.asks}_{number}").set_value(one)
    return page.button(key="room_answer").click().run()


def filled(poll: Poll, n: int) -> Poll:
    """Answer for ``n`` learners in both phases: all agree."""
    for phase in range(len(PHASES)):
        poll.ask(phase)
        for number in range(n):
            poll.count(phase, number, [AGREE] * N_IDEAS)
    return poll


def test_answers_are_counted_once_in_each_phase_while_it_asks():
    poll = Poll()
    poll.ask(0)
    poll.count(0, 7, [AGREE, NOT_SURE, DISAGREE, AGREE, AGREE])
    poll.ask(1)
    poll.count(1, 7, [DISAGREE] * N_IDEAS)
    for phase, number in ((1, 7), (0, 8)):  # again, and in a phase that is over
        with pytest.raises(ValueError, match="not counted"):
            poll.count(phase, number, [AGREE] * N_IDEAS)
    poll.ask(None)
    with pytest.raises(ValueError, match="not counted"):
        poll.count(1, 8, [AGREE] * N_IDEAS)
    assert poll.counts[0] == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert poll.counts[1] == [[0, 0, 1]] * N_IDEAS
    assert poll.answered == [[7], [7]]


@pytest.mark.parametrize("answers", [[AGREE] * 4, [AGREE] * 6, [AGREE] * 4 + [None], [AGREE] * 4 + [3], [-1] * 5])
def test_answers_that_are_not_five_change_nothing(answers):
    poll = Poll()
    poll.ask(0)
    with pytest.raises(ValueError, match="Answer all five"):
        poll.count(0, 7, answers)
    assert poll == Poll(asks=0)


def test_fewer_than_five_answers_are_never_shown_and_none_come_after():
    poll = filled(Poll(), LEAST - 1)
    poll.end()
    assert not poll.is_over
    assert "<small>" not in bars(poll)
    poll = filled(Poll(), LEAST)
    poll.end()
    assert poll.is_over
    poll.ask(1)
    with pytest.raises(ValueError, match="not counted"):
        poll.count(1, 99, [AGREE] * N_IDEAS)
    assert bars(poll).count("5 of 5 agree, 0 not sure") == len(PHASES) * N_IDEAS


def test_bars_of_equal_counts_look_the_same_and_of_others_do_not():
    poll = filled(Poll(), LEAST)
    for phase, last in ((0, AGREE), (1, DISAGREE)):
        poll.ask(phase)
        poll.count(phase, 99, [AGREE] * 4 + [last])
    poll.end()
    rows = re.findall("<td><small>before:(.*?)<small>after:(.*?)</td>", bars(poll))
    assert [before == after for before, after in rows] == [True] * 4 + [False]
    assert ["6 of 6 agree, 0 not sure" in before for before, _ in rows] == [True] * N_IDEAS
    assert "5 of 6 agree, 0 not sure" in rows[-1][1]


def test_learner_answers_once_in_two_tabs_and_after_a_reload(classroom, open_page):
    room, holder, learner = classroom
    assert "room_answer" not in keys(learner)
    press(holder, "strip_to_come")
    other = open_page(visitor=learner, tab="Room")
    learner.run()
    assert label(learner) == "Say what you think"  # before the row asks for drawings
    assert "Answer all five" in learner.button(key="room_answer").click().run().error[0].value
    answer(learner, AGREE, NOT_SURE, DISAGREE, AGREE, AGREE)
    assert [error.value for error in answer(other, *[DISAGREE] * N_IDEAS).error] == [
        "These answers are not counted: the question is over, or you have answered before."
    ]
    again = open_page(visitor=learner, tab="Room")
    assert "Your answers are counted. Wait for your teacher." in text(again, "room_ideas")
    assert "room_answer" not in keys(again)
    assert room.poll.counts[0] == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert "1 have answered before the lesson, 0 after" in text(holder.run(), "room_ideas").replace("**", "")


def test_only_whom_the_holder_let_in_can_answer(classroom, open_page):
    room, holder, learner = classroom
    press(holder, "strip_to_come")
    room.open_door(0)
    waits = press(open_page(room=room.code), "room_join")
    assert "room_answer" not in keys(waits)
    learner.run()
    room.let_go(me(learner))
    answer_late = learner.button(key="room_answer")
    for number in range(N_IDEAS):
        learner.button_group(key=f"room_idea_0_{number}").set_value(AGREE)
    answer_late.click().run()  # on the page as it was before
    assert room.poll.answered == [[], []]
    assert {"strip_to_come", "room_show_ideas"}.isdisjoint(keys(learner) | keys(waits))


def test_answers_of_a_learner_who_leaves_stay_counted_and_name_nobody(classroom):
    room, holder, learner = classroom
    press(holder, "strip_to_come")
    answer(learner.run())
    [kept] = [one for one in room.works if one.suffix == "room.json"]
    who, [file] = me(learner), kept.files()
    assert who not in file.dump().decode()
    for learner_file in room.works[1].files():
        assert "poll" not in json.loads(learner_file.dump())
    press(press(learner, "room_leave"), "room_left")
    assert room.learner(who) is None
    assert room.poll.counts[0] == [[1, 0, 0]] * N_IDEAS


def test_counts_and_who_has_answered_outlive_a_restart_together(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    holder, learner, room = with_class(visitors)
    number = room.learner(person(learner.id)).number
    visitors.save()
    room.poll.ask(0)
    room.poll.count(0, number, [DISAGREE] * N_IDEAS)
    room.give(person(learner.id), 3, room.learner(person(learner.id)).drawings.images[0])
    write, written = Checkpoints.write, []

    def crash_after_one_file(self, *args, **more):
        if written:
            raise OSError("No space left on device")
        written.append(args)
        return write(self, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "write", crash_after_one_file)
        visitors.save()
    _, _, again = back(tmp_path, holder)
    assert again.poll == room.poll
    with pytest.raises(ValueError, match="not counted"):
        again.poll.count(0, number, [AGREE] * N_IDEAS)
    assert [len(counts) for counts in again.poll.answered] == [sum(phase[0]) for phase in again.poll.counts]


def test_closed_room_keeps_no_answers(tmp_path):
    visitors = server(tmp_path)
    holder, _, room = with_class(visitors)
    filled(room.poll, LEAST)
    visitors.save()
    assert b"answered" in file_of(tmp_path, "room.json").read_bytes()
    visitors.rooms.leave(holder)
    assert room.poll == Poll()
    assert not list(tmp_path.glob("*/*room.json"))


def test_another_learners_answer_changes_the_holders_page_only(classroom, monkeypatch):
    monkeypatch.setattr(ANSWERED, "every_s", 0.0)
    room, holder, learner = classroom
    press(holder, "strip_to_come")
    learner.run()
    assert [outdated(page) for page in (holder, learner)] == [[], []]
    with room.lock:
        room.poll.count(0, 99, [AGREE] * N_IDEAS)
    assert [outdated(page) for page in (holder, learner)] == [["room_poll"], []]


def test_everybody_sees_the_bars_and_their_source_at_the_end(classroom):
    room, holder, learner = classroom
    press(holder, "strip_to_compare")
    filled(room.poll, LEAST)
    press(holder.run(), "room_show_ideas")
    for page in (holder, learner.run()):
        assert markup(page).count("5 of 5 agree, 0 not sure") == len(PHASES) * N_IDEAS
        assert "10.1145/3677619.3678114" in text(page, "room_ideas")
