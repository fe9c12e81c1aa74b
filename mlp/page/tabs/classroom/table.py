"""The table of a room: how well each network reads the drawings of others."""

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
import streamlit as st

from mlp.analysis.classroom.class_table import READS, Cell, Comparison, Contender, Line, Writer, class_table, compared
from mlp.analysis.training_way import BY_INKLING, UPLOADED, settings_in_words, way_of
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import Later, mark, text_from_json, text_to_json, tr
from mlp.page.draw.networks import pretrained
from mlp.page.script.redraw import Where, redraw, redrawn
from mlp.page.script.reveal import reveal
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.html import announced
from mlp.page.style.picking import Pick, choice, pick_from
from mlp.page.tabs.classroom.learner import Learner, by_itself, number_of, person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import PEOPLE, holds_room
from mlp.page.tabs.drawings.answers import drawing_rows
from mlp.page.tabs.lessons.plan import ANY
from mlp.page.tabs.places import VIEW
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.runs import RUN, all_runs
from mlp.page.visitors.session import visitors
from mlp.page.visitors.shelf import PRETRAINED
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, is_of_round
from mlp.training.recipes import FIRST, RECIPES

_open_cell = SessionVar[tuple[str, str] | None]("room_cell", None)
"""The title of the network and the id of the writer in the open cell."""
_way = ControlVar("room_way", "")
"""How those networks were trained that the table compares; a control of whoever holds the room."""

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
APART = mark("Trained in other ways, so not compared")
MANY = 14
"""Writers above which the board has their names downward."""
NOT_READ = -1
"""Stands for the answer of a network that is not asked, in a table that is kept."""
ALONE = mark("MNIST alone")
"""The basic network: nothing else that comes with Inkling has learned from MNIST alone."""


LEARNED_MNIST, LEARNED_BOTH = Later("learned MNIST"), Later("learned MNIST, synthetic digits")
LEARNED_UNKNOWN = Later("nobody knows what it learned")


class Table(NamedTuple):
    """The writers with their drawings, and how the networks read these."""

    writers: Sequence[Writer]
    lines: Sequence[Line]


def table_of(room: Classroom) -> Table:
    """Return the room's table, made for all pages together, and seldom enough while its networks train."""
    here = {person(visitor.id): visitor for visitor in visitors().present()}
    learners = [(learner, here[learner.who]) for learner in room.learners if learner.who in here]
    if room.task is not ANY:  # the holder of a plan trains to show it
        learners = [(learner, visitor) for learner, visitor in learners if not holds_room(visitor)]
    runs = {learner.who: run for learner, visitor in learners if (run := run_of_table(visitor, room)) is not None}
    uploads = [visitor.uploads.get(max(visitor.uploads, default=0)) for _, visitor in learners]
    made_of: tuple[object, ...] = (
        room.n_given,
        *(ref(network) for network in uploads if network is not None),
        *((who, run.number, run.snapshot.step) for who, run in runs.items()),
    )

    def read() -> Table:
        contenders = [each for one, visitor in learners for each in _networks_of(one, visitor, runs.get(one.who))]
        contenders += [
            Contender("", PRETRAINED.title, pretrained(PRETRAINED.key), BY_INKLING, LEARNED_BOTH),
            Contender("", ALONE, pretrained("article"), settings_in_words(RECIPES[FIRST].settings), LEARNED_MNIST),
        ]
        writers = [Writer(learner.who, learner.name, learner.drawings) for learner in room.learners]
        writers = [writer for writer in writers if len(writer.drawings)]
        earlier = () if before is None else before.result.lines
        return Table(writers, class_table(contenders, writers, earlier))

    if room.kept_table:
        runs, made_of, read = {}, ("kept", room.n_given, len(room.learners)), partial(_table_kept, room)
    with room.table_lock:
        before = room.last_table.done
        plays = any(run.snapshot.playing for run in runs.values())
        table = within_budget(room.last_table, (made_of,), read, plays=plays)
        is_new = room.last_table.done is not before
    if is_new:
        room.changed()  # else another page would show the earlier one
    return table


def run_of_table(visitor: Visitor, room: Classroom) -> NumberedRun | None:
    """Return the visitor's run that a room's table has: the one that was kept with it, if it is.

    Else it is the newest that reads what the room asks for, but no lesson of a round and no control.
    """
    if room.kept_table:
        mine = room.learner(person(visitor.id))
        number = None if mine is None else room.kept_table["runs"].get(str(mine.number))
        return next((run for run in all_runs(visitor) if run.number == number), None)
    runs = (run for run in all_runs(visitor) if run.snapshot.learned.reads == room.names)
    return next((run for run in runs if not is_of_round(run.data)), None)


