"""The server's rooms: found by their codes, saved like visitors' work, and closed with all that is in them."""

import time
from contextlib import suppress
from typing import Any, NamedTuple

from mlp.class_names import DIGITS, in_words
from mlp.language import Later, mark, tr
from mlp.page.live.live_page import LivePage
from mlp.page.script.redraw import Event
from mlp.page.tabs.classroom.kept import Learners
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.room import Classroom, ClassroomError
from mlp.page.visitors.by_code import ByCode
from mlp.page.visitors.codes import typed_code
from mlp.page.visitors.visitor import Visitor

UNKNOWN = Later(
    "No room has this code: check each letter. A room ends when it is closed, or 30 days after its last visit."
)
SEAT = "classroom"
"""Name of a visitor's seat among the values that are kept of them."""
WAITS_S = 45.0
"""Time for which somebody without an open page still waits to be let in."""
LEFT = "classroom_left"
"""Name of the codes of rooms that a visitor has left, among the values that are kept of them."""
TOLD = "classroom_news"
"""Name of what became of a visitor's room among the values that are kept of them, until they have read it: texts, each
with its values, of which ``runs`` are numbers."""
ENDED = mark("Room {code} was closed, and its drawings are deleted.")
GONE = mark("Room {code} let you go, and holds no drawing of yours. You can ask to join it again.")
RUNS_ENDED = mark("With the closed room, {runs} ended, too. The weights stay under Runs.")
AGAIN = Later("The server had to reload your work; press the button again.")
TOO_FEW = Later("A room of signs needs two of them: name more, or none for a room of digits.")
ELSEWHERE = mark("You are in room {code}: leave or close it before you join another.")


class Seat(NamedTuple):
    """The code of the room that a visitor is in, and whether they hold it. Only scripts change it, with their lock."""

    code: str
    holds: bool = False


def seat_of(visitor: Visitor) -> Seat | None:
    """Return a visitor's seat; None if they are in no room."""
    return None if (kept := visitor.kept.get(SEAT)) is None else Seat(*kept)


def holds_room(visitor: Visitor) -> bool:
    """Whether a visitor has opened the room that they are in."""
    return (seat := seat_of(visitor)) is not None and seat.holds


class Classrooms(ByCode[Classroom]):
    """All rooms of this server. A room is in memory while anybody is there, and else on disk."""

    def __init__(self) -> None:
        super().__init__(Classroom)

    def open(self, visitor: Visitor, names: tuple[str, ...] = DIGITS) -> Classroom:
        """Open a room that this visitor holds, and return it.

        A ClassroomError says that they are in another one, or have named too few signs.
        """
        if len(names) < 2:
            raise ClassroomError(TOO_FEW)
        room = Classroom(Classroom.new_id(), names=names)
        room.ask(person(visitor.id), holds=True)
        with visitor.lock:
            _require_free(visitor, room.code)
            self.add(room)
            visitor.kept[SEAT] = Seat(room.code, holds=True)
            visitor.kept.pop(TOLD, None)
        return room

    def join(self, visitor: Visitor, text: str) -> None:
        """Add a visitor to the room with this code, or to those who wait there.

        Raises a ClassroomError if there is no such room or no place, or if the visitor is in another room, and an
        OSError if the disk cannot be read at present.
        """
        code = typed_code(text)
        with self.held(code) as room, visitor.lock:
            _require_free(visitor, code)
            if room is None:
                raise ClassroomError(UNKNOWN)
            room.ask(person(visitor.id))
            visitor.kept.setdefault(SEAT, Seat(code))
            visitor.kept.pop(TOLD, None)

    def of(self, visitor: Visitor) -> Classroom | None:
        """Return the room that a visitor is in; None if there is none, or it cannot be read at present."""
        with suppress(OSError):
            return None if (seat := seat_of(visitor)) is None else self.named(seat.code)
        return None

    def visit(self, visitor: Visitor, page: LivePage) -> None:
        """Make a page follow the room that its visitor is in, and no other; only scripts call it.

        If there is no such room any more, or it no longer knows the visitor, they are told, and in none from now on.
        Whoever holds it is let in again, as the file that names them may be unreadable.
        """
        seat, me, notice = seat_of(visitor), person(visitor.id), None
        for other in self.present():
            other.listeners.discard(page)
        if seat is None:
            return
        with suppress(OSError), self.held(seat.code) as room, visitor.lock:
            if room is not None and seat.holds:
                room.ask(me, holds=True)
                notice, room.notice = room.notice, None
            if room is not None and (me in room.waiting or room.learner(me) is not None):
                room.listeners.add(page)
            elif seat_of(visitor) == seat:  # no other page has left or joined meanwhile
                del visitor.kept[SEAT]
                tell(visitor, ENDED if room is None else GONE, first=True, code=seat.code)
        if notice is not None:
            visitor.add_notice(notice)

    def leave(self, visitor: Visitor, *, may_return: bool = False) -> None:
        """Take a visitor, with the copies of their drawings, out of their room; whoever holds it closes it.

        With ``may_return``, it knows them for two hours; else the rooms that they have left forget them, too. Raises an
        OSError if the disk refuses; then they are still in the room.
        """
        seat, me = seat_of(visitor), person(visitor.id)
        left = [code for code in visitor.kept.get(LEFT, ()) if self.knows(code)]
        for code in () if may_return else left:
            with self.held(code, on_disk=True) as room:
                if room is not None:
                    self._delete_file(room, room.known(me))
                    room.let_go(me)
        if seat is None:
            return
        with self.held(seat.code, on_disk=True) as room:
            if room is not None and seat.holds and self.checkpoints is not None:
                self.checkpoints.remove(room.id)
            elif room is not None:
                self._delete_file(room, room.learner(me))
            with visitor.lock:
                if seat_of(visitor) == seat:
                    del visitor.kept[SEAT]
                    if may_return and not seat.holds:
                        visitor.kept[LEFT] = [*(code for code in left if code != seat.code), seat.code]
            if room is not None and seat.holds:
                self.forget(room.id)
                room.close()
            elif room is not None:
                room.let_go(me, may_return=may_return)

    def _delete_file(self, room: Classroom, mine: Learner | None) -> None:
        """Delete what is kept of a learner, if there is anything; the lock of the room's files is held."""
        if mine is not None and self.checkpoints is not None:
            self.checkpoints.delete(room.id, Learners(room).file_of(mine))

    def check(self, visitor: Visitor) -> None:
        """Forget that a visitor waits whose pages are closed, and delete the copies in runs whose rooms are closed."""
        room = None if (seat := seat_of(visitor)) is None else self._present.get(Classroom.id_of(seat.code))
        if room is not None and time.monotonic() - visitor.last_seen > WAITS_S and person(visitor.id) in room.waiting:
            room.send_away(person(visitor.id))  # not with a press of the holder's that lets them in now
        with suppress(OSError):  # looked up again when the disk can be read
            closed = {code for code in visitor.runs.rooms() if not self.knows(code)}
            if lost := visitor.lose_drawings(closed):
                tell(visitor, RUNS_ENDED, runs=lost)


