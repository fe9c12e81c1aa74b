"""What a learner's drawings changed: networks that the class taught with them, and without them."""

import html
from typing import Any

import streamlit as st

from mlp.analysis.one_writer import N_SEEDS, OneWriter, one_writer
from mlp.class_names import DIGITS, in_words
from mlp.page.draw.networks import pretrained
from mlp.page.style.html import announced
from mlp.page.style.redraw import Where, redrawn
from mlp.page.tabs.classroom.break_it import NETWORK
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, PEOPLE
from mlp.page.tabs.lab.experiment import WORK, begin_work, progress, work_of
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.visitor import Visitor

KEPT = "classroom_changed"
"""Name of the results among the values that are kept of a visitor."""
TAUGHT, ALONE = "the basic network, taught by the class", "new networks, taught by the class alone"
QUESTION = "What did your drawings change?"
ASKS = (
    f"**{QUESTION}** {2 * N_SEEDS} networks learn one drawing of each name from each of you, half of them without "
    "yours. Then they read all the drawings that they did not learn."
)
SAME = "As many with as without yours: others taught them the same."
_refused = Refusal("room_changed")


@redrawn("room_changed", PEOPLE, GIVEN, WORK, where=Where.TAB)
def changed(visitor: Visitor, room: Classroom) -> None:
    """Draw the buttons that teach networks with and without the visitor's drawings, and what came of it."""
    mine = room.learner(person(visitor.id))
    if mine is None or not len(mine.drawings):
        return
    st.markdown(ASKS)
    ways = {TAUGHT: "Teach the basic network", ALONE: "Teach new networks"}
    with st.container(horizontal=True, key="room_changed"):
        for way in (TAUGHT, ALONE) if room.names == DIGITS else (ALONE,):
            key = f"room_changed_{'taught' if way == TAUGHT else 'alone'}"
            st.button(ways[way], key=key, on_click=_begin, args=(visitor, room, way))
    _refused.show()
    for way in ways:
        progress(f"{QUESTION} {way}", "Teaching them")
        work = work_of(f"{QUESTION} {way}")
        if work is not None and work.work.progress == 1:
            _keep(visitor, room, mine, way, work.work)
    st.html(announced("room_changed", changed_words(visitor, room, mine)))


def _begin(visitor: Visitor, room: Classroom, way: str) -> None:
    writers = [learner for learner in room.learners if len(learner.drawings)]
    places = [place for place, writer in enumerate(writers) if writer.who == person(visitor.id)]
    try:
        if not places:
            raise ValueError("you and others must have given drawings")
        base = pretrained(NETWORK) if way == TAUGHT else None
        begin_work(visitor, f"{QUESTION} {way}", one_writer([writer.drawings for writer in writers], places[0], base))
    except ValueError as error:
        _refused.set(f"Nothing can be compared yet: {reason(error)}")


def _keep(visitor: Visitor, room: Classroom, mine: Learner, way: str, done: OneWriter) -> None:
    """Keep a result as text, for the sheet and after a reload; it holds for this learner of this room."""
    of, kept = [room.code, mine.number], visitor.kept.get(KEPT)
    results: dict[str, Any] = kept["results"] if kept and kept["of"] == of else {}
    if results.get(way) != (words := in_sentences(done)):
        visitor.kept[KEPT] = {"of": of, "results": {**results, way: words}}


def changed_words(visitor: Visitor, room: Classroom, mine: Learner) -> str:
    """Return what a learner's drawings changed, as far as it was computed, as HTML."""
    kept = visitor.kept.get(KEPT)
    if kept is None or kept["of"] != [room.code, mine.number]:
        return ""
    return "<br>".join(f"<b>{way.capitalize()}:</b> {html.escape(words)}" for way, words in kept["results"].items())


def in_sentences(done: OneWriter) -> str:
    """Return what drawings changed in sentences: how many are read with them and without, and which only then."""
    (low, high), (low_without, high_without) = done.n_right
    text = (
        f"with yours, they read {low} to {high} of {len(done.unseen)} drawings right, and without yours {low_without} "
        f"to {high_without}. "
    )
    only = ""
    for kind, counts in zip(("with", "without"), done.changed, strict=True):
        each = [f"{name} ({n} drawing{'s' * (n > 1)})" for name, n in zip(done.unseen.names, counts, strict=True) if n]
        only += f"Only {kind} yours do all read these: {in_words(each)}. " if each else ""
    apart = low > high_without or low_without > high
    return text + (only.strip() or ("Chance seldom does that, but no single drawing tells where." if apart else SAME))