def keep_table(room: Classroom) -> None:
    """Keep what a room's table says, and end to collect: who draws or trains later changes no board and no paper.

    It has the answers to each drawing by its number, so that it says nothing of drawings that are gone.
    """
    learners, answers = {learner.who: learner for learner in room.learners}, {}
    writers, lines = table_of(room)
    lines = [line for line in lines if line.contender.owner in ("", *learners)]
    for who, _, drawings in (writer for writer in writers if writer.id in learners):
        cells = [line.cells.get(who) for line in lines]
        for place, number in enumerate(_numbers(learners[who], drawings)):
            answers[number] = [NOT_READ if cell is None else int(cell.answers[place]) for cell in cells]
    here = [(learners.get(person(visitor.id)), visitor) for visitor in visitors().present()]
    runs = [(learner, run_of_table(visitor, room)) for learner, visitor in here if learner is not None]

    def kept(of: Contender) -> list[Any]:
        owner = of.owner and learners[of.owner].number
        return [owner, of.name, text_to_json(of.way), text_to_json(of.learned), of.of_class]

    room.kept_table = {
        "lines": [kept(line.contender) for line in lines],
        "answers": answers,
        "runs": {str(learner.number): run.number for learner, run in runs if run is not None},
    }
    room.collect(False)


def _numbers(learner: Learner, drawings: DrawingSet) -> list[str]:
    return [str(number_of(learner, example.image)) for example in drawings.examples]


def _table_kept(room: Classroom) -> Table:
    """Return the table that was kept, without those who have left since, and drawings that were taken away."""
    answers, writers, read = room.kept_table["answers"], [], []
    for learner in room.learners:
        numbers = _numbers(learner, learner.drawings)
        later = [place for place, number in enumerate(numbers) if number not in answers]
        if len(later) < len(numbers):
            writers.append(Writer(learner.who, learner.name, learner.drawings.without_examples(later)))
            read.append(np.array([answers[number] for number in numbers if number in answers]))
    owners, lines = {learner.number: learner.who for learner in room.learners} | {"": ""}, []
    for place, (number, name, way, learned, of_class) in enumerate(room.kept_table["lines"]):
        cells = {
            writer.id: Cell(writer.drawings, each[:, place], each[:, place] == writer.drawings.labels)
            for writer, each in zip(writers, read, strict=True)
            if NOT_READ not in each[:, place]
        }
        if cells and number in owners:
            contender = Contender(owners[number], name, None, text_from_json(way), text_from_json(learned), of_class)
            lines.append(Line(contender, cells))
    return Table(writers, lines)


def _networks_of(learner: Learner, visitor: Visitor, run: NumberedRun | None) -> Iterator[Contender]:
    """Yield a learner's networks: a run, whichever network answers, and the newest one from a file."""
    if run is not None and run.snapshot.step:
        snapshot, data, origin = run.snapshot, run.data, run.origin
        of_class = isinstance(data, DrawingData) and bool(data.room)
        learned = Later("learned {data}", data=snapshot.data_name)
        if origin is not None:
            learned = Later("{network}, taught {data}", network=origin.name, data=snapshot.data_name)
        if not snapshot.finished:
            so_far = mark("{learned}, in epoch {epoch} of {epochs}")
            learned = Later(so_far, learned=learned, epoch=snapshot.epoch, epochs=snapshot.settings.epochs)
        yield Contender(learner.who, learner.name, snapshot.reader, way_of(snapshot, data, origin), learned, of_class)
    if (network := visitor.uploads.get(max(visitor.uploads, default=0))) is not None:
        yield Contender(learner.who, learner.name, network, UPLOADED, LEARNED_UNKNOWN)


@redrawn("room_networks", lambda room: [RUN] * room.shows_answer)
def follow_networks(room: Classroom) -> None:
    """Renew the table, for all pages, while the visitor's own network trains; it draws nothing itself."""
    if room.shows_answer:
        table_of(room)


@redrawn("room_table", PEOPLE, VIEW, where=Where.TAB)
def table(visitor: Visitor, room: Classroom) -> None:
    """Draw the table, and the drawings of its open cell that were misread."""
    if room.learner(person(visitor.id)) is None or not room.shows_answer:
        return
    writers, lines = table_of(room)
    if not lines:
        st.html(announced("room_table_none", tr("Nobody’s drawings can be read yet.")))
        return
    comparison = compared(lines, room.way)
    if holds_room(visitor) and comparison.apart:
        _way.set(comparison.way)
        ways = sorted({line.contender.way for line in lines})
        label = tr("Compare networks trained in this way:")
        _way.choice(label, ways, lambda: room.compare(_way.get()), format_func=tr)
    lines = [*comparison.lines, *comparison.apart]
    cells = [(line.contender.title, writer.id) for line in lines for writer in writers]
    opened = _open_cell.get()
    pick_from(
        "room_table",
        table_html(comparison, writers, opened, person(visitor.id)),
        _CSS,
        range(len(cells)),
        lambda pick: _open(cells, pick),
    )
    st.markdown(tr("**Row reads column.** A press on a cell shows what was misread."))
    with st.expander(tr("How far does this hold?")):
        st.caption(tr(READS))
        st.html(f"<ul>{''.join(limits_of(line) for line in lines)}</ul>")
    line = next((line for line in lines if opened is not None and line.contender.title == opened[0]), None)
    writer = next((writer for writer in writers if opened is not None and writer.id == opened[1]), None)
    if line is not None and writer is not None and writer.id in line.cells:
        with st.container(key="room_misread"):
            _misread(on_drawings(line.contender, writer), line.cells[writer.id])


