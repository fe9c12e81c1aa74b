"""Ideas that pupils hold of learning machines: what the class thinks of them, and the places of the page that tell."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from mlp.language import mark, said_by, tr
from mlp.page.script.redraw import Event, Where, redrawn, rerun_page
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, bar, html_table
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.poll import ANSWERS, LEAST, Poll
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS, holds_room
from mlp.page.tabs.places import opening
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor


class Idea(NamedTuple):
    """An idea, a question that tells whether it is true, and the label of the place of the page that answers it."""

    text: str
    asks: str
    place: str


IDEAS = (
    Idea(mark("Somebody has programmed its answers."), mark("Who changes its numbers?"), "Step by step"),
    Idea(mark("It is exact."), mark("How sure was it where it was wrong?"), "Mistakes"),
    Idea(mark("It stores the images that it learned from."), mark("Are they in its weights?"), "First layer"),
    Idea(
        mark("It learns while I use it."), mark("When does an answer change?"), "Does it read me because I taught it?"
    ),
    Idea(mark("An app on a phone is trained by whoever holds it."), mark("Who taught a friend’s copy?"), "Sent"),
)
COUNTS = (
    mark("before: {agree} of {n} agree, {unsure} not sure"),
    mark("after: {agree} of {n} agree, {unsure} not sure"),
)
"""What the class thinks of an idea in each of `PHASES`."""
SOURCE = mark(
    "The ideas are from interviews with five pupils: Marx et al., WiPSCE 2024, doi 10.1145/3677619.3678114. The bars "
    "show what the class says. They don’t measure what it has learned."
)
_refused = Refusal("room_ideas")


ANSWERED = Event(lambda page: (room := ROOMS.of(page.visitor)) and list(map(len, room.poll.answered)), 1.0)
"""How many have answered, which only the one who holds the room sees; what is asked redraws the page."""


@redrawn("room_poll", lambda visitor, _room: [ANSWERED] * holds_room(visitor), where=Where.TAB)
def ideas(visitor: Visitor, room: Classroom) -> None:
    """Draw the questions, or for whoever holds the room the button that ends them; at the end, draw the bars."""
    mine, poll = room.learner(person(visitor.id)), room.poll
    if mine is None:
        return
    if poll.is_over:
        st.html(bars(poll))
        st.caption(tr(SOURCE))
    elif holds_room(visitor):
        with st.expander(tr("Five ideas"), expanded=poll.asks is not None):
            _asking(room)
    elif poll.asks is not None and poll.takes(mine.number):
        with st.form("room_ideas_form", border=False):
            st.markdown(
                tr(
                    "**What do you think of a network that reads what you draw?** Your answers are only counted: "
                    "nobody sees whose they are. The counts appear at the end, if {least} or more have answered.",
                    least=LEAST,
                )
            )
            for number, idea in enumerate(IDEAS):
                key = _key(poll.asks, number)
                answers = range(len(ANSWERS))
                st.segmented_control(tr(idea.text), answers, format_func=lambda at: tr(ANSWERS[at]), key=key)
            args = visitor, room, poll.asks
            st.form_submit_button(tr("Give my answers"), key="room_answer", on_click=_give, args=args)
    elif poll.asks is not None:
        st.html(announced("room_answered", tr("Your answers are counted. Wait for your teacher.")))
    _refused.show()


def _asking(room: Classroom) -> None:
    """Draw how many have answered, the button that shows the bars, and the ideas."""
    poll = room.poll
    n_before, n_after = map(len, poll.answered)
    counts = mark("Your plan asks twice. **{before}** have answered before the lesson, **{after}** after it.")
    st.markdown(tr(counts, before=n_before, after=n_after))
    with st.popover(tr("Show the answers"), disabled=not poll.has_enough):
        st.markdown(tr("Shows them to everybody. Then nobody can answer any more."))
        st.button(tr("Yes, show them"), key="room_show_ideas", on_click=_change, args=(room, poll.end))
    st.html(bars(poll))
    need = tr("Bars need {least} answers before and after: fewer would tell who thinks what.", least=LEAST)
    st.caption(f"{need} {tr(SOURCE)}")


def bars(poll: Poll) -> str:
    """Return the ideas, each with what tells, and once the poll is over, how many agree before and after, as HTML."""

    def shares(number: int) -> str:
        cells = ""
        for text, (agree, unsure, disagree) in zip(COUNTS, (counts[number] for counts in poll.counts), strict=True):
            n = agree + unsure + disagree
            cells += f"<small>{tr(text, agree=agree, n=n, unsure=unsure)} <i></i></small>"
            cells += bar(agree / n, unsure / n)
        return cells

    rows = [
        [
            f"<b>{tr(idea.text)}</b><br>{tr(idea.asks)} {opening(idea.place)}",
            *([shares(number)] if poll.is_over else []),
        ]
        for number, idea in enumerate(IDEAS)
    ]
    heads = [tr("Idea"), tr("Agree")][: len(rows[0])]
    table = html_table(tr("Five ideas"), heads, rows)
    return f'<div class="ink-ideas">{table}</div>'


def _key(phase: int, number: int) -> str:
    return f"room_idea_{phase}_{number}"


def _give(visitor: Visitor, room: Classroom, phase: int) -> None:
    answers = [SessionVar[int | None](_key(phase, number), None).get() for number in range(len(IDEAS))]
    if (mine := room.learner(person(visitor.id))) is not None:
        _change(room, room.poll.count, phase, mine.number, answers)


def _change(room: Classroom, act: Callable[..., None], *args: Any) -> None:
    try:
        with room.lock:
            act(*args)
    except ValueError as error:
        _refused.set(said_by(error))
    room.changed()
    rerun_page()
