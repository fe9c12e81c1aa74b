"""The report of a room: what came out of a lesson, for its holder, with nobody's name in it."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_set import NO_DIGITS, Example
from mlp.page.style.theme import image_url
from mlp.page.tabs.classroom.after.sheet import class_part
from mlp.page.tabs.classroom.holder.report import NO_IDEAS, NO_TABLE, room_report
from mlp.page.tabs.classroom.learner import ANIMALS
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.classroom.table import limits_of, score, table_of
from mlp.page.tabs.classroom.wall import summary
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.session import visitors
from tests.page.sight import at_rest, component, markup, text, visitor_of
from tests.page.tabs.classroom.test_ideas import filled
from tests.page.tabs.classroom.ways import Pages, me
from tests.page.ways import measured, press
from tests.sample_digits import sample


def written(report: str) -> str:
    """Return the text of a page, without its pictures."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", report, flags=re.DOTALL)


def named(words: str) -> set[str]:
    """Return the animals, and the numbers or files in place of one, that a text names."""
    return set(re.findall(rf"\b(?:{'|'.join(ANIMALS)}|number \d+|file \d+)\b", words))


def after_a_lesson(classroom: Pages) -> tuple[Classroom, AppTest]:
    """Return the room after a whole lesson, and its holder's page: two writers, a file, a guess, and a mistake."""
    room, holder, learner = classroom
    test = sample().test
    for number, page in enumerate((holder, learner)):
        for place in range(20 * number, 20 * number + 10):
            room.give(me(page), int(test.labels[place]), test.images[place])
    room.add_file(
        replace(NO_DIGITS, examples=tuple(Example(int(test.labels[n]), test.images[n]) for n in range(60, 70)))
    )
    room.guess(me(learner), 4)
    mistake = replace(NO_DIGITS, examples=(Example(7, np.full(784, 90, np.uint8)),))
    room.change(replace(room.learner(me(learner)), mistakes=mistake))
    filled(room.poll, 6)
    return room, holder.run()


def test_report_says_what_was_not_done(classroom: Pages):
    assert re.search(f"{NO_IDEAS}.*{NO_TABLE}.*Break it: 0 mistakes", written(room_report(classroom[0])), re.DOTALL)


def test_report_has_all_that_came_out_and_names_nobody(classroom: Pages):
    room, _ = after_a_lesson(classroom)
    assert NO_IDEAS in room_report(room)  # as the next answer would be seen in counts
    room.poll.end()
    room.begin(TASKS["table"])
    report = room_report(room)
    words = " ".join(written(report).split())
    assert "Drawings: 30, by 3 writers." in words
    assert words.count("6 of 6 agree, 0 not sure") == 10
    assert "Misread Guesses 0 0" in words or re.search(r"Misread Guesses 0 \d+\.?\d*% 0", words)
    assert re.search(r"\b4 (–|[\d.]+%) 1\b", words)  # the guess
    assert "MNIST alone" in words
    assert re.search(r"Break it: 1 mistakes of the basic network 7 → \d [\d.]+%", words)
    assert image_url(np.full((28, 28), 90, np.uint8)) in report
    assert report.count('class="ink-bar" style="--share:') == 10
    assert named(summary(room))  # what the room's own pages show
    assert named(words) == set()


def test_holder_saves_the_report_beside_the_drawings_before_closing(classroom: Pages):
    _, holder = after_a_lesson(classroom)
    assert '/room_report"' in markup(holder)
    assert "by 3 writers" in holder.session_state["downloads"].files["room_report"].make()
    assert '/room_report"' not in markup(classroom[2].run())
    assert '/room_report"' not in markup(press(holder, "room_close_anyway"))


def test_pages_sheet_and_report_have_the_same_numbers_after_lessons(classroom: Pages):
    room, _ = after_a_lesson(classroom)
    learner = measured(press(classroom[2].run(), "train"))
    visitor_of(learner).job.pause()
    at_rest(learner)
    room.begin(TASKS["table"])
    board, page = (" ".join(text(each.run(), "room_guesses").split()) for each in (classroom[1], learner))
    shares = re.findall(r"\b\d (?:–|[\d.]+%) \d\b", board)
    scores = re.findall(r"\d+ of \d+ right", written(component(learner, "room_table")))
    assert (len(shares), len(scores)) == (10, 3)
    for key, learned in (("round_teach", "MNIST sample with 1 class mistake (25%)"), ("round_control", "the control")):
        measured(press(learner.run(), key))
        assert learned in visitor_of(learner).job.snapshot().data_name
    report = " ".join(written(room_report(room)).split())
    assert [re.findall(r"\b\d (?:–|[\d.]+%) \d\b", words)[:10] for words in (page, report)] == [shares] * 2
    assert sorted(re.findall(r"\d+ of \d+ right", report)) == sorted(scores)
    answer, sheet = page.partition(" Misread Guesses")[0], " ".join(written(class_part(visitor_of(learner))).split())
    assert "You guessed 4." in answer
    assert "".join(answer.split()) in "".join(sheet.split())
    mistakes, _, taught = sheet.partition("Your mistakes")[2].partition("What you taught")
    assert " by 2 · taught. " in mistakes  # and not the control, which is run 3
    assert "taught none of a round’s mistakes: the control" in taught
    assert "0%)" not in taught


def restarted(room: Classroom) -> Classroom:
    """Return a room as it comes back from its files, in its place."""
    again = Classroom(room.id)
    for kind in Classroom.kinds:
        for file in reversed(kind(room).files()):
            kind(again).load(kind(again).number_of(file.name), file.dump())
    ROOMS.add(again)
    return again


def test_table_stays_as_its_step_left_it_on_board_and_papers(classroom: Pages, monkeypatch: pytest.MonkeyPatch):
    room, holder = after_a_lesson(classroom)
    learner = measured(press(classroom[2].run(), "train"))
    visitor = visitor_of(learner)
    visitor.job.pause()
    at_rest(learner)
    press(holder, "strip_to_table")

    def seen() -> list[object]:
        """Return what the table says, as the board has it, and the report, and the learner's sheet."""
        room = ROOMS.of(visitor)
        board = [
            (line.contender.title, list(line.cells), score(line), limits_of(line)) for line in table_of(room).lines
        ]
        report, sheet = written(room_report(room)).partition("Break it:")[0], class_part(visitor)
        return [board, report, written(sheet).partition("Your mistakes")[0]]

    before = seen()
    assert len(before[0]) == 3
    press(holder, "strip_next")
    with pytest.raises(ClassroomError, match="takes no more drawings"):
        room.give(me(learner), 1, sample().test.images[30])
    measured(press(learner.run(), "room_teach"))
    room.begin(TASKS["table"])
    assert seen() == before
    restarted(room)
    assert seen() == before
    with monkeypatch.context() as patch:
        patch.setattr(visitors(), "present", list)  # whose pages are not open again
        assert seen() == before
    ROOMS.of(visitor).begin(TASKS["train"])
    assert seen() != before
