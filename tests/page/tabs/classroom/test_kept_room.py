"""Whatever people do in rooms, and whenever the server ends, only those whom its holder let in are in one.

Hypothesis tries acts in any order, and compares rooms and seats with a model: each seat, each room, and what each of
its learners gave, as it is now, and as it may be on the disk. A save leaves one possibility, a crash two.
"""

import tempfile
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import booleans, integers, sampled_from

from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.page.tabs.classroom.learner import ANIMALS, number_of, person
from mlp.page.tabs.classroom.room import DOOR_S, EACH, RETURNS_S, ClassroomError
from mlp.page.tabs.classroom.rooms import ENDED, GONE, WAITS_S, Classrooms, seat_of, told
from mlp.page.visitors.registry import AT_REST_S, Visitors
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.visitors.trouble import Disk, moved_clock

SOMEBODY = sampled_from("abc")
"""The visitors, by the names of their sessions."""
FIRST = 10
"""The gray of the first drawing; the next one's is one more."""
NONE = "zzzzzzzz"
"""A code that no room has."""


class Page:
    """A page that shows a room."""

    def changed(self, *names: str) -> None:
        """Take notice."""


def image(number: int) -> np.ndarray:
    return np.full(784, FIRST + number, np.uint8)


def written(number: int) -> bytes:
    """Return what a file with a drawing holds of it."""
    (line,) = (line for line in dump_drawings(NO_DIGITS.with_example(3, image(number))).split('"') if len(line) > 99)
    return line.encode()