def table_html(
    comparison: Comparison, writers: Sequence[Writer], opened: tuple[str, str] | None, mine: str = ""
) -> str:
    """Return the table as HTML: a row for each network, with a choice for each writer, and those not compared below.

    The row and the column of the learner with the id ``mine`` are marked.
    """

    def head(scope: str, owner: str, title: str, more: str = "") -> str:
        own = f" <mark>{tr('you')}</mark>" if owner and owner == mine else ""
        return f'<th scope="{scope}">{html.escape(title)}{own}{more}</th>'

    heads = "".join(head("col", writer.id, by_itself(writer.name)) for writer in writers)
    rows, number = [], 0
    for line in (*comparison.lines, *comparison.apart):
        cells = []
        for writer in writers:
            cell = line.cells.get(writer.id)
            if cell is None:
                cells.append("<td>–</td>")
            else:
                right, n = int(cell.right.sum()), len(cell.right)
                counted = mark("{network} on {learner}’s drawings: {right} of {n} right")
                network, learner = shown_title(line.contender), by_itself(writer.name)
                name = tr(counted, network=network, learner=learner, right=right, n=n)
                pressed = opened == (line.contender.title, writer.id)
                look = f'style="--share:{1 - right / n:.2f}"'
                text = f'{right}<span class="page-only">/{n}</span>'
                cells.append(f"<td>{choice(number, name, text, pressed=pressed, more=look)}</td>")
            number += 1
        of = line.contender
        learned = f'<span class="page-only"><br>{html.escape(tr(of.learned))}</span>'
        title = head("row", of.owner, shown_title(of), f"<small>{score(line)}{learned}</small>")
        rows.append(f"<tr>{title}{''.join(cells)}</tr>")
    apart = f'<th scope="rowgroup" colspan="{len(writers) + 1}">{tr(APART)}</th>' if comparison.apart else ""
    n = len(comparison.lines)
    many = ' class="many"' if len(writers) > MANY else ""
    about, network = tr("Networks and writers"), tr("Network")
    return (
        f'<table aria-label="{about}"{many}><thead><tr><th scope="col">{network}</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows[:n])}</tbody><tbody><tr>{apart}</tr>{''.join(rows[n:])}</tbody></table>"
    )


def score(line: Line) -> str:
    """Return how many drawings a network read right."""
    if line.contender.of_class:
        return tr("{right} of {n} right, of its owner’s", right=line.n_right, n=line.n)
    return tr("{right} of {n} right", right=line.n_right, n=line.n)


def shown_title(contender: Contender) -> str:
    """Return a network's name and how it was trained, in the language of this place."""
    name = by_itself(contender.name) if contender.owner else tr(contender.name)
    return f"{name} · {tr(contender.way)}"


def on_drawings(contender: Contender, writer: Writer) -> str:
    """Return which network read whose drawings."""
    about = mark("{network} on {learner}’s drawings")
    return tr(about, network=shown_title(contender), learner=by_itself(writer.name))


def limits_of(line: Line) -> str:
    """Return between which limits its score may be in other classes, as an item of HTML; empty if nobody can tell."""
    if line.contender.of_class or (limits := line.interval) is None:
        return ""
    low, high = math.floor(100 * limits[0]), math.ceil(100 * limits[1])
    between = mark("{network}: between {low} and {high} of 100 in other classes of as many writers")
    return f"<li>{tr(between, network=html.escape(shown_title(line.contender)), low=low, high=high)}</li>"


def _open(cells: Sequence[tuple[str, str]], pick: Pick) -> None:
    _open_cell.set(None if _open_cell.get() == cells[pick.number] else cells[pick.number])
    reveal("room_misread")
    redraw(VIEW)


def _misread(about: str, cell: Cell) -> None:
    """Draw the drawings of a cell that were misread."""
    wrong = np.flatnonzero(~cell.right)
    misread_n = tr("{about}: {n} misread.", about=html.escape(about), n=len(wrong))
    st.html(f'<p class="ink-status">{misread_n}</p>')
    if len(wrong):
        misread = replace(cell.drawings, examples=tuple(cell.drawings.examples[place] for place in wrong))
        st.html(drawing_rows(misread, cell.answers[wrong]))
