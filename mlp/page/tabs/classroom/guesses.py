"""Guesses of a room which name will be misread most, and the answer once the table is open."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.class_table import Comparison, compared, misread, most_misread
from mlp.analysis.scores import percent
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, html_table
from mlp.page.style.redraw import Where, redrawn
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import PEOPLE
from mlp.page.tabs.classroom.table import table_of
from mlp.page.visitors.visitor import Visitor

UNSURE = "Of {} writers, nobody can tell which is misread most{}: in another class of as many, it may well be another."
"""What stands in place of a name: of how many writers, and by which networks."""


@redrawn("room_guess", PEOPLE, where=Where.TAB)
def guesses(visitor: Visitor, room: Classroom) -> None:
    """Draw the guess which name will be misread most, and once the table is open, all guesses and the answer."""
    mine = room.learner(person(visitor.id))
    if mine is None:
        return
    if not room.shows_answer:
        st.pills(
            "Which will be misread most? Mark it before the table opens.",
            range(len(room.names)),
            default=mine.guess,
            key="room_guess_of",
            format_func=lambda label: plain(room.names[label]),
            required=True,
            on_change=_guess,
            args=(visitor, room),
        )
        n = sum(learner.guess is not None for learner in room.learners)
        st.html(announced("room_guessed", f"{n} of {len(room.learners)} have guessed.") + announced("room_answer"))
    else:
        st.html(guess_rows(room, compared(table_of(room).lines, room.way), mine.guess))


def _guess(visitor: Visitor, room: Classroom) -> None:
    label = SessionVar[int | None]("room_guess_of", None).get()
    if label is not None and label in range(len(room.names)):
        room.guess(person(visitor.id), label)


def guess_rows(room: Classroom, comparison: Comparison, mine: int | None) -> str:
    """Return which name was misread most, and for each the share of its drawings, and the guesses, as HTML."""
    wrong, of = misread(comparison.lines, len(room.names))
    shares = np.divide(wrong.sum(axis=0), of.sum(axis=0), out=np.full(len(room.names), np.nan), where=of.any(axis=0))
    guesses = [learner.guess for learner in room.learners]
    rows = [
        [html.escape(name), "–" if np.isnan(share) else percent(float(share)), str(guesses.count(label))]
        for label, (name, share) in enumerate(zip(room.names, shares, strict=True))
    ]
    heads, most = ["", "Misread", "Guesses"], most_misread(wrong, of)
    table = html_table("What was misread, and the guesses", heads, rows, marked=most)
    return announced("room_answer", guess_answer(room, comparison, mine)) + table


def guess_answer(room: Classroom, comparison: Comparison, mine: int | None) -> str:
    """Return which name was misread most, how many guessed it, and a learner's own guess, as HTML."""
    wrong, of = misread(comparison.lines, len(room.names))
    most, names = most_misread(wrong, of), [html.escape(name) for name in room.names]
    guesses = [learner.guess for learner in room.learners if learner.guess is not None]
    by = f" by networks trained alike ({html.escape(comparison.way)})" if comparison.apart else ""
    answer = f"Nothing was misread{by}."
    if most is not None:
        answer = f"Misread most{by}: <b>{names[most]}</b>. {guesses.count(most)} of {len(guesses)} guessed it."
    elif wrong.any():
        answer = UNSURE.format(len(of), by)
    return answer if mine is None else f"{answer} You guessed <b>{names[mine]}</b>."
