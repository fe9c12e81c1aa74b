"""Guesses of a room which name will be misread most, and the answer once the table is open."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.classroom.class_table import Comparison, compared, misread, most_misread
from mlp.analysis.scores import percent
from mlp.class_names import in_words
from mlp.language import mark, several, tr
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, html_table
from mlp.page.style.theme import plain
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import PEOPLE
from mlp.page.tabs.classroom.table import table_of
from mlp.page.visitors.visitor import Visitor

UNSURE = mark(
    "Of {writers} writers, nobody can tell which is misread most: in another class of as many, it may well be another."
)
"""What stands beside the names, unless there are many writers."""


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
        guessed = several("{n} has guessed.", "{n} have guessed.", n)  # the strip says of how many
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
    """Return which name was misread most in the class, how many guessed it, and whether that holds, as HTML.

    A learner's own guess comes last. Names that were misread alike stand beside each other.
    """
    wrong, of = misread(comparison.lines, len(room.names))
    names = [html.escape(name) for name in room.names]
    shares = wrong.sum(axis=0) / np.maximum(of.sum(axis=0), 1)
    guesses = [learner.guess for learner in room.learners if learner.guess is not None]
    way = html.escape(tr(_way(comparison)))
    answer = tr("Nothing was misread by networks trained alike ({way}).", way=way)
    if wrong.any():
        most = [label for label, share in enumerate(shares) if share == shares.max()]
        signs = in_words([names[label] for label in most])
        named = mark("Misread most in our class, by networks trained alike ({way}): <b>{signs}</b>.")
        answer = tr(named, way=way, signs=signs)
        guessed = sum(guess in most for guess in guesses)
        answer += " " + tr("{n} of {all} guessed it.", n=guessed, all=len(guesses))
        if most_misread(wrong, of) is None:
            answer += " " + tr(UNSURE, writers=len(of))
    own = "" if mine is None else tr("You guessed <b>{sign}</b>.", sign=names[mine])
    return f"{answer} {own}".strip()


def _way(comparison: Comparison) -> str:
    """Return the way of the compared networks, to be translated: a room keeps only its English."""
    return next((line.contender.way for line in comparison.lines), comparison.way)
