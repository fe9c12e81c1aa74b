"""What is next in a class's room, once the row below the canvas has no more to ask for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mlp.analysis.training_way import USUAL_SHARE
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import mark
from mlp.page.script.reveal import reveal
from mlp.page.settings.controls import chosen_settings, set_controls
from mlp.page.tabs.classroom.break_it import lessons_of, teach_round
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.learning import learn_with
from mlp.page.tabs.classroom.room import EACH, Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, ROOMS, holds_room
from mlp.page.tabs.lessons.plan import ANY, TASKS, Task
from mlp.page.tabs.next_step import TO_CANVAS, NextStep, Thread, train_own
from mlp.page.tabs.places import go_to
from mlp.page.visitors.runs import RUN, all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import COPIES, MAX_IMAGES, is_of_round, room_of
from mlp.training.settings import Settings

CLASS_RUN = Settings(epochs=2)
"""A run of the plan: with it, a class of 24 on two cores is done within its step (python -m tests.wire.lesson)."""
CLASS_IMAGES = 100_000
"""Images that a run on the class's drawings alone learns from in a plan, about as many as the other one."""


class Count(NamedTuple):
    """How many learners have done what a step asks for, in words, and whether one with these runs has."""

    text: str
    is_done: Callable[[Classroom, Learner, Sequence[NumberedRun]], bool]


COUNTS = {
    "drew": Count(
        mark("{n} of {all} drew all"),
        lambda _room, learner, _runs: min(learner.drawings.counts) >= EACH,
    ),
    "trained": Count(
        mark("{n} of {all} trained"),
        lambda _room, _learner, runs: any(run.snapshot.finished for run in runs if not is_of_round(run.data)),
    ),
    "answered": Count(
        mark("{n} of {all} answered"),
        lambda room, learner, _runs: learner.number in room.poll.answered[room.poll.last_asked],
    ),
    "guessed": Count(mark("{n} of {all} guessed"), lambda _room, learner, _runs: learner.guess is not None),
    "claimed": Count(
        mark("{n} of {all} found a mistake"),
        lambda _room, learner, _runs: len(learner.mistakes) > 0,
    ),
    "taught": Count(
        mark("{n} of {all} taught it"),
        lambda room, _learner, runs: any(
            is_of_round(run.data) and not run.data.is_control and room_of(run.data) == room.code for run in runs
        ),
    ),
}
"""What the strip counts, by its name in a task."""


def room_thread(visitor: Visitor) -> Thread | None:
    """Return the steps in the visitor's room; none while its row asks for drawings, or for its holder's strip."""
    room = ROOMS.of(visitor)
    if room is None:
        return None
    mine = room.learner(person(visitor.id))
    if mine is None or holds_room(visitor):
        return Thread([], [GIVEN])
    if room.poll.takes(mine.number):
        return Thread([_shown(mark("Say what you think"), True, "room_ideas")._replace(is_asked=True)], [GIVEN])
    if room.task.draws and (room.breaks or room.asks_for(mine.who) is not None):
        back = NextStep(room.task.button, lambda _: True, lambda _: reveal("canvas"), True, TO_CANVAS)
        return Thread([back] if room.task.button else [], [GIVEN])
    return Thread(steps_in(room, mine), [GIVEN, *[RUN] * (room.task.trains == "mistakes")])


def steps_in(room: Classroom, mine: Learner) -> Sequence[NextStep]:
    """Return the steps of a learner in a room: the one of the holder's plan, or all without a plan."""
    task = room.task
    learn = NextStep(
        mark("Train with the class"),
        lambda visitor: room_of(visitor.runs.data) != room.code,
        lambda visitor: learn_with(visitor, room),
    )
    ways = {
        "digits": [NextStep(task.button, lambda visitor: not _has_class_run(visitor), train_for_class)],
        "signs": [learn._replace(label=task.button, take=lambda visitor: _train_alone(visitor, room))],
        "mistakes": _lessons_in(room),
    }
    if task is ANY:
        steps = [_to(room, mine, TASKS["guess"]), learn]
    else:
        steps = ways.get(task.trains) or [_to(room, mine, task)] if task.button else []
        steps = [step._replace(is_asked=True) for step in steps]
    return [*steps, _shown(mark("See what the class wrote"), True, "room_wall")]


def _lessons_in(room: Classroom) -> list[NextStep]:
    """Return the lesson with the round's mistakes, then its control, and between and after them what they did."""
    any_mistakes = any(len(learner.mistakes) for learner in room.learners)

    def is_next(visitor: Visitor, share: float) -> bool:
        taught, control = lessons_of(visitor, room)
        if share:
            return any_mistakes and taught is None
        return taught is not None and control is None and taught.snapshot.finished

    lessons = [
        NextStep(label, partial(is_next, share=share), partial(teach_round, room=room, share=share))
        for label, share in ((room.task.button, USUAL_SHARE), (mark("Teach it none: the control"), 0.0))
    ]
    return [*lessons, _shown(mark("See what it mended"), any_mistakes, room.task.place)]


def _lacks(room: Classroom, mine: Learner, task: Task, visitor: Visitor) -> bool:
    """Whether a learner has yet to do what a task counts, if that is still possible."""
    if task.counts == "answered":  # they have, or the thread would ask for it
        return room.poll.is_over
    if task.counts == "guessed" and room.shows_answer:
        return False
    return not task.counts or not COUNTS[task.counts].is_done(room, mine, all_runs(visitor))


def train_for_class(visitor: Visitor) -> None:
    """Begin the plan's run, which ends within its step, unless it was begun; for callbacks.

    Each learner's has a seed of its own, so that the class's table shows how much is chance.
    """
    if not _has_class_run(visitor):
        room = ROOMS.of(visitor)
        mine = None if room is None else room.learner(person(visitor.id))
        set_controls(CLASS_RUN if mine is None else replace(CLASS_RUN, seed=CLASS_RUN.seed + mine.number))
        train_own(visitor)


def _has_class_run(visitor: Visitor) -> bool:
    return visitor.job is not None and replace(visitor.job.snapshot().settings, seed=CLASS_RUN.seed) == CLASS_RUN


def _train_alone(visitor: Visitor, room: Classroom) -> None:
    """Train on the others' drawings, for as many epochs as end within the step."""
    n_images = min(MAX_IMAGES, COPIES * max(1, room.n_drawings))
    set_controls(replace(chosen_settings(), epochs=min(100, max(1, CLASS_IMAGES // n_images))))
    learn_with(visitor, room)


def _to(room: Classroom, mine: Learner, task: Task) -> NextStep:
    """Return the step that leads a learner to the place of a task."""
    return _shown(task.button, True, task.place)._replace(is_due=partial(_lacks, room, mine, task))


def _shown(label: str, is_due: bool, key: str) -> NextStep:
    """Return the step that leads to a part of the room."""

    def take(_: Visitor) -> None:
        reveal(key)
        go_to("Room")

    return NextStep(label, lambda _: is_due, take)
