"""A round of *Break it*: what counts and for whom, which mistake leads, and what a lesson with them does."""

import re
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from anyio.from_thread import start_blocking_portal
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet, Example
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.networks import pretrained
from mlp.page.live.desk import Desk
from mlp.page.live.protocol import VERSION
from mlp.page.live.socket import live_route
from mlp.page.tabs.classroom.break_it import (
    CONTROL,
    MAX_CLAIMS,
    NETWORK,
    TASK,
    TAUGHT,
    claim,
    effects,
    judge,
    lesson_of,
    misreadings,
)
from mlp.page.tabs.classroom.holder.steps import done_in
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from mlp.page.tabs.lessons.plan import TASKS
from tests.browser.digits import DIGITS
from tests.browser.pen import Stroke, fit, turned
from tests.images.drawings.sample_drawings import letters, own_digits
from tests.page.live.channel_route import connected
from tests.page.sight import at_rest, eventually, page_of, picture, text, url_of, visitor_of
from tests.page.tabs.classroom.ways import Pages, me
from tests.page.ways import press
from tests.sample_digits import sample

MISREAD = ((2, 40), (4, 40), (6, 40), (7, 40), (4, 30), (4, -40), (7, -40), (2, -40))
"""Digits, with the angles at which everybody still reads them and the round's network does not."""


def desk_with(strokes: Sequence[Stroke]) -> Desk:
    """Return a desk with a drawing."""
    desk = Desk()
    desk.put([], url_of(picture(strokes)))
    return desk


def leaning(digit: int, degrees: float = 0.0) -> Desk:
    """Return a desk with a digit that leans to the right."""
    return desk_with(fit(turned(DIGITS[digit], degrees)))


def count(room: Classroom, who: str, n: int) -> None:
    """Claim the first mistakes as a learner, and judge each as the holder."""
    for digit, degrees in MISREAD[:n]:
        claim(room, who, leaning(digit, degrees), digit)
        (one,) = misreadings(room, "claims")
        judge(room, one.number, counts=True)


@pytest.fixture
def room() -> Classroom:
    """A room with a round, its holder, and ann."""
    room = Classroom("room k7p3x")
    room.ask("holder", holds=True)
    room.open_door()
    room.ask("ann")
    room.begin(TASKS["break"])
    return room


@pytest.fixture
def pages(classroom: Pages) -> Pages:
    """The room, with a round."""
    room, holder, learner = classroom
    press(holder, "strip_to_break")
    return room, holder.run(), learner.run()


def test_only_a_seen_digit_that_is_misread_is_claimed(room):
    star = desk_with([[(40, 40), (240, 240)], [(240, 40), (40, 240)], [(140, 20), (140, 260)], [(20, 140), (260, 140)]])
    for drawing, says in (
        (Desk(), "Draw a 7 first, then press it."),
        (star, "It sees no digit here, and says so. Only a wrong answer is a mistake."),
        (leaning(7), "It reads a 7, too. Change it so that only people read it."),
    ):
        assert claim(room, "ann", drawing, 7) == says
        assert misreadings(room, "claims") == []
    assert claim(room, "ann", leaning(7, 40), 7) == "It reads a 2, 97.0% sure. It counts once your teacher reads a 7."
    assert [str(one) for one in misreadings(room, "claims")] == [
        f"{room.learner('ann').name}’s 7, read as a 2, 97.0% sure"
    ]
    assert misreadings(room) == []


def test_only_learners_claim_while_a_round_is_on(room):
    room.open_door(0)
    room.ask("stranger")
    assert claim(room, "stranger", leaning(7, 40), 7) == "The round is over."
    room.begin(TASKS["teach"])
    assert claim(room, "ann", leaning(7, 40), 7) == "The round is over."
    room.begin(TASKS["break"])
    for digit, degrees in MISREAD[:MAX_CLAIMS]:
        claim(room, "ann", leaning(digit, degrees), digit)
    assert claim(room, "ann", leaning(7, 40), 7) == "3 of your drawings wait to be judged. Wait for one of them."
    assert len(misreadings(room, "claims")) == MAX_CLAIMS


def test_judged_claim_is_judged_once_and_counts_only_with_a_yes(room):
    for digit, degrees in MISREAD[:2]:
        claim(room, "ann", leaning(digit, degrees), digit)
    first, second = misreadings(room, "claims")
    judge(room, first.number, counts=True)
    judge(room, first.number, counts=False)  # from the holder's other tab
    judge(room, second.number, counts=False)
    judge(room, second.number, counts=True)
    assert misreadings(room, "claims") == []
    assert [one.example for one in misreadings(room)] == [first.example]
    claim(room, "ann", leaning(first.example.label, 40), first.example.label)
    judge(room, misreadings(room, "claims")[0].number, counts=True)
    assert len(misreadings(room)) == 1  # the same drawing again


def test_learner_reads_that_the_teacher_does_not_read_their_claim(pages):
    room, _, learner = pages
    said = claim(room, me(learner), leaning(7, 40), 7)
    (claimed,) = misreadings(room, "claims")
    learner.session_state["round_outcome"] = (said, page_of(learner).desk.version)
    assert said in text(learner.run(), "correction_row")
    judge(room, claimed.number, counts=False)
    now = text(learner.run(), "correction_row")
    assert said not in now
    assert f"Your teacher took your 7 away. {TASK}" in now


