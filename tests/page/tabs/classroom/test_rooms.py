"""Rooms outlive the server, are found by their codes only, and take what they hold along when they are closed."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mlp.images.drawings.drawing_set import NO_DIGITS, Example
from mlp.jobs.checkpoints import UNREADABLE, Checkpoints
from mlp.jobs.job import Job
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import ClassroomError
from mlp.page.tabs.classroom.rooms import (
    ENDED,
    ROOMS,
    RUNS_ENDED,
    Classrooms,
    holds_room,
    seat_of,
    told,
)
from mlp.page.tabs.classroom.wall import wall_parts
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.registry import KEPT_S, Visitors
from mlp.page.visitors.session import visitors as page_visitors
from mlp.training.data.drawing_data import CLOSED, class_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import own_digits
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import page_of, text, visitor_of
from tests.page.visitors.sample_work import file_of
from tests.sample_digits import sample

KILLED = """
import os, signal, sys
from tests.page.tabs.classroom.test_rooms import server, with_class
visitors = server(sys.argv[1])
_, learner, room = with_class(visitors)
visitors.save()
print(learner.id, room.code, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def server(folder=None, is_open=lambda session: session == "here", **limits):
    """Return a server's visitors, with rooms; with a folder, all of them are saved."""
    rooms = Classrooms()
    visitors = Visitors(is_open, None if folder is None else Checkpoints(folder), [rooms], **limits)
    visitors.rooms = rooms
    return visitors


class Page:
    """A page that shows a room."""

    def changed(self, *_names):
        """Take notice."""


def image(number):
    return np.full(784, 10 + number, np.uint8)


def with_class(visitors):
    """Return the holder and a learner of a new room, and the room, to which each has given ten digits."""
    holder, learner = (visitors.get(None, "here") for _ in range(2))
    room = visitors.rooms.open(holder)
    room.open_door()
    visitors.rooms.join(learner, f" {room.code.upper()} ")
    for number, one in enumerate((holder, learner)):
        for label in range(10):
            room.give(person(one.id), label, image(label + 50 * number))
    room.begin(TASKS["break"])
    sets = {label: replace(NO_DIGITS, examples=(Example(label, image(label + 100)),)) for label in (3, 5)}
    room.change(replace(room.learner(person(learner.id)), mistakes=sets[3], claims=sets[5]))
    return holder, learner, room


def back(folder, visitor):
    """Return a new server with a visitor who returns, and their room."""
    visitors = server(folder)
    visitor = visitors.get(visitor.id, "here")
    return visitors, visitor, visited(visitors, visitor)


def visited(visitors, visitor):
    """Return a visitor's room, once a page of theirs follows it."""
    visitors.rooms.visit(visitor, Page())
    return visitors.rooms.of(visitor)


def state_of(room):
    people = [
        (one.who, one.name, one.guess, *(each.images.tobytes() for each in (one.drawings, one.claims, one.mistakes)))
        for one in room.learners
    ]
    return room.names, room.waiting, room.collects, room.shows_answer, room.breaks, people


def taught(visitor, room, n_steps):
    """Begin a run of a visitor that learns from the others in a room."""
    me, engine = person(visitor.id), ManualEngine()
    data = class_data(room.drawings_but(me), room.learner(me).drawings, room.code, chosen_mnist(), 0.25)
    visitor.runs.begin(data)
    visitor.job = Job(Run(Settings(hidden=(8,), images=None)), data, engine, visitor.id)
    for _ in range(n_steps):
        visitor.job.step()
        while engine.calls:
            engine.answer()
    return visitor.job.snapshot()


def test_room_outlives_a_killed_server_and_returns_with_its_learner_or_code(tmp_path):
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False)
    learner_id, code = ended.stdout.split()
    visitors = server(tmp_path)
    room = visitors.rooms.of(visitors.get(learner_id, "here"))
    assert [len(one.drawings) for one in room.learners] == [10, 10]
    mine = room.learner(person(learner_id))
    assert (room.breaks, mine.claims.labels.tolist(), mine.mistakes.labels.tolist()) == (True, [5], [3])
    room.guess(person(learner_id), 4)
    visitors.save()
    visitors = server(tmp_path)
    stranger = visitors.get(None, "here")
    visitors.rooms.join(stranger, code)
    (again,) = visitors.rooms.present()
    assert list(again.waiting) == [person(stranger.id)]
    again.let_go(person(stranger.id))
    assert state_of(again) == state_of(room)


