"""How a room is kept: what it asks for in one file, and each learner in one of their own."""

import json
from functools import partial
from weakref import ref

from mlp.class_names import checked_names
from mlp.images.drawings.drawing_file import MAX_SAMPLES, dump_drawings, parse_drawings
from mlp.language import mark
from mlp.page.tabs.classroom.learner import DRAWN, Learner
from mlp.page.tabs.classroom.poll import Poll
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.owner import File, Work

MAX_DRAWINGS = MAX_SAMPLES
"""Drawings that a room takes at most."""


class State(Work):
    """What a room asks for, and what it has come to."""

    suffix, words = "room.json", mark("the room")

    def n_bytes(self) -> int:
        """Return 0, as the learners are all that one can lose."""
        return 0

    def files(self) -> list[File]:
        """Return one file."""
        room = self.owner
        state = {"names": room.names, "collects": room.collects, "shows_answer": room.shows_answer, "way": room.way}
        state |= {"task": room.task.name, "last_number": room.last_number, "poll": room.poll}
        state |= {"kept_table": room.kept_table}
        content = json.dumps(state, default=vars)
        return [File(self.suffix, (content,), content.encode)]

    def load(self, number: int, data: bytes) -> None:
        """Restore everything but the learners, who come later."""
        state, room = json.loads(data), self.owner
        room.names, room.last_number = checked_names(state["names"]), state["last_number"]
        room.collects, room.shows_answer, room.way = state["collects"], state["shows_answer"], str(state["way"])
        room.poll, room.task, room.kept_table = Poll(**state["poll"]), TASKS[state["task"]], state["kept_table"]


class Learners(Work):
    """The learners of a room, and who has left: a file for each, with all that the room knows of them."""

    suffix, words = "learner.json", mark("a learner of the room")

    def n_bytes(self) -> int:
        """Return the memory of all learners, and of what is kept of others."""
        everybody = (*self.owner.learners, *self.owner.left)
        return sum(200 + sum(getattr(learner, each).n_bytes for each in DRAWN) for learner in everybody)

    def files(self) -> list[File]:
        """Return a file for each learner, and for each who may come back as the same, by their number."""
        everybody = [*self.owner.learners, *self.owner.may_return]
        return [File(self.file_of(learner), (ref(learner),), partial(_dump, learner)) for learner in everybody]

    def file_of(self, learner: Learner) -> str:
        """Return the name of a learner's file."""
        return f"{learner.number}.{self.suffix}"

    def load(self, number: int, data: bytes) -> None:
        """Restore a learner, in place of none who came later."""
        about, room = json.loads(data), self.owner
        about |= {each: parse_drawings(about[each], most=MAX_DRAWINGS) for each in DRAWN}
        room.names, room.last_number = about["drawings"].names, max(room.last_number, number)
        if room.known(about["who"]) is None:
            kept = room.left if about["left_at"] else room.learners
            kept.insert(0, Learner(number, **about))


def _dump(learner: Learner) -> bytes:
    about = {name: getattr(learner, name) for name in ("who", "name", "guess", "left_at")}
    return json.dumps(about | {each: dump_drawings(getattr(learner, each), packed=True) for each in DRAWN}).encode()