def test_claim_is_taken_back_unless_it_was_judged_meanwhile(pages):
    room, _, learner = pages
    who = me(learner)
    for digit in (7, 6):
        claim(room, who, leaning(digit, 40), digit)
    assert learner.run().button(key="round_back").label == "Take my 6 back"
    press(learner, "round_back")
    assert [one.example.label for one in misreadings(room, "claims")] == [7]
    shown = learner.run().button(key="round_back")
    judge(room, misreadings(room, "claims")[0].number, counts=True)
    claim(room, who, leaning(4, 40), 4)
    assert shown.label == "Take my 7 back"
    shown.click().run()
    assert [one.example.label for one in misreadings(room, "claims")] == [4]
    assert [one.example.label for one in misreadings(room)] == [7]


def test_each_mistake_is_read_once_for_all_pages(room, monkeypatch):
    images, n_read = np.random.default_rng(0).integers(1, 255, (50, 784), np.uint8), list[int]()
    learner = room.learner("ann")
    room.change(replace(learner, mistakes=own_digits(images[:20], [3] * 20), claims=own_digits(images[20:22], [3] * 2)))
    reader = pretrained(NETWORK)
    shares = Reader.predict_proba
    monkeypatch.setattr(Reader, "predict_proba", lambda self, of: n_read.append(len(of)) or shares(self, of))
    pages = [misreadings(room) for _ in range(25)]
    assert sum(n_read) == 20
    assert [str(one) for one in pages[0]] == [str(one) for one in pages[-1]]
    alone = [shares(reader, one.example.image[np.newaxis])[0] for one in pages[0]]
    assert [one.reading.digit for one in pages[0]] == [each.argmax() for each in alone]
    assert np.allclose([one.reading.share for one in pages[0]], [each.max() for each in alone])
    judge(room, misreadings(room, "claims")[0].number, counts=True)
    assert (sum(n_read), len(misreadings(room)), sum(n_read)) == (22, 21, 22)


def test_claims_and_mistakes_count_toward_the_limit_of_a_room(room):
    places = range(MAX_DRAWINGS - 1)
    sets = {
        name: DrawingSet(NO_DIGITS.names, tuple(Example(3, np.full(784, 1, np.uint8)) for _ in each))
        for name, each in (("mistakes", places[1000:]), ("claims", places[:2]), ("drawings", places[2:1000]))
    }
    room.change(replace(room.learner("holder"), **sets))
    assert "It counts once your teacher" in claim(room, "ann", leaning(7, 40), 7)
    assert claim(room, "ann", leaning(6, 40), 6) == "This room has 2,000 drawings, the most that it takes."
    with pytest.raises(ClassroomError, match="2,000 drawings, the most that it takes"):
        room.give("ann", 3, np.full(784, 2, np.uint8))
    with pytest.raises(ClassroomError, match="2,000 drawings of 40 writers at most"):
        room.add_file(NO_DIGITS.with_example(3, np.full(784, 2, np.uint8)))


def test_surest_mistake_leads_and_goes_with_its_learner(room):
    count(room, "ann", 3)
    claim(room, "holder", leaning(7, 40), 7)
    judge(room, misreadings(room, "claims")[0].number, counts=True)
    assert [one.example.label for one in misreadings(room)] == [6, 4, 7, 2]
    shares = [one.reading.share for one in misreadings(room)]
    assert shares == sorted(shares, reverse=True)
    room.let_go("ann")
    assert [one.by.who for one in misreadings(room)] == ["holder"]


def test_lesson_leaves_every_second_mistake_of_each_digit_new(room):
    count(room, "ann", 8)
    examples = [one.example for one in misreadings(room)]
    data = lesson_of(examples, room.code)
    drawings = DrawingSet(NO_DIGITS.names, tuple(examples))
    assert data.learned.labels.tolist() == drawings.labels[drawings.ranks % 2 == 0].tolist()
    assert (data.room, data.holds_back) == (room.code, False)
    assert sorted(np.bincount(data.learned.labels, minlength=10)) == [0] * 6 + [1, 1, 1, 2]


def test_round_chooses_its_network_once_for_everybody_in_it(pages):
    _, holder, learner = pages
    for page in (holder, learner):
        assert page.segmented_control(key="network").value == NETWORK
        assert "Draw a digit that everybody reads" in text(page, "correction_row")
    learner.segmented_control(key="network").set_value("pretrained").run()
    assert learner.run().segmented_control(key="network").value == "pretrained"
    press(holder, "strip_to_teach")
    assert "Draw a digit that everybody reads" not in text(learner.run(), "correction_row")


