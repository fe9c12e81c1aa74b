"""Rooms while several tabs, the live channel and the server's own thread act at once, or the server ends in between."""

import errno
import threading
import time
from contextlib import suppress
from functools import partial

import pytest

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from tests.page.tabs.classroom.test_rooms import back, server, with_class

TIMES = 100


@pytest.fixture
def slow_door(monkeypatch):
    """Make whoever asks to come in take longer than other threads wait."""
    ask = Classroom.ask

    def ask_slowly(self, *args, **kwargs):
        ask(self, *args, **kwargs)
        time.sleep(0.002)

    monkeypatch.setattr(Classroom, "ask", ask_slowly)


def at_once(*acts):
    """Carry out functions in threads that begin together; a refusal is no error."""
    begin = threading.Barrier(len(acts))

    def carry_out(act):
        begin.wait()
        with suppress(ClassroomError):
            act()

    threads = [threading.Thread(target=carry_out, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_stranger_who_opens_a_room_and_joins_another_at_once_never_holds_that(slow_door):
    visitors = server()
    rooms = visitors.rooms
    room = rooms.open(visitors.get(None, "here"))
    for number in range(TIMES):
        stranger = visitors.get(None, "here")
        others = [partial(rooms.join, visitors.get(None, "here"), room.code) for _ in range(2)]
        at_once(partial(rooms.open, stranger), partial(rooms.join, stranger, room.code), *others)
        rooms.leave(stranger)  # who holds a room closes it
        assert rooms.knows(room.code), f"after {number} others"
        room.waiting.clear()


def test_membership_stays_while_the_live_channel_looks_at_it(slow_door):
    visitors = server()
    rooms, learner = visitors.rooms, visitors.get(None, "here")
    room = rooms.open(visitors.get(None, "here"))

    def look():
        for _ in range(3):
            rooms.of(learner)
            time.sleep(0.001)

    for number in range(TIMES):
        at_once(partial(rooms.join, learner, room.code), look)
        assert rooms.of(learner) is room, f"after {number} others"
        rooms.leave(learner)


def test_whoever_joins_while_a_room_leaves_memory_is_in_it_afterwards(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    _, _, room = with_class(visitors)
    visitors.save()
    close, joins = Classroom.close, []
    stranger = visitors.get(None, "here")

    def close_late(self):
        joins.append(threading.Thread(target=visitors.rooms.join, args=(stranger, room.code)))
        joins[0].start()
        joins[0].join(0.3)  # longer than it takes if nothing prevents it
        close(self)

    monkeypatch.setattr(Classroom, "close", close_late)
    room.last_seen -= 1
    assert visitors.free_memory(1_000_000_000 - sum(visitor.n_bytes() for visitor in visitors.present()))
    joins[0].join()
    assert room.forgotten
    assert person(stranger.id) in visitors.rooms.of(stranger).waiting


def test_full_disk_deletes_a_learner_who_deletes_all_work_and_a_broken_one_says_so(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    holder, learner, room = with_class(visitors)
    visitors.save()

    def refuse(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "delete", refuse)
        for _ in range(2):  # asked again, it refuses again
            with pytest.raises(OSError, match="Read-only"):
                visitors.remove(learner)
        assert [len(one.drawings) for one in room.learners] == [10, 10]
    monkeypatch.setattr(Checkpoints, "write", refuse)
    visitors.remove(learner)
    _, _, again = back(tmp_path, holder)
    assert [one.who for one in again.learners] == [person(holder.id)]
