"""What a learner's drawings changed: networks that the class taught with them, and without them."""

import html
import math
import time
from typing import Any

import streamlit as st

from mlp.analysis.classroom.one_writer import N_PAIRS, OneWriter, one_writer, paired
from mlp.class_names import DIGITS, in_words
from mlp.jobs.sliced import Sliced
from mlp.language import Later, mark, several, tr
from mlp.page.draw.networks import pretrained
from mlp.page.script.redraw import Where, redrawn
from mlp.page.style.html import announced
from mlp.page.tabs.classroom.break_it import NETWORK
from mlp.page.tabs.classroom.learner import Learner, person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import GIVEN, PEOPLE
from mlp.page.tabs.lab.experiment import WORK, begin_work, progress, work_of
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.visitor import Visitor

KEPT = "classroom_changes"
"""Name of the results among the values that are kept of a visitor."""
TAUGHT, ALONE = "taught", "alone"
"""Ways of teaching."""
TITLES = {
    TAUGHT: mark("The basic network, taught by the class:"),
    ALONE: mark("New networks, taught by the class alone:"),
}
QUESTION = mark("What did your drawings change?")
ASKS = mark(
    "{n} networks learn one drawing of each name from each of you, in pairs of twins: one of them has drawings of "
    "others in place of yours. Then they read all the drawings that they did not learn."
)
MORE = mark(
    "with yours, they read on average {by:.1f} more of {n} drawings right than without, give or take {margin:.1f}."
)
FEWER = mark(
    "with yours, they read on average {by:.1f} fewer of {n} drawings right than without, give or take {margin:.1f}."
)
NONE = mark(
    "no difference beyond what chance makes. A difference of {least} or more of the {n} drawings would have shown in "
    "four of five tries."
)
TOO_FEW = mark("no difference beyond what chance makes, and too few drawings to show one.")
CHANCE = mark("Chance alone shows a difference for one learner in a hundred.")
_refused = Refusal("room_changed")


@redrawn("room_changed", PEOPLE, GIVEN, WORK, where=Where.TAB)
def changed(visitor: Visitor, room: Classroom) -> None:
    """Draw the buttons that teach networks with and without the visitor's drawings, and what came of it."""
    mine = room.learner(person(visitor.id))
    if mine is None or not len(mine.drawings):
        return
    st.markdown(f"**{tr(QUESTION)}** {tr(ASKS, n=2 * N_PAIRS)}")
    ways = {TAUGHT: tr("Teach the basic network"), ALONE: tr("Teach new networks")}
    with st.container(horizontal=True, key="room_changed"):
        for way in (TAUGHT, ALONE) if room.names == DIGITS else (ALONE,):
            st.button(ways[way], key=f"room_changed_{way}", on_click=_begin, args=(visitor, room, way))
    _refused.show()
    for way in ways:
        work = work_of(f"{QUESTION} {way}")
        progress(f"{QUESTION} {way}", tr("Teaching them") if work is None else _time_left(work))
        if work is not None and work.work.progress == 1:
            _keep(visitor, room, mine, way, work.work)
    st.html(announced("room_changed", changed_words(visitor, room, mine)))


def _begin(visitor: Visitor, room: Classroom, way: str) -> None:
    writers = [learner for learner in room.learners if len(learner.drawings)]
    places = [place for place, writer in enumerate(writers) if writer.who == person(visitor.id)]
    try:
        if not places:
            raise ValueError(Later("you and others must have given drawings"))
        base = pretrained(NETWORK) if way == TAUGHT else None
        begin_work(visitor, f"{QUESTION} {way}", one_writer([writer.drawings for writer in writers], places[0], base))
    except ValueError as error:
        _refused.set(tr("Nothing can be compared yet: {reason}", reason=reason(error)))


def _keep(visitor: Visitor, room: Classroom, mine: Learner, way: str, done: OneWriter) -> None:
    """Keep a result, for the sheet and after a reload."""
    of, kept = _what_holds(room, mine), visitor.kept.get(KEPT)
    results: dict[str, Any] = kept["results"] if kept and kept["of"] == of else {}
    counts = counts_of(done)
    if results.get(way) != counts:
        visitor.kept[KEPT] = {"of": of, "results": {**results, way: counts}}


def _what_holds(room: Classroom, mine: Learner) -> list[str | int]:
    """Return for what results hold: this learner of this room, and so many pairs. Others are no longer told."""
    return [room.code, mine.number, N_PAIRS]


def _time_left(work: Sliced[OneWriter]) -> str:
    """Return what is done, and how long it still takes at the pace so far; others who press slow it down."""
    share = work.work.progress
    if not share:
        return tr("Teaching them")
    left = (time.monotonic() - work.begun) * (1 - share) / share
    return tr("Teaching them, about {n} s left", n=math.ceil(left))


def changed_words(visitor: Visitor, room: Classroom, mine: Learner) -> str:
    """Return what a learner's drawings changed, as far as it was computed, as HTML."""
    kept = visitor.kept.get(KEPT)
    if kept is None or kept["of"] != _what_holds(room, mine):
        return ""
    results = kept["results"].items()
    return "<br>".join(f"<b>{tr(TITLES[way])}</b> {html.escape(in_sentences(counts))}" for way, counts in results)


def counts_of(done: OneWriter) -> dict[str, Any]:
    """Return what drawings changed as values that can be kept."""
    return {
        "differences": done.differences,
        "changed": [*done.changed],
        "n": len(done.unseen),
        "names": [*done.unseen.names],
    }


def in_sentences(counts: dict[str, Any]) -> str:
    """Return what drawings changed in sentences: the difference, if any shows, and what is read nearly only then."""
    mean, margin, least = paired(counts["differences"])
    shown = tr(MORE if mean > 0 else FEWER, by=abs(mean), n=counts["n"], margin=margin)
    none = tr(NONE, least=least, n=counts["n"]) if least <= counts["n"] else tr(TOO_FEW)
    with_yours, without = (_drawings_of(counts["names"], changed) for changed in counts["changed"])
    only = [tr("Nearly only with yours do they read these: {drawings}.", drawings=with_yours)] if with_yours else []
    only += [tr("Nearly only without yours do they read these: {drawings}.", drawings=without)] if without else []
    return " ".join([shown if abs(mean) > margin else none, tr(CHANCE), *only])


def _drawings_of(names: list[str], counts: list[int]) -> str:
    """Return how many drawings there are of each name, as words; empty if there are none."""
    each = [
        several("{name} ({n} drawing)", "{name} ({n} drawings)", n, name=name)
        for name, n in zip(names, counts, strict=True)
        if n
    ]
    return in_words(each) if each else ""