def test_only_a_code_is_looked_up(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    _, _, room = with_class(visitors)
    looked_up, knows = [], Checkpoints.knows
    monkeypatch.setattr(Checkpoints, "knows", lambda self, owner: looked_up.append(owner) or knows(self, owner))
    stranger = visitors.get(None, "here")
    for typed in ("", "../../..", "k7p3x9q", "k7p3x9qaa", "k7p3\nx", stranger.id, "kŻp3x9qa", "u7p3x9qa", "zzzzzzzz"):
        with pytest.raises(ClassroomError, match="No room has this code"):
            visitors.rooms.join(stranger, typed)
    assert looked_up == ["room zzzzzzzz"]
    visitors.rooms.join(stranger, room.code.replace("0", "O"))
    assert seat_of(stranger) == (room.code, False)


def test_room_without_a_disk_lasts_six_hours(clock):
    visitors = server()
    holder, _, room = with_class(visitors)
    for waits_s, found in ((KEPT_S - 1, room), (KEPT_S + 1, None)):
        clock.now += waits_s
        visitors.check()
        assert visitors.rooms.of(holder) is found


def test_room_ends_thirty_days_after_somebody_was_there(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    _, _, room = with_class(visitors)
    room.listeners.add(page := Page())
    for day in range(1, 41):
        monkeypatch.setattr(Checkpoints, "today", lambda self, day=day: day)
        visitors.save()
        Checkpoints(tmp_path)  # removes what nobody visits
        assert server(tmp_path).rooms.knows(room.code) == (day <= 34)
        if day == 4:
            del page


@pytest.mark.parametrize("name", ["room.json", "2.learner.json"])
def test_damaged_part_is_set_aside_and_told_to_the_holder_and_the_rest_loads(tmp_path, name):
    visitors = server(tmp_path)
    holder, learner, _ = with_class(visitors)
    visitors.save()
    file_of(tmp_path, name).write_bytes(b"noise")
    visitors, _, _ = back(tmp_path, learner)
    holder = visitors.get(holder.id, "here")
    room = visited(visitors, holder)
    assert "The server can’t read part of your earlier work" in holder.notice
    assert holds_room(holder)
    assert room.learner(person(holder.id)) is not None
    assert room.n_drawings == (20 if name == "room.json" else 10)
    visitors.save()
    assert [path.name for path in tmp_path.glob(f"*/{UNREADABLE}/*")] == [f"1.{name}"]
    _, holder, again = back(tmp_path, holder)
    assert state_of(again) == state_of(room)
    assert holder.notice is None


def test_disk_that_fails_keeps_learners_and_their_runs_in_the_room(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    _, learner, room = with_class(visitors)
    taught(learner, room, 1)
    visitors.save()
    visitors = server(tmp_path)
    learner = visitors.get(learner.id, "here")
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "names", lambda *_: (_ for _ in ()).throw(OSError("Input/output error")))
        visitors.check()
        assert visitors.rooms.of(learner) is None
        for act in (lambda who: visitors.rooms.join(who, "zzzzzzzz"), visitors.remove):
            with pytest.raises(OSError, match="cannot be restored"):
                act(learner)
    assert visited(visitors, learner).learner(person(learner.id)) is not None
    assert learner.job is not None


@pytest.mark.parametrize("returns", [False, True])
def test_closed_room_deletes_what_runs_learned_and_presses_on_its_pages_do_nothing(tmp_path, returns):
    visitors = server(tmp_path)
    holder, learner, room = with_class(visitors)
    before = [taught(learner, room, 2)]
    learner.runs.add(before[0])
    before.append(taught(learner, room, 3))
    copies = room.learner(person(holder.id)).drawings.images.tobytes()
    visitors.save()
    on_disk = [path.name for path in tmp_path.glob("*/*.*") if copies in path.read_bytes()]
    assert sorted(on_disk) == ["1.run.safetensors", "2.run.safetensors"]
    if returns:
        visitors, holder, room = back(tmp_path, holder)
    visitors.remove(holder)
    for press in (room.open_door, lambda: room.let_go(person(learner.id)), lambda: room.let_in(person(holder.id))):
        press()
    with pytest.raises(ClassroomError, match="takes no more drawings"):
        room.give(person(learner.id), 0, image(0))
    assert (room.learners, room.waiting, len(room.drawings_but(None))) == ([], {}, 0)
    learner = visitors.get(learner.id, "here")
    visitors.check()
    assert told(learner) == RUNS_ENDED.format(runs="run 1 and run 2")
    visitors.save()
    assert not any(copies in path.read_bytes() for path in tmp_path.glob("*/*.*"))
    assert not visitors.rooms.knows(room.code)
    code, ended = room.code, RUNS_ENDED.format(runs="run 1 and run 2")
    visitors, learner, room = back(tmp_path, learner)
    assert (learner.job, learner.runs.current, room) == (None, 2, None)
    assert told(learner) == f"{ENDED.format(code=code)} {ended}"
    for run, old in zip(learner.runs.runs, before, strict=True):
        assert (run.data.room, run.snapshot.step) == (CLOSED, old.step)
        np.testing.assert_array_equal(run.snapshot.network.values, old.network.values)


def test_learner_who_was_let_go_sees_nothing_and_learns_nothing(open_page):
    page = open_page(tab="Room")
    learner, digits = visitor_of(page), sample().test
    room = ROOMS.open(page_visitors().get(None, ""))
    room.open_door()
    room.add_file(own_digits(digits.images[:60], digits.labels[:60]))
    ROOMS.join(learner, room.code)
    assert "60 drawings" in text(page.run(), "room_wall")
    assert wall_parts(room, page_of(page)) != {}
    holders = {"room_door", "room_collects", "room_out", "room_close", "room_close_anyway"}
    assert not holders & {one.key for one in page.button}
    alone = page.button(key="room_alone")
    room.let_go(person(learner.id))
    assert wall_parts(room, page_of(page)) == {}
    alone.click().run()  # on the page as it was before
    assert learner.job is None
    assert seat_of(learner) is None
    assert "60 drawings" not in text(page)
