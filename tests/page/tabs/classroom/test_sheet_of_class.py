"""What a learner takes home of a class's lesson, and what their drawings changed."""

import re

from streamlit.testing.v1 import AppTest

from mlp.analysis.classroom.one_writer import N_PAIRS
from mlp.page.style.theme import image_url
from mlp.page.tabs.classroom.after.changed import ALONE, KEPT, QUESTION, TAUGHT, in_sentences
from mlp.page.tabs.classroom.after.sheet import class_part
from mlp.page.tabs.classroom.learner import called
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.plan import TASKS
from tests.page.sight import eventually, page_of, visitor_of
from tests.page.tabs.classroom.test_report import after_a_lesson, named, written
from tests.page.tabs.classroom.ways import Pages, me
from tests.page.ways import measured, press


def pictures(page: AppTest) -> set[str]:
    """Return the drawings and mistakes of a learner, as addresses of pictures."""
    mine = ROOMS.of(visitor_of(page)).learner(me(page))
    return {image_url(one.image.reshape(28, 28)) for one in (*mine.drawings.examples, *mine.mistakes.examples)}


def test_sheet_has_a_learners_own_part_and_nothing_of_others(classroom: Pages):
    room, holder = after_a_lesson(classroom)
    learner = measured(press(classroom[2].run(), "room_teach"))
    measured(press(holder, "room_teach"))
    room.begin(TASKS["table"])
    mine = room.learner(me(learner))
    sheet = learner.run().session_state["downloads"].files["room_sheet"].make()
    words = " ".join(written(sheet).split())
    assert f"Your class: you were {called(mine.name)}" in words
    assert re.search(r"Your drawings Read right: \d+ of 10 by Basic, then \d+ of 10 by 1 · taught\.", words)
    assert "You guessed 4" in words
    assert "Your mistakes in Break it Read right: 0 of 1 by Basic" in words
    assert re.search(r"Run 1: .*with the class .*The class’s, learned from \(20\) [\d.]+% [\d.]+%", words)
    assert "Networks of others that have learned your drawings, too: 1." in words
    assert set(re.findall(r'data:image/[^"]*', sheet)) == pictures(learner)
    assert pictures(holder).isdisjoint(pictures(learner))
    assert named(words) == {mine.name}
    assert class_part(visitor_of(press(holder, "room_close_anyway"))) == ""


def test_drawings_are_left_out_and_the_result_stays_for_the_sheet(classroom: Pages):
    room, _ = after_a_lesson(classroom)
    learner = classroom[2].run().button(key="room_changed_alone").click().run()
    assert [one.value for one in learner.error] == [
        "Nothing can be compared yet: somebody must have given two drawings of a name, so that one can be read."
    ]
    for one in room.learners[:2]:
        for each in one.drawings.examples:
            room.give(one.who, each.label, each.image // 2)
    learner = press(learner, "room_changed_alone")
    eventually(lambda: page_of(learner).work[1].work.progress == 1)
    learner.run()
    kept = visitor_of(learner).kept[KEPT]["results"]
    assert list(kept) == [ALONE]
    assert TAUGHT not in kept
    words = in_sentences(kept[ALONE])
    more = r"with yours, they read on average [\d.]+ \w+ of 20 drawings"
    assert re.match(f"{more}|no difference beyond what chance makes", words)
    assert words in written(class_part(visitor_of(learner))).replace("&#x27;", "'")
    assert QUESTION in class_part(visitor_of(learner))
    assert len(page_of(learner).work[1].work.right) == 2 * N_PAIRS
    of = visitor_of(learner).kept[KEPT]["of"]
    visitor_of(learner).kept[KEPT] = {"of": of[:2], "results": {ALONE: {"n_right": [[1, 2], [1, 2]]}}}
    assert QUESTION not in class_part(visitor_of(learner))  # of another number of pairs
