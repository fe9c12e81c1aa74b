"""Each way to begin a run that learns from a class, and a room with texts from elsewhere."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.plan import TASKS
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import visitor_of
from tests.page.ways import LONG, measured, opened, press
from tests.sample_digits import sample

Pages = tuple[Classroom, AppTest, AppTest]
"""A room, its holder's page and a learner's."""


def me(page: AppTest) -> str:
    """Return what a room knows the visitor of a page by."""
    return person(visitor_of(page).id)


def keys(page: AppTest) -> set[str]:
    """Return the keys of a page's buttons."""
    return {str(one.key) for one in page.button}


def in_a_class() -> AppTest:
    """Return the page of a learner in a room with the drawings of another class."""
    page, digits = press(opened(tab="Room", **LONG), "room_open"), sample().test
    visitor = visitor_of(page)
    room = ROOMS.of(visitor)
    assert room is not None
    room.give(me(page), int(digits.labels[0]), digits.images[0])
    room.add_file(own_digits(digits.images[1:60], digits.labels[1:60]))
    return page.run()


def in_a_round() -> AppTest:
    """Return the page of a learner in a room with a mistake of a round."""
    page = in_a_class()
    visitor, digits = visitor_of(page), sample().test
    room = ROOMS.of(visitor)
    mine = room.learner(person(visitor.id))
    with room.lock:
        room.change(replace(mine, mistakes=mine.mistakes.with_example(int(digits.labels[0]), digits.images[0])))
    room.changed()
    return page.run()


def after_class(page: AppTest) -> AppTest:
    """Close the room from which the page's run has learned."""
    press(page, "room_close_anyway")
    visitors().check()
    assert visitor_of(page).job is None
    return page.run()


WAYS = {
    "with the class": ("draw/correction.py teach", lambda: measured(press(in_a_class(), "room_teach"))),
    "with a class whose room is closed": (
        "draw/correction.py teach",
        lambda: after_class(measured(press(in_a_class(), "room_teach"))),
    ),
    "a round's mistakes": ("draw/correction.py teach", lambda: measured(press(in_a_round(), "round_teach"))),
    "the class alone": (
        "train/card.py train",
        lambda: measured(press(in_a_class(), "room_alone")),
    ),
    "a class alone whose room is closed": (
        "train/card.py train",
        lambda: after_class(measured(press(in_a_class(), "room_alone"))),
    ),
}


def take(visitor: Visitor, signs: DrawingSet) -> None:
    """Open a room for signs with foreign names, and its table."""
    room = ROOMS.open(visitor, signs.names)
    room.add_file(signs)
    room.begin(TASKS["table"])
