"""Who waits, is let go, or was in a room that is closed reads so where they look; whoever holds it is asked first."""

import errno
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_file import parse_drawings
from mlp.jobs.checkpoints import Checkpoints
from mlp.page.tabs.classroom.kept import MAX_DRAWINGS
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.rooms import ENDED, GONE, ROOMS, RUNS_ENDED, WAITS_S, seat_of, tell, told
from mlp.page.visitors.newcomer import NOT_DELETED
from mlp.page.visitors.session import visitors
from tests.page.sight import at_rest, draw, eventually, page_of, text, visitor_of
from tests.page.tabs.classroom.test_rooms import back, image, server, with_class
from tests.page.tabs.classroom.ways import Pages, keys, me
from tests.page.ways import press


@pytest.fixture
def classroom(classroom: Pages) -> Pages:
    """The room, to which both have given two drawings."""
    room, *pages = classroom
    for number, page in enumerate(pages):
        for label in (3, 4):
            room.give(me(page), label, image(label + 50 * number))
    return room, *[page.run() for page in pages]


def row(page: AppTest) -> str:
    """Return what the row below the canvas says of a room."""
    return text(page, "correction_row")


def test_letting_go_asks_with_the_name_and_the_number_of_drawings(classroom: Pages):
    room, holder, learner = classroom
    who, name = me(learner), room.learner(me(learner)).name
    press(holder, "room_ask_2")
    assert f"Let **the {name}** go, and delete 2 drawings?" in text(holder, "strip")
    assert room.n_drawings == 4
    press(holder, "room_keep")
    assert "room_gone" not in keys(holder)
    press(holder, "room_ask_2")
    room.give(who, 5, image(5))
    assert f"Let **the {name}** go, and delete 3 drawings?" in text(holder.run(), "strip")
    press(holder, "room_gone")
    assert (room.learner(who), room.n_drawings) == (None, 2)


def test_leaving_asks_with_the_number_of_drawings(classroom: Pages):
    room, _, learner = classroom
    number, name = room.learner(me(learner)).number, room.learner(me(learner)).name
    press(learner, "room_leave")
    asked = f"Leave the room, and delete 2 drawings? If you come back within two hours, you are the {name} again."
    assert asked in text(learner).replace("**", "")
    press(learner, "room_stay")
    assert "room_left" not in keys(learner)
    assert room.n_drawings == 4
    press(learner, "room_leave")
    room.give(me(learner), 5, image(5))
    assert "delete 3 drawings?" in text(learner.run())
    press(learner, "room_left")
    assert (room.learner(me(learner)), room.n_drawings, seat_of(visitor_of(learner))) == (None, 2, None)
    learner.text_input(key="room_typed").set_value(room.code)
    press(learner, "room_join")
    assert f"Your name here, in room {room.code}: {name}." in text(learner).replace("**", "")
    assert room.learner(me(learner)).number == number
    assert "room_left" not in keys(learner)


def test_question_of_one_tab_meets_nobody_who_has_come_back(classroom: Pages, open_page: Callable[..., AppTest]):
    room, holder, learner = classroom
    other = open_page(visitor=holder, tab="Room")
    for page in (holder, other):
        press(page, "room_ask_2")
    press(other, "room_gone")
    room.ask(me(learner))
    assert "room_gone" not in keys(holder.run())
    assert "room_ask_3" in keys(holder)


def test_refusal_of_one_tab_meets_nobody_whom_another_has_let_in(classroom: Pages, open_page: Callable[..., AppTest]):
    room, holder, _ = classroom
    room.open_door(0)
    room.ask("ann")
    no = holder.run().button(key=f"room_out_{room.waiting['ann']}")
    room.let_in("ann")
    room.give("ann", 3, image(70))
    no.click().run()
    assert room.learner("ann") is not None


def test_absent_visitor_who_is_let_in_at_that_moment_stays(classroom: Pages, open_page: Callable[..., AppTest]):
    room, _, _ = classroom
    room.open_door(0)
    away = visitor_of(press(open_page(room=room.code), "room_join"))
    away.last_seen -= WAITS_S + 1

    class LetsIn(dict[str, str]):
        """Those who wait, of whom the holder lets in one at once after somebody has seen that they wait."""

        def __contains__(self, who: object) -> bool:
            if waits := super().__contains__(who):
                room.waiting = dict(self)
                room.let_in(person(away.id))
            return waits

    room.waiting = LetsIn(room.waiting)
    ROOMS.check(away)
    assert (room.learner(person(away.id)) is not None, room.waiting) == (True, {})