def test_only_the_holder_sees_and_judges_claims(pages):
    room, holder, learner = pages
    me = person(visitor_of(learner).id)
    claim(room, me, leaning(7, 40), 7)
    assert [one.key for one in learner.run().button if one.key.startswith("round")] == ["round_back"]
    assert "Nothing counts yet." in text(learner, "room_break")
    [yes] = [one for one in holder.run().button if one.key.startswith("round_yes")]
    assert yes.label == "Yes, that’s a 7"
    claim(room, person(visitor_of(holder).id), leaning(6, 40), 6)  # a surer one, which must not take its place
    assert yes.key in [one.key for one in holder.run().button]
    press(holder, yes.key)
    assert [one.by.who for one in misreadings(room)] == [me]
    assert "The surest mistake: " in text(learner.run(), "room_break")
    assert "1 of yours count." in text(learner, "correction_row")


def teach(page: AppTest, key: str) -> str:
    """Press a lesson's button, wait until MNIST is measured after it, and return what the page then says of it."""
    press(page.run(), key)
    job = visitor_of(page).job
    eventually(lambda: len(job.snapshot().history.evaluations) > 1)
    job.pause()
    at_rest(page)
    assert visitor_of(page).runs.origin[:2] == ("Basic", NETWORK)
    return text(page, "room_mended")


def test_lesson_shows_what_it_mended_and_broke_beside_its_control(pages):
    room, _, learner = pages
    me, drawn = person(visitor_of(learner).id), sample().test
    count(room, me, 8)
    for image, label in zip(drawn.images[:9], drawn.labels[:9], strict=True):
        room.give(me, int(label), image)
    alone = teach(learner, "round_control")
    for row in ("mistakes to learn 5 – ", "others that it misread 3 – ", "those that it read 9 – "):
        assert row in alone
    assert CONTROL in alone
    assert TAUGHT not in alone  # it has learned none of them
    both = teach(learner, "round_teach")
    assert f"{TAUGHT} {CONTROL}" in both
    for row in ("mistakes to learn 5", "others that it misread 3", "those that it read 9"):
        [of_control] = re.findall(rf"{row} – (\d+)", alone)
        assert re.search(rf"{row} \d+ {of_control} ", both)
    assert re.search(r"MNIST, validation images 800 ([\d.]+)% → [\d.]+% \1% → [\d.]+%", both)


def test_step_names_the_lesson_then_what_it_mended_then_the_control(pages):
    room, holder, learner = pages
    assert learner.button(key="to_canvas").label == "Draw what it misreads"
    count(room, me(learner), 4)
    press(holder.run(), "strip_to_teach")
    for following, n_counted in (("Teach it none: the control", 1), ("See what it mended", 1)):
        assert learner.run().button(key="next_step").proto.type == "primary"
        press(learner, "next_step")
        assert learner.button(key="next_step").label == "See what it mended"
        job = visitor_of(learner).job
        eventually(lambda job=job: job.snapshot().finished)
        at_rest(learner)
        assert learner.run().button(key="next_step").label == following
        done = done_in(room, visitor_of(holder)).counts
        assert (done["taught"], done["trained"]) == (n_counted, 0)  # the control is neither


def test_holders_page_asks_for_its_strip_once_a_learner_has_taught(pages):
    room, holder, learner = pages
    count(room, me(learner), 1)
    press(holder.run(), "strip_to_teach")
    with start_blocking_portal() as portal, connected(portal, live_route()) as browser:
        browser.send(version=VERSION, key=page_of(holder).key, hidden=False)
        browser.send(got=browser.receive()["number"])
        eventually(lambda: not room.will_notify)
        press(learner.run(), "next_step")
        messages = (browser.receive() for _ in range(5))  # at least one a second
        outdated = [key for message in messages for key, *_ in message["parts"].get("outdated", [])]
        assert outdated == ["strip_line"]
    at_rest(learner)


def test_mended_and_broken_are_counted_by_what_the_network_read_before():
    images, labels = sample().test.images[:50], sample().test.labels[:50].copy()
    assert (pretrained(NETWORK).predict(images) == labels).all()
    labels[:20] = (labels[:20] + 1) % 10  # read as another digit than this one
    drawn = [Example(int(label), image) for image, label in zip(images, labels, strict=True)]
    data = lesson_of(drawn[:20], "k7p3x")
    seven = MLP.zeros([784, 10], "relu")
    seven.dense_layers[0].bias.value[7] = 1
    lesson = SimpleNamespace(reader=Reader(seven), history=SimpleNamespace(evaluations=[]))
    shown = effects(data, [*drawn, *drawn[:5]], [lesson, None])  # given to the room, too: each counts once
    n_learned, sevens = len(data.learned), int((data.learned.labels == 7).sum())
    assert 0 < sevens < (labels[:20] == 7).sum()
    for name, n, changed in (
        ("Mended: mistakes to learn", n_learned, sevens),
        ("Mended: others that it misread", 20 - n_learned, (labels[:20] == 7).sum() - sevens),
        ("Broken: those that it read", 30, (labels[20:] != 7).sum()),
    ):
        assert f'<th scope="row">{name}</th><td>{n}</td><td><b>{changed}</b></td><td>–</td>' in shown


def test_room_for_signs_has_no_round(open_page):
    page = open_page(tab="Room")
    visitor_of(page).signs.change(letters(1))
    press(page.run(), "room_open")
    assert not [one.key for one in page.button if one.key == "strip_to_break"]
