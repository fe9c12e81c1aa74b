"""Guesses of a room which name will be misread most, and the answer once the table is open."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.class_table import Comparison, compared, misread, most_misread
from mlp.analysis.scores import percent
from mlp.language import mark, tr
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, html_table
from mlp.page.style.redraw import Where, redrawn
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import PEOPLE
from mlp.page.tabs.classroom.table import table_of
from mlp.page.visitors.visitor import Visitor

UNSURE = mark(
    "Of {writers} writers, nobody can tell which is misread most: in another class of as many, it may well be another."
)
UNSURE_ALIKE = mark(
    "Of {writers} writers, nobody can tell which is misread most by networks trained alike ({way}): in another class "
    "of as many, it may well be another."
)
"""What stands in place of a name, of some of the networks if their way is named."""


@redrawn("room_guess", PEOPLE, where=Where.TAB)
def guesses(visitor: Visitor, room: Classroom) -> None:
    """Draw the guess which name will be misread most, and once the table is open, all guesses and the answer."""
    mine = room.learner(person(visitor.id))
    if mine is None:
        return
    if not room.shows_answer:
        st.pills(
            tr("Which will be misread most? Mark it before the table opens."),
            range(len(room.names)),
            default=mine.guess,
            key="room_guess_of",
            format_func=lambda label: plain(room.names[label]),
            required=True,
            on_change=_guess,
            args=(visitor, room),
        )
        n = sum(learner.guess is not None for learner in room.learners)
        guessed = tr("{n} of {all} have guessed.", n=n, all=len(room.learners))
        st.html(announced("room_guessed", guessed) + announced("room_answer"))
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
    heads, most = ["", tr("Misread"), tr("Guesses")], most_misread(wrong, of)
    table = html_table(tr("What was misread, and the guesses"), heads, rows, marked=most)
    return announced("room_answer", guess_answer(room, comparison, mine)) + table


def guess_answer(room: Classroom, comparison: Comparison, mine: int | None) -> str:
    """Return which name was misread most, how many guessed it, and a learner's own guess, as HTML."""
    wrong, of = misread(comparison.lines, len(room.names))
    most, names = most_misread(wrong, of), [html.escape(name) for name in room.names]
    guesses = [learner.guess for learner in room.learners if learner.guess is not None]
    alike, way = bool(comparison.apart), html.escape(tr(_way(comparison)))
    if most is not None:
        first = tr("Misread most: <b>{sign}</b>.", sign=names[most])
        if alike:
            first = tr("Misread most by networks trained alike ({way}): <b>{sign}</b>.", way=way, sign=names[most])
        guessed = tr("{n} of {all} guessed it.", n=guesses.count(most), all=len(guesses))
        answer = f"{first} {guessed}"
    elif wrong.any():
        answer = tr(UNSURE_ALIKE, writers=len(of), way=way) if alike else tr(UNSURE, writers=len(of))
    elif alike:
        answer = tr("Nothing was misread by networks trained alike ({way}).", way=way)
    else:
        answer = tr("Nothing was misread.")
    own = "" if mine is None else tr("You guessed <b>{sign}</b>.", sign=names[mine])
    return f"{answer} {own}".strip()


def _way(comparison: Comparison) -> str:
    """Return the way of the compared networks, to be translated: a room keeps only its English."""
    return next((line.contender.way for line in comparison.lines), comparison.way)