def test_nothing_on_a_page_names_somebody_beyond_the_room(classroom: Pages, open_page: Callable[..., AppTest]):
    room, holder, learner = classroom
    room.open_door(0)
    stranger = press(open_page(room=room.code), "room_join")
    press(holder.run(), next(one.key for one in holder.button if one.label == "Let go …"))
    assert {"Let in", "No", "Let go"} <= {one.label for one in holder.button}
    for page in (holder, learner.run(), stranger):
        shown = "".join(str(each.proto) for each in page.main) + str(page_of(page).parts(["page", "room"]))
        assert "Your name here" in shown
        assert [me(each) for each in (holder, learner, stranger) if me(each) in shown] == []


def test_learner_who_is_let_go_reads_it_at_the_canvas_on_all_pages_until_ok(
    classroom: Pages, open_page: Callable[..., AppTest]
):
    room, _, learner = classroom
    other = open_page(visitor=learner)
    assert page_of(learner).parts(["page"])["draw"] is None
    room.let_go(me(learner))
    assert page_of(learner).parts(["page"])["draw"]  # the browser asks for a script at once
    gone = GONE.format(code=room.code)
    draw(learner, 3)  # begun before, finished after
    for page in (learner.run(), learner.run(), other.run()):
        assert row(page) == gone
    assert gone in text(learner, "room_entrance")
    press(learner, "room_told")
    for page in (learner, other.run(), open_page(visitor=learner, tab="Room")):
        assert gone not in text(page)


def test_room_closes_only_after_a_download_or_without_a_copy(classroom: Pages):
    room, holder, learner = classroom
    assert {"room_close", "room_close_anyway"} & keys(holder) == {"room_close_anyway"}
    copy = holder.session_state["downloads"].files["room_out"].make()
    assert len(parse_drawings(copy, most=MAX_DRAWINGS)) == 4
    assert {"room_close", "room_close_anyway"} & keys(holder.run()) == {"room_close"}
    close = holder.button(key="room_close")
    room.give(me(learner), 5, image(5))
    close.click().run()  # on the page as it was before that drawing
    assert ROOMS.of(visitor_of(holder)) is room
    assert {"room_close", "room_close_anyway"} & keys(holder) == {"room_close_anyway"}
    room.copy()
    room.let_go(me(learner))  # the copy has more than all
    press(holder.run(), "room_close")
    assert not ROOMS.knows(room.code)


def test_empty_room_closes_at_once(open_page: Callable[..., AppTest]):
    holder = press(open_page(tab="Room"), "room_open")
    press(holder, "room_close")
    assert seat_of(visitor_of(holder)) is None
    assert told(visitor_of(holder)) == ""


def test_server_that_ends_after_a_download_asks_for_another(tmp_path):
    visitors = server(tmp_path)
    holder, _, room = with_class(visitors)
    visitors.save()
    room.copy()
    assert room.is_copied
    _, _, again = back(tmp_path, holder)
    assert not again.is_copied
    again.copy()
    assert again.is_copied


def test_full_disk_keeps_the_room_and_its_copy(classroom: Pages, monkeypatch: pytest.MonkeyPatch, tmp_path):
    room, holder, learner = classroom
    room.copy()

    def refuse(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(ROOMS, "checkpoints", Checkpoints(tmp_path))
        patch.setattr(Checkpoints, "remove", refuse)
        holder.run().button(key="room_close").click().run()
        assert [error.value for error in holder.error] == [NOT_DELETED]
    assert (room.n_drawings, room.is_copied) == (4, True)
    assert told(visitor_of(learner.run())) == ""
    press(holder.run(), "room_close")
    assert row(learner.run()) == ENDED.format(code=room.code)


def test_learners_read_at_the_canvas_that_the_room_and_their_run_ended(classroom: Pages):
    room, holder, learner = classroom
    press(learner, "room_teach")
    eventually(lambda: visitor_of(learner).job.snapshot().step)
    visitor_of(learner).job.pause()
    at_rest(learner)
    press(holder.run(), "room_close_anyway")
    visitors().check()
    assert row(learner.run()) == f"{ENDED.format(code=room.code)} {RUNS_ENDED.format(runs='run 1')}"
    assert visitor_of(learner).job is None
    press(learner, "room_told")
    assert "run 1" not in row(learner)


def test_ok_takes_only_what_was_shown(classroom: Pages):
    room, _, learner = classroom
    room.let_go(me(learner))
    ok = learner.run().button(key="room_told")
    tell(visitor_of(learner), RUNS_ENDED, runs=[1])
    ok.click().run()
    assert row(learner) == RUNS_ENDED.format(runs="run 1")