class KeptRoom(RuleBasedStateMachine):
    """Three visitors with two pages each, who open rooms and join them."""

    def __init__(self) -> None:
        super().__init__()
        self.patch, self.folder, engine = pytest.MonkeyPatch(), tempfile.TemporaryDirectory(), ManualEngine()
        self.clock = moved_clock(self.patch)
        for module in ("room", "rooms"):
            self.patch.setattr(f"mlp.page.tabs.classroom.{module}.time", self.clock)
        self.patch.setattr("mlp.page.visitors.registry.engine", lambda: engine)
        self.patch.setattr("mlp.page.visitors.by_code.PAUSE_S", 0)
        self.patch.setattr("mlp.atomic.os.fsync", lambda file: None)
        self.n_drawings, self.open = 0, set("abc")
        self.removed = set[int]()
        self.codes = [NONE]
        self.now: dict[tuple[str, ...], Any] = {}  # the model: each seat, room and place in one
        self.on_disk: dict[tuple[str, ...], set[Any]] = {}
        self.doors: dict[str, float] = {}
        self.names: dict[tuple[str, ...], Any] = {}
        self.numbers: dict[tuple[str, ...], Any] = {}
        self.serve()
        self.people = {who: self.visitors.get(None, who) for who in "abc"}
        for visitor in self.people.values():
            visitor.keep_drawing({"data": "something of their own"})
        self.visitors.save()

    @initialize(opens=booleans())
    def begin_with_a_room(self, opens: bool) -> None:
        self.open_a_room("a")
        self.open_the_door("a", opens)
        self.ask_to_join("b", -1)
        self.let_in("a", "b")
        self.give("b", 0)
        self.ask_to_join("c", -1)

    def teardown(self) -> None:
        self.patch.undo()
        self.folder.cleanup()

    def serve(self) -> None:
        self.rooms, self.disk = Classrooms(), Disk(self.folder.name)
        self.visitors = Visitors(self.open.__contains__, self.disk, [self.rooms])
        self.pages = {who: (Page(), Page()) for who in "abc"}

    # The model

    def pieces(self) -> dict[tuple[str, ...], Any]:
        """Return each seat, each room with whether it collects, what each learner gave, and when others left."""
        known = {person(visitor.id): who for who, visitor in self.people.items()}
        found: dict[tuple[str, ...], Any] = {}
        for who, visitor in self.people.items():
            if (seat := seat_of(visitor)) is not None:
                found["seat", who] = tuple(seat)
        for room in filter(None, map(self.rooms.named, self.codes)):
            found["room", room.code] = room.collects
            for one in room.learners:
                given = tuple((each.label, int(each.image[0]) - FIRST) for each in one.drawings.examples)
                found["inside", room.code, known[one.who]] = given
            found |= {("waits", room.code, known[who]): True for who in room.waiting}
            found |= {("left", room.code, known[one.who]): one.left_at for one in room.may_return}
        return found

    @invariant()
    def rooms_are_as_the_model(self) -> None:
        self.expire()
        assert self.pieces() == self.now
        for room in filter(None, map(self.rooms.named, self.codes)):
            names = {one.who: one.name for one in room.learners} | room.waiting
            names |= {one.who: one.name for one in room.may_return}
            assert len({*names.values()}) == len(names)
            assert set(names.values()) <= set(ANIMALS)
            for one in room.learners:
                others = [each for other in room.learners if other is not one for each in other.drawings.examples]
                assert room.drawings_but(one.who).examples == tuple(others)
                lacking = [label for label in (0, 1, 2) if one.drawings.counts[label] < EACH]
                assert room.asks_for(one.who) == (lacking[0] if room.collects else None)
            numbers = {one.who: one.number for one in (*room.may_return, *room.learners)}
            for who, visitor in self.people.items():
                for known, found in ((self.names, names), (self.numbers, numbers)):
                    if each := found.get(person(visitor.id)):
                        assert known.setdefault((room.code, who), each) == each
                    else:
                        known.pop((room.code, who), None)

    def saved(self, *, surely: bool = True) -> None:
        """Note that all is on disk as it is now, or perhaps as it was there before; who waits is in memory only."""
        names = {name for name in self.now.keys() | self.on_disk.keys() if name[0] != "waits"}
        before = {} if surely else self.on_disk
        self.on_disk = {name: before.get(name, set() if surely else {None}) | {self.now.get(name)} for name in names}

    def return_all(self) -> None:
        """Bring everybody back to a server that has nothing in memory; what they find is what is there."""
        self.people = {who: self.visitors.get(visitor.id, who) for who, visitor in self.people.items()}
        self.now, self.doors = self.pieces(), {}
        self.removed -= {number for name, given in self.now.items() if name[0] == "inside" for _, number in given}
        for name in self.now.keys() | self.on_disk.keys():
            assert self.now.get(name) in self.on_disk.get(name, {None}), name
        self.saved()

    def expire(self) -> None:
        """Forget who left more than two hours ago."""
        old = self.clock.now - RETURNS_S
        for name in [name for name, at in self.now.items() if name[0] == "left" and at <= old]:
            del self.now[name]
        for name in [name for name in self.on_disk if name[0] == "left"]:
            self.on_disk[name] = {None if at is None or at <= old else at for at in self.on_disk[name]}

    def enter(self, code: str, who: str) -> None:
        """Note that somebody is in a room now."""
        self.now["inside", code, who] = ()
        for kind in ("waits", "left"):
            self.now.pop((kind, code, who), None)

    def room_of(self, who: str) -> str:
        return self.now.get(("seat", who), (NONE, False))[0]

    def forget(self, *start: str) -> None:
        """Take out of the model, and of the disk at once, whatever begins like this."""
        for kept in (self.now, self.on_disk):
            for name in [name for name in kept if name[: len(start)] == start]:
                del kept[name]

    def close(self, code: str) -> None:
        for kind in ("room", "inside", "waits", "left"):
            self.forget(kind, code)

    # People

    @rule(who=SOMEBODY)
    def open_a_room(self, who: str) -> None:
        if self.room_of(who) != NONE:
            with pytest.raises(ClassroomError, match="You are in room"):
                self.rooms.open(self.people[who])
            return
        code = self.rooms.open(self.people[who]).code
        self.codes.append(code)
        self.now |= {("seat", who): (code, True), ("room", code): True, ("inside", code, who): ()}

    @rule(who=SOMEBODY, place=integers(-2, -1))
    def ask_to_join(self, who: str, place: int) -> None:
        code = self.codes[max(place, -len(self.codes))]
        if self.room_of(who) not in (NONE, code) or ("room", code) not in self.now:
            with pytest.raises(ClassroomError, match=r"You are in room|No room has this code"):
                self.rooms.join(self.people[who], code)
            return
        self.rooms.join(self.people[who], code.upper())
        self.now.setdefault(("seat", who), (code, False))
        if ("inside", code, who) in self.now:
            return
        if self.doors.get(code, 0.0) > self.clock.now:
            self.enter(code, who)
        else:
            self.now["waits", code, who] = True

    @rule(who=SOMEBODY, opens=booleans())
    def open_the_door(self, who: str, opens: bool) -> None:
        code = self.room_of(who)
        if (room := self.rooms.named(code)) is None:
            return
        room.open_door(DOOR_S if opens else 0.0)
        self.doors[code] = self.clock.now + DOOR_S * opens
        for name in [name for name in self.now if name[:2] == ("waits", code) and opens]:
            self.enter(code, name[2])

    @rule(who=SOMEBODY, other=SOMEBODY)
    def let_in(self, who: str, other: str) -> None:
        code = self.room_of(who)
        if (room := self.rooms.named(code)) is not None:
            room.let_in(person(self.people[other].id))
            if ("waits", code, other) in self.now:
                self.enter(code, other)

    @rule(who=SOMEBODY, other=SOMEBODY, only_if_they_wait=booleans())
    def let_go(self, who: str, other: str, only_if_they_wait: bool) -> None:
        code = self.room_of(who)
        if (room := self.rooms.named(code)) is None or self.now.get(("seat", other)) == (code, True):
            return
        (room.send_away if only_if_they_wait else room.let_go)(person(self.people[other].id))
        if not self.now.pop(("waits", code, other), None) and not only_if_they_wait:
            self.now.pop(("inside", code, other), None)
        if not only_if_they_wait:
            self.now.pop(("left", code, other), None)

    @rule(who=SOMEBODY, label=sampled_from([0, 1]))
    def give(self, who: str, label: int) -> None:
        code = self.room_of(who)
        if (room := self.rooms.named(code)) is None:
            return
        self.n_drawings += 1
        place = ("inside", code, who)
        if place not in self.now or not self.now["room", code]:
            with pytest.raises(ClassroomError, match="takes no more drawings"):
                room.give(person(self.people[who].id), label, image(self.n_drawings))
            return
        room.give(person(self.people[who].id), label, image(self.n_drawings))
        given = [each for each in self.now[place] if each[0] == label]
        gone = given[: len(given) + 1 - EACH]
        self.now[place] = (*(each for each in self.now[place] if each not in gone), (label, self.n_drawings))

    @rule(who=SOMEBODY, other=SOMEBODY, nth=integers(0, 1))
    def remove_a_drawing(self, who: str, other: str, nth: int) -> None:
        place = ("inside", self.room_of(who), other)
        room, given = self.rooms.named(place[1]), self.now.get(place, ())
        if room is None or len(given) <= nth:
            return
        (learner,) = (one for one in room.learners if one.who == person(self.people[other].id))
        room.remove(number_of(learner, image(given[nth][1])))
        self.removed.add(given[nth][1])
        self.now[place] = (*given[:nth], *given[nth + 1 :])

    @rule(who=SOMEBODY, collects=booleans())
    def collect(self, who: str, collects: bool) -> None:
        if (room := self.rooms.named(self.room_of(who))) is not None:
            room.collect(collects)
            self.now["room", room.code] = collects

    @rule(place=integers(0, 1))
    def look(self, place: int) -> None:
        for who in "abc":
            self.look_at(who, place)

    def look_at(self, who: str, place: int) -> None:
        """Draw a page anew, which follows the room; if that is gone or knows them no more, it says so, once."""
        code, visitor, page = self.room_of(who), self.people[who], self.pages[who][place]
        if self.now.get(("seat", who), (NONE, False))[1] and ("room", code) in self.now:
            self.now.setdefault(("inside", code, who), ())  # a crash may have left the room without its holder
        knows = any((kind, code, who) in self.now for kind in ("inside", "waits"))
        self.rooms.visit(visitor, page)
        if code != NONE and not knows:
            del self.now["seat", who]
            assert told(visitor).startswith((GONE if ("room", code) in self.now else ENDED).format(code=code))
        follows = [room.code for room in self.rooms.present() if page in room.listeners]
        assert follows == ([code] if knows else [])

    @rule(who=SOMEBODY)
    def leave(self, who: str) -> None:
        code, holds = self.now.pop(("seat", who), (NONE, False))
        was_inside = ("inside", code, who) in self.now
        self.rooms.leave(self.people[who], may_return=True)
        self.go(who, code, holds)
        if was_inside and not holds:
            self.now["left", code, who] = self.clock.now

    @rule(who=SOMEBODY)
    def delete_all_work(self, who: str) -> None:
        gone = self.people[who]
        code, holds = self.now.pop(("seat", who), (NONE, False))
        self.on_disk.pop(("seat", who), None)
        self.visitors.remove(gone)
        self.go(who, code, holds)
        for left in self.codes:
            self.forget("left", left, who)
        lingers = [name for name, each in self.on_disk.items() if name[::2] == ("inside", who) and each != {None}]
        me = person(gone.id).encode()  # a crash may have kept somebody inside whom the holder had let go
        assert lingers or not any(me in path.read_bytes() for path in self.disk.folder.rglob("*.json"))
        for act in (self.rooms.open, lambda visitor: self.rooms.join(visitor, code)):
            with pytest.raises(ClassroomError, match="had to reload your work"):  # from another tab
                act(gone)
        self.people[who] = self.visitors.get(gone.id, who)
        self.people[who].keep_drawing({"data": "something new"})
        self.visitors.save()
        self.saved()

    def go(self, who: str, code: str, holds: bool) -> None:
        """Note that somebody has left a room, whose copies of their drawings go from the disk at once."""
        given = [number for _, number in self.now.get(("inside", code, who), ())]
        if holds:
            self.close(code)
        for kind in [kind for kind in ("inside", "waits") if (kind, code, who) in self.now]:
            self.forget(kind, code, who)  # whom the holder had let go is on the disk until the next save
        assert not any(map(self.is_on_disk, given))

    def is_on_disk(self, number: int) -> bool:
        return any(written(number) in path.read_bytes() for path in self.disk.folder.rglob("*.json"))

    @rule()
    def two_hours_pass(self) -> None:
        """Move the clock so far that whoever has left is forgotten, and no door is open any more."""
        self.clock.now += RETURNS_S
        for visitor in self.people.values():
            visitor.last_seen = self.clock.now  # the server looks each second

    # The server

    @rule()
    def save(self) -> None:
        self.visitors.save()
        self.saved()
        given = [each for name, drawings in self.now.items() if name[0] == "inside" for each in drawings]
        assert all(self.is_on_disk(number) for _, number in given)
        assert not any(map(self.is_on_disk, self.removed))

    @rule(n_left=integers(0, 6))
    def crash_while_saving(self, n_left: int) -> None:
        self.disk.n_left = n_left
        try:
            self.visitors.save()
        except KeyboardInterrupt:
            self.saved(surely=False)
        else:
            self.saved()
        self.serve()
        self.return_all()

    @rule(saves=booleans())
    def restart(self, saves: bool) -> None:
        if saves:
            self.visitors.save(all_now=True)
            self.saved()
        self.serve()
        self.return_all()

    @rule(who=SOMEBODY)
    def close_pages(self, who: str) -> None:
        """Close somebody's pages for a minute, after which they no longer wait."""
        self.open.discard(who)
        for _ in range(2):
            self.clock.now += WAITS_S / 2 + 1
            self.visitors.check()
        self.forget("waits", self.room_of(who), who)
        self.open.add(who)
        self.visitors.get(self.people[who].id, who)

    @rule(saves=booleans(), last=sampled_from(["none", "give", "let go"]))
    def close_all_pages(self, saves: bool, last: str) -> None:
        """Close all pages until all have left memory, unless something is not on disk, such as a last act."""
        if last != "none":
            self.save()
            self.give("b", 0) if last == "give" else self.let_go("a", "b", False)
        self.pages = {who: (Page(), Page()) for who in "abc"}
        self.open.clear()
        self.visitors.check()
        if saves:
            self.visitors.save()
            self.saved()
        self.clock.now += AT_REST_S + 1
        self.visitors.check()
        if saves:
            assert (len(self.visitors), self.rooms.present()) == (0, [])
        self.forget("waits")
        self.doors = {room.code: self.doors.get(room.code, 0.0) for room in self.rooms.present()}
        self.open |= set("abc")
        self.people = {who: self.visitors.get(visitor.id, who) for who, visitor in self.people.items()}


TestKeptRoom = pytest.mark.timeout(480)(KeptRoom.TestCase)  # what fails, Hypothesis shortens for up to five minutes
TestKeptRoom.settings = settings(max_examples=120, stateful_step_count=30)
