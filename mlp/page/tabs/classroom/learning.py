"""Training on the drawings of a room, with the learner's own held back."""

from collections.abc import Callable

import streamlit as st

from mlp.class_names import DIGITS
from mlp.language import Later, tr
from mlp.page import state
from mlp.page.draw.correction import teach
from mlp.page.script.redraw import Where, redrawn, rerun_page
from mlp.page.script.reveal import reveal
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.plan import ANY
from mlp.page.train.card import Subject, train
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, class_data
from mlp.training.data.sources import chosen_mnist

_refused = Refusal("room_learn")


@redrawn("room_learning", where=Where.TAB)
def learning(visitor: Visitor, room: Classroom) -> None:
    """Draw the buttons that train on the others' drawings, and hold back one's own."""
    with st.container(horizontal=True, key="room_learning"):
        if room.names == DIGITS:
            st.button(
                tr("Train with the class"),
                key="room_teach",
                type="primary" if room.task is ANY else "secondary",  # a plan's steps have others
                on_click=_teach,
                args=(visitor, room),
                help=tr(
                    "The network that answers learns everybody’s digits but yours, among MNIST’s. If it was taught "
                    "before, it forgets that lesson first. It holds back the same drawings as *Teach my digits*."
                ),
            )
        st.button(
            tr("Train on the class alone"),
            key="room_alone",
            type="primary" if room.task.trains == "signs" else "secondary",
            on_click=_learn_alone,
            args=(visitor, room),
            help=tr("A new network with your settings learns bent copies of everybody’s drawings but yours."),
        )
    _refused.show()


def _data(visitor: Visitor, room: Classroom, mixed: bool) -> DrawingData:
    mine = room.learner(person(visitor.id))
    if mine is None:
        raise ValueError(Later("you are no longer in this room"))
    others = room.drawings_but(person(visitor.id))
    if not mixed:
        return class_data(others, mine.drawings, room.code)
    own = visitor.digits.now if len(visitor.digits.now) else mine.drawings
    return class_data(others, own, room.code, chosen_mnist(), state.own_share.get() / 100)


def sign_subject(visitor: Visitor) -> Subject | None:
    """Return what a new run learns in a room of signs: the others' drawings, which no network there reads at first."""
    room = ROOMS.of(visitor)
    if room is None or room.names == DIGITS or room.learner(person(visitor.id)) is None:
        return None
    return Subject(room.names, lambda who: _data(who, room, False))


def learn_with(visitor: Visitor, room: Classroom) -> None:
    """Train on the drawings of the others, among MNIST's digits if these are digits; for callbacks."""
    (_teach if room.names == DIGITS else _learn_alone)(visitor, room)


def _teach(visitor: Visitor, room: Classroom) -> None:
    teach_with(visitor, lambda who: _data(who, room, True))


def teach_with(visitor: Visitor, data_of: Callable[[Visitor], DrawingData]) -> None:
    """Teach the network that answers, and show its run, or why it cannot begin; for callbacks."""
    if teach(visitor, data_of, refusal=_refused):
        reveal("train_card")
    rerun_page()


def _learn_alone(visitor: Visitor, room: Classroom) -> None:
    train(visitor, lambda visitor: _data(visitor, room, False), refusal=_refused)
    if not _refused.is_kept():
        reveal("train_card")
        rerun_page()
