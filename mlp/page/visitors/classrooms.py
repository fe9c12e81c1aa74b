"""The server's rooms: found by their codes, saved like visitors' work, and closed with all that is in them."""

import re
import secrets
import threading
import time
from collections import Counter
from contextlib import suppress

from mlp.class_names import DIGITS
from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.classroom import PREFIX, Classroom, ClassroomError, person
from mlp.page.visitors.persistence import restore, save
from mlp.page.visitors.visitor import Visitor

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o or u, which are misread
CODE = re.compile(rf"[{LETTERS}]{{5}}", re.ASCII)
TRIES, ALL_TRIES, TRIES_S = 10, 100, 60.0
"""Wrong codes of one page, and of all pages together, within these seconds."""
UNKNOWN = "No room has this code: check each letter. A room ends when it is closed, or 30 days after its last visit."
ENDED = "Your room was closed, and all that was in it is deleted."
TOO_MANY = "Too many codes were tried. Wait a minute, and try again."
ELSEWHERE = "You are in room {}: leave or close it before you join another."


class Classrooms:
    """All rooms of this server. A room is in memory while anybody is there, and else on disk."""

    def __init__(self, checkpoints: Checkpoints | None = None) -> None:
        self._checkpoints = checkpoints
        self._rooms: dict[str, Classroom] = {}
        self._lock = threading.RLock()
        self._wrong: Counter[str] = Counter()
        self._wrong_since = 0.0

    def present(self) -> list[Classroom]:
        """Return the rooms in memory."""
        with self._lock:
            return list(self._rooms.values())

    def knows(self, code: str) -> bool:
        """Whether there is a room with this code, in memory or on disk; an OSError if the disk cannot be read."""
        return PREFIX + code in self._rooms or bool(self._checkpoints and self._checkpoints.knows(PREFIX + code))

    def open(self, visitor: Visitor, names: tuple[str, ...] = DIGITS) -> Classroom:
        """Open a room that this visitor holds, and return it; return that in which the visitor is, if there is one."""
        if (room := self._joined(visitor)) is not None:
            return room
        code = next(code for code in iter(_new_code, "") if not self.knows(code))
        room = Classroom(PREFIX + code, names=names)
        with self._lock:
            self._rooms[room.id] = room
        visitor.classroom, visitor.holds_room = code, True
        return self._joined(visitor) or room

    def join(self, visitor: Visitor, text: str, session: str) -> None:
        """Add a visitor to the room with this code, or to those who wait there.

        Raises
        ------
        ClassroomError
            If there is no such room or no place, if the visitor is in another room, or if this session, or all
            together, have tried too many codes.
        OSError
            If the disk cannot be read at present.
        """
        code, me = text.strip().lower().translate(str.maketrans("oil", "011")), person(visitor.id)
        before = self._joined(visitor)
        if before is not None and before.code != code:
            if before.learner(me) is not None:
                raise ClassroomError(ELSEWHERE.format(before.code))
            self.leave(visitor)
        with self._lock:
            if time.monotonic() - self._wrong_since > TRIES_S:
                self._wrong, self._wrong_since = Counter(), time.monotonic()
            if self._wrong[session] >= TRIES or self._wrong.total() >= ALL_TRIES:
                raise ClassroomError(TOO_MANY)
            if (room := self._named(code)) is None:
                self._wrong[session] += 1
                raise ClassroomError(UNKNOWN)
            room.ask(me)  # with the lock held, so that the room stays in memory
        visitor.classroom = code

    def of(self, visitor: Visitor) -> Classroom | None:
        """Return the room that a visitor has joined; None if there is none, or it cannot be read at present."""
        with suppress(OSError):
            return self._joined(visitor)
        return None

    def _joined(self, visitor: Visitor) -> Classroom | None:
        """Return the room that a visitor has joined, if there is one; whoever holds it is always let in."""
        room, me = self._named(visitor.classroom), person(visitor.id)
        if room is None:
            if visitor.classroom:
                visitor.add_notice(ENDED)
            visitor.classroom, visitor.holds_room = "", False
        elif visitor.holds_room:
            room.ask(me, holds=True)  # not only at first: the file that names them may be unreadable
            if room.notice:
                visitor.add_notice(room.notice)
                room.notice = None
        return room

    def leave(self, visitor: Visitor) -> None:
        """Take a visitor, with the copies of their drawings, out of their room; whoever holds it closes it.

        Raises
        ------
        OSError
            If the disk refuses; then some of it remains there.
        """
        room, me = self._named(visitor.classroom), person(visitor.id)
        if room is not None and visitor.holds_room:
            self.close(room)
        elif room is not None:
            room.let_go(me)
            if self._checkpoints:
                save(room, self._checkpoints)
        visitor.classroom, visitor.holds_room = "", False

    def close(self, room: Classroom) -> None:
        """Delete a room with all that is in it.

        Raises
        ------
        OSError
            If the disk refuses; then some of it remains there.
        """
        with room.disk_lock:
            if self._checkpoints:
                self._checkpoints.remove(room.id)
            room.close()
            self.forget(room.id)
        room.changed()

    def forget(self, room_id: str) -> None:
        """Let go of a room in memory."""
        with self._lock:
            self._rooms.pop(room_id, None)

    def delete_copies(self, visitor: Visitor) -> None:
        """Delete the copies of drawings that a visitor's runs have learned, if their rooms are closed."""
        with suppress(OSError):  # looked up again when the disk can be read
            if closed := {code for code in visitor.runs.rooms() if not self.knows(code)}:
                visitor.lose_drawings(closed)

    def _named(self, code: str) -> Classroom | None:
        """Return a room; None if there is none. An OSError says that it cannot be read at present."""
        with self._lock:
            room = self._rooms.get(PREFIX + code)
            if room is None and self._checkpoints and CODE.fullmatch(code):
                back = Classroom(PREFIX + code)
                if restore(back, self._checkpoints):
                    room = self._rooms[back.id] = back
            if room is not None:
                room.last_seen = time.monotonic()
            return room


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(5))