def tell(visitor: Visitor, sentence: str, *, first: bool = False, **values: Any) -> None:
    """Show what became of a visitor's room, a marked sentence, on all their pages, until they have read it."""
    with visitor.lock:
        news = [sentence, values]
        visitor.kept[TOLD] = [news, *all_news(visitor)] if first else [*all_news(visitor), news]
    visitor.announce()


def all_news(visitor: Visitor) -> list[list[Any]]:
    """Return the texts with their values that `told` joins."""
    return list(visitor.kept.get(TOLD, ()))


def told(visitor: Visitor) -> str:
    """Return what became of a visitor's room, which they have not read yet; empty if there is nothing."""
    sentences = []
    for text, values in all_news(visitor):
        words = (
            {"runs": in_words([tr("run {number}", number=run) for run in values["runs"]])} if "runs" in values else {}
        )
        sentences.append(tr(text, **{**values, **words}))
    return " ".join(sentences)


def _require_free(visitor: Visitor, code: str) -> None:
    """Raise a ClassroomError if a visitor is in another room than this, or is deleted; their lock is held."""
    if visitor.forgotten:
        raise ClassroomError(AGAIN)
    if (seat := seat_of(visitor)) is not None and seat.code != code:
        raise ClassroomError(Later(ELSEWHERE, code=seat.code))


ROOMS = Classrooms()
"""All rooms of this server."""
PEOPLE = Event(lambda page: (room := ROOMS.of(page.visitor)) and room.look(), 1.0)
"""Who is in the visitor's room, their guesses and mistakes, and the table."""
DOOR = Event(lambda page: (room := ROOMS.of(page.visitor)) and (tuple(room.waiting.items()), room.door_minutes), 1.0)
"""Who waits to be let in, and how long the door is open: what only the one who holds the room sees."""
CLAIMS = Event(
    lambda page: (room := ROOMS.of(page.visitor)) and [len(learner.claims) for learner in room.learners], 1.0
)
"""How many drawings wait for the holder to read them, which only their page shows."""


def _given(page: Any) -> tuple[int | None, ...] | None:
    mine = None if (room := ROOMS.of(page.visitor)) is None else room.learner(person(page.owner))
    return None if mine is None else (mine.number, mine.n_given, mine.guess, len(mine.claims), len(mine.mistakes))


DRAWINGS = Event(lambda page: (room := ROOMS.of(page.visitor)) and (room.n_given, room.n_copied), 1.0)
"""All that was given to the visitor's room, and how much of it is copied."""
GIVEN = Event(_given, 1.0)
"""What the visitor has given to the room, and their guess."""


def room_state(visitor: Visitor) -> str:
    """Return what decides which parts of the room the page shows, as text, in any thread."""
    room, me, news = ROOMS.of(visitor), person(visitor.id), f"{all_news(visitor) or ''}"
    if room is None:
        return news
    is_in = f"{room.learner(me) is not None} {me in room.waiting}"
    asks = f"{room.task.name} {room.poll.asks} {room.poll.is_over}"
    return f"{news} {room.code} {is_in} {room.collects} {room.shows_answer} {asks}"
