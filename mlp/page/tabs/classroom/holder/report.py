"""The report of a room, to keep what came out of a lesson: counts and mistakes, with the name of no learner."""

import html
from datetime import date

from mlp.analysis.classroom.class_table import Line, compared
from mlp.class_names import DIGITS
from mlp.language import Later, dated, mark, several, tr
from mlp.page.style.html import html_table
from mlp.page.style.paper import digits, heading, paper, reading
from mlp.page.tabs.classroom.break_it import misreadings
from mlp.page.tabs.classroom.guesses import guess_rows
from mlp.page.tabs.classroom.ideas import SOURCE, bars
from mlp.page.tabs.classroom.poll import LEAST
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.table import APART, score, table_of

TITLE = mark("A class’s lesson with Inkling")
NO_IDEAS = Later("The answers were not shown; that needs {least} or more before the lesson and after it.", least=LEAST)
NO_TABLE = mark("The table was not opened.")


def room_report(room: Classroom) -> str:
    """Return what came out of a room's lesson as one HTML page to print, without requests.

    The animals are not in it, either: by these, a class knows who is meant.
    """
    counted, writers = misreadings(room), sum(len(learner.drawings) > 0 for learner in room.learners)
    written = mark("{date}. Drawings: {drawings:,}, by {writers} writers.")
    about = tr(written, date=dated(date.today()), drawings=room.n_drawings, writers=writers)
    mistakes = several(
        "Break it: {n} mistakes of the basic network", "Break it: {n} mistakes of the basic network", len(counted)
    )
    parts = [
        heading(tr(TITLE), 1),
        f'<p class="quiet">{about}</p>',
        heading(tr("Five ideas")),
        bars(room.poll) if room.poll.is_over else f"<p>{tr(NO_IDEAS)}</p>",
        f'<p class="quiet">{tr(SOURCE)}</p>',
        heading(tr("Guesses and networks")),
        _networks(room) if room.shows_answer else f"<p>{tr(NO_TABLE)}</p>",
        heading(mistakes),
        digits(reading(at.example.image, DIGITS, at.example.label, *at.reading) for at in counted),
    ]
    return paper(tr(TITLE), parts)


def _networks(room: Classroom) -> str:
    comparison = compared(table_of(room).lines, room.way)
    rows = [_row(line) for line in comparison.lines]
    rows += [[*_row(line)[:2], f"{_row(line)[2]}. {tr(APART)}."] for line in comparison.apart]
    heads = [tr("Network"), tr("Trained"), tr("Read")]
    return guess_rows(room, comparison, None) + html_table(tr("Networks"), heads, rows)


def _row(line: Line) -> list[str]:
    """Return a network's cells: a learner's has no name here."""
    of = line.contender
    learned = f"{html.escape(tr(of.way))}; {html.escape(tr(of.learned))}"
    return [tr("A learner’s") if of.owner else html.escape(tr(of.name)), learned, score(line)]
