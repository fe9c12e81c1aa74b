"""All papers that the page saves: reports of runs and rooms, and sheets of lessons, also with a plan or a class."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mlp.analysis.classroom.one_writer import N_PAIRS
from mlp.analysis.guess_comparison import POINTS
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet, Example
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.origin import Origin
from mlp.language import Later
from mlp.nn.reader import Reader
from mlp.page.draw.networks import pretrained
from mlp.page.tabs.classroom.after.changed import KEPT, TAUGHT
from mlp.page.tabs.classroom.after.sheet import class_part
from mlp.page.tabs.classroom.holder.report import room_report
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.poll import LEAST, N_IDEAS, PHASES
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.experiments import data_of
from mlp.page.tabs.lessons.lessons import LESSONS
from mlp.page.tabs.lessons.plan import PLANS, TASKS
from mlp.page.tabs.lessons.sheet import lesson_sheet
from mlp.page.tabs.runs.report import report
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import class_data, drawing_data, sign_settings
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.teaching import shares_read, teaching_settings
from tests.images.drawings.sample_drawings import letters, own_digits
from tests.jobs.sample_snapshot import trained
from tests.sample_digits import sample

LESSON = "learning-rate"


def some_digits(start: int, n: int) -> DrawingSet:
    """Return some of MNIST's test digits, as somebody's own."""
    test = sample().test
    return own_digits(test.images[start : start + n], test.labels[start : start + n])


def ended(number: int, settings: Settings, data: Source, origin: Origin | None = None) -> NumberedRun:
    """Return a run that has ended."""
    network = None if origin is None else pretrained("article").network
    return NumberedRun(number, trained(Run(settings, network), data), data, origin)


def after_a_lesson() -> Visitor:
    """Return a learner with a lesson's experiments, a guess, an answer and two runs, in a room whose lesson is over."""
    visitor = Visitor("k7dw-m3xq-9tfa-2b8h", nickname="Ada & Bo")
    visitor.digits.now = some_digits(0, 40)
    for number, experiment in enumerate(LESSONS[LESSON].experiments):
        data = data_of(experiment)
        visitor.lesson_runs[experiment.settings, data] = ended(number, experiment.settings, data)
    visitor.guesses[LESSON] = tuple(np.linspace(0.1, 0.9, POINTS).tolist())
    visitor.answer("overfitting", "It knows only those.\nNew ones are hard.")
    room = in_a_room(visitor)
    basic, settings = pretrained("article"), Settings(hidden=(30,), epochs=2)
    taught = class_data(some_digits(100, 30), room.learner(person(visitor.id)).drawings, room.code, chosen_mnist(), 0.5)
    origin = Origin(Later("the basic network"), "article", shares_read(Reader(basic.network), taught))
    visitor.runs.add(ended(visitor.runs.begin(chosen_mnist(), None), settings, chosen_mnist()).snapshot)
    number = visitor.runs.begin(taught, origin)
    visitor.runs.add(ended(number, teaching_settings(basic, epochs=2), taught, origin).snapshot)
    return visitor


def in_a_room(visitor: Visitor) -> Classroom:
    """Return a visitor's new room, after a lesson with two others."""
    room, me = ROOMS.open(visitor), person(visitor.id)
    for example in some_digits(0, 20).examples:
        room.give(me, example.label, example.image)
    for start in (100, 200):
        room.add_file(some_digits(start, 30))
    room.guess(me, 4)
    called_otherwise = tuple(Example((each.label + 1) % 10, each.image) for each in some_digits(0, 4).examples)
    room.change(replace(room.learner(me), mistakes=replace(NO_DIGITS, examples=called_otherwise)))
    counts = {"differences": [3, 2, 4, 2, 3, 2, 3, 4, 2, 3], "changed": [[0, 1, 0, 2, *[0] * 6], [0] * 10], "n": 14}
    holds_for = [room.code, room.learner(me).number, N_PAIRS]
    visitor.kept[KEPT] = {"of": holds_for, "results": {TAUGHT: {**counts, "names": DIGITS}}}
    for phase in range(len(PHASES)):
        room.poll.ask(phase)
        for number in range(LEAST + 2):
            room.poll.count(phase, number, [(number + idea + phase) % 3 for idea in range(N_IDEAS)])
    room.poll.end()
    room.begin(TASKS["table"])
    return room


def papers_of(visitor: Visitor, signs: NumberedRun) -> Iterator[tuple[str, str]]:
    """Yield each paper with its name, in the language of this place; ``signs`` is a run of somebody's own signs."""
    taught, plain = all_runs(visitor)
    yield "report", report(plain, visitor.digits.now, visitor.nickname)
    yield "report of a lesson", report(taught, visitor.digits.now, visitor.nickname)
    yield "report of signs", report(signs, NO_DIGITS)
    yield "sheet", lesson_sheet(visitor)
    yield "sheet of a class", lesson_sheet(visitor, of_class=class_part(visitor))
    yield "empty sheet", lesson_sheet(Visitor("k7dw-m3xq-9tfa-2b8i"))
    for name, plan in PLANS.items():
        yield f"plan {name}", lesson_sheet(visitor, plan)
    yield "report of a room", room_report(ROOMS.of(visitor))
    yield "report of an empty room", room_report(Classroom("room k7p3"))


def of_signs() -> NumberedRun:
    """Return a run of signs of one's own."""
    return ended(3, sign_settings(Settings(hidden=(20,), epochs=2), letters(1).names), drawing_data(letters(8)))
